// `lab exec PLACE -- COMMAND`: runs a command inside the lab, or a shell without one.
import { resolveValue, textOf } from '../../core/template.ts';
import { enterCommand } from '../../engine/step/context.ts';
import { StepError } from '../../engine/step-type.ts';
import { deployedOf } from '../../history/deployed.ts';
import { type InteractiveResult, runInteractive } from '../../host/interactive.ts';
import { nearest } from '../../parse/nearest.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import { type Opened, openVariantAlone, openWorkflow } from '../../project/open-workflow.ts';
import type { WorkflowOptions } from '../../project/options.ts';
import { lookAtState, openContext } from '../../session/context.ts';
import { createEngine } from '../../session/create-engine.ts';

/** How places are entered is the variant's word: a mistake in the workflow is told and passed over. @throws CliError */
const openPlaces = async (wish: Parameters<typeof openWorkflow>[0]): Promise<Opened> => {
  try {
    return await openWorkflow(wish);
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== exitCode.file) throw error;
    const opened = await openVariantAlone(wish).catch(() => {
      throw error;
    });
    process.stderr.write(`${error.message}\n(${wish.workflow} is wrong; the place is entered all the same.)\n`);
    return opened;
  }
};

export const execCommand = async (
  place: string,
  argv: readonly string[],
  options: WorkflowOptions,
): Promise<number> => {
  const context = await openContext(options);
  const state = await lookAtState(context);
  const { deployed } = state;
  if (!deployed)
    throw new CliError(
      exitCode.stepFailed,
      'Nothing is deployed, so there is nothing to enter.\nTo deploy: npx lab run deploy',
    );
  const { project, registry, host, stateDir } = context;
  const { variant, workflow, inputs: earlier } = deployed;
  const opened = await openPlaces({ project, registry, variant, workflow, options, earlier });
  const yielded = await deployedOf(stateDir, state, { variant: deployed.variant });
  const engine = createEngine(opened, { host, stateDir, run: 'exec', ...(yielded && { deployed: yielded }) });
  const { enter } = opened.variant;
  if (!enter)
    throw new CliError(
      exitCode.file,
      `Variant ${deployed.variant} does not say how its places are entered (\`enter\` in its variant.yaml).`,
    );
  const names = (resolveValue(enter.places, engine.scope) as { name?: unknown }[]).map((each) => textOf(each.name));
  if (!names.includes(place)) {
    const near = nearest(place, names);
    throw new CliError(
      exitCode.usage,
      `There is no place ${place}. ${near === undefined ? '' : `Did you mean ${near}? `}There are: ${names.join(', ')}.`,
    );
  }
  const around = {
    signal: engine.stop.signal,
    freshSince: host.clock.monotonic(),
    surroundings: { env: engine.env, cwd: project.dir },
  };
  const shell = enter.shell ?? ['bash'];
  try {
    const prefix = await enterCommand(engine, place, around, process.stdin.isTTY === true ? 'interactive' : 'command');
    const env = { ...engine.env, LAB_PLACE: place };
    const ended = await runInteractive([...prefix, ...(argv.length > 0 ? argv : shell)], { cwd: project.dir, env });
    return codeOf(ended);
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    throw new CliError(
      exitCode.stepFailed,
      `${error.message}\nTo see what holds: npx lab status. To heal it: npx lab run deploy`,
      error,
    );
  }
};

/** What a shell would say of it. @throws CliError 127 or 126 when it could not be started */
const codeOf = ({ exitCode: code, signal, error }: InteractiveResult): number => {
  if (error) throw new CliError(error.code === 'ENOENT' ? 127 : 126, error.message);
  return signal === null ? (code ?? exitCode.bug) : exitCode.signal(signal);
};
