// `lab run WORKFLOW`: chooses the variant, asks what has to be asked before anything starts, and runs.
import { askChoice, askYesNo, canAsk } from '../ask.ts';
import { type Choice, chooseVariant, demandRequirements } from '../choose-variant.ts';
import { lookAtState, openContext } from '../context.ts';
import { execute } from '../execute.ts';
import { CliError, exitCode } from '../exit-code.ts';
import { unfinishedRun } from '../history.ts';
import { openWorkflow } from '../open-workflow.ts';
import type { RunOptions } from '../options.ts';
import { scopeOf } from '../run-scope.ts';
import { resumeCommand } from './resume.ts';

export const runCommand = async (workflow: string, options: RunOptions): Promise<number> => {
  const context = await openContext(options);
  const state = await lookAtState(context);
  const { project, registry, host } = context;
  const choice = await chooseVariant({ project, registry, state, named: options.variant, host });
  const unfinished = unfinishedRun(state, { workflow, variant: choice.variant });
  if (unfinished && (await continues(options, unfinished.id))) return resumeCommand(unfinished.id, options);
  demandRequirements(choice);
  const earlier = state.deployed?.variant === choice.variant ? state.deployed.inputs : {};
  // Opened here as well, so that mistakes are told before any question and before the lock.
  await openWorkflow({ project, registry, variant: choice.variant, workflow, options, earlier });
  const consent = await consentTo(choice, options);
  const preamble = options.variant === undefined ? [`variant ${choice.variant}: ${choice.why}`] : [];
  const open = () => openWorkflow({ project, registry, variant: choice.variant, workflow, options, earlier });
  return execute({
    context,
    options,
    scope: scopeOf(options),
    consent,
    command: `lab run ${workflow}`,
    preamble,
    open,
  });
};

/** An unfinished run of the same workflow is offered to be continued; without a terminal it is. */
const continues = async (options: RunOptions, run: string): Promise<boolean> => {
  if (options.new === true || options.set !== undefined || options.inputs !== undefined) return false;
  if (!canAsk()) return true;
  return (
    (await askChoice(`Run ${run} is unfinished. Continue it, or start a new one?`, ['continue', 'new'])) === 'continue'
  );
};

/** Whether packages may be installed: asked on a terminal, told by --yes elsewhere. @throws CliError 4 without an answer */
export const consentTo = async ({ requirements, variant }: Choice, options: RunOptions): Promise<boolean> => {
  const packages = [
    ...new Set(requirements.filter((each) => each.state === 'installable').map((each) => each.package ?? each.what)),
  ];
  if (packages.length === 0 || options.yes === true) return true;
  const what = `${variant} needs Debian packages this host does not have: ${packages.join(', ')}`;
  if (canAsk() && (await askYesNo(`${what}.\nInstall them with apt-get? Their services are not started.`))) return true;
  const again = `npx lab ${process.argv.slice(2).join(' ')} --yes`;
  throw new CliError(
    exitCode.host,
    `${what}.\nTo let lab install them:  ${again}\nTo install them yourself:  apt-get install --no-install-recommends ${packages.join(' ')}`,
  );
};
