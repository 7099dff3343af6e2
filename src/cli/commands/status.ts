// `lab status`: what is deployed, since when, and which of its steps hold now, proved again side by side. Writes nothing.
import { planWorkflow } from '../../engine/plan.ts';
import { readLockHolder } from '../../store/lock.ts';
import type { StateData } from '../../store/state.ts';
import { type CommandContext, lookAtState, openContext } from '../context.ts';
import { createEngine } from '../create-engine.ts';
import { deployedOf } from '../deployed.ts';
import { exitCode } from '../exit-code.ts';
import { historyOf, renamed, unfinishedRun } from '../history.ts';
import { openWorkflow } from '../open-workflow.ts';
import type { CommonOptions, OutputOptions } from '../options.ts';
import { print, printJson } from '../print.ts';
import { statusText } from '../status-text.ts';

export interface StatusOptions extends CommonOptions, OutputOptions {
  readonly watch?: boolean;
}

export const statusCommand = async (options: StatusOptions): Promise<number> => {
  const context = await openContext(options);
  for (;;) {
    const status = await statusOf(context);
    if (options.json === true) printJson(status);
    else
      print(
        `${options.watch === true && process.stdout.isTTY === true ? '\x1b[2J\x1b[H' : ''}${statusText(status, context.host.clock.now())}`,
      );
    if (options.watch !== true) return status.steps.every((step) => step.holds) ? exitCode.ok : exitCode.stepFailed;
    await context.host.clock.sleep(2000);
  }
};

export interface Status {
  readonly deployed: {
    readonly variant: string;
    readonly workflow: string;
    readonly since: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly facts: Readonly<Record<string, unknown>>;
  } | null;
  readonly steps: readonly {
    readonly address: string;
    readonly holds: boolean;
    readonly reason: string;
    readonly lastProved: string | null;
  }[];
  readonly unfinished: { readonly run: string; readonly workflow: string; readonly variant: string } | null;
  readonly running: { readonly pid: number; readonly command: string; readonly since: string } | null;
  readonly created: number;
}

const statusOf = async (context: CommandContext): Promise<Status> => {
  const state = await lookAtState(context);
  const { deployed } = state;
  const unfinished = unfinishedRun(state);
  const holder = await readLockHolder(context.stateDir);
  return {
    deployed: deployed
      ? {
          variant: deployed.variant,
          workflow: deployed.workflow,
          since: new Date(deployed.since).toISOString(),
          inputs: deployed.inputs,
          facts: deployed.facts,
        }
      : null,
    steps: deployed ? await proofs(context, state, deployed) : [],
    unfinished: unfinished ? { run: unfinished.id, workflow: unfinished.workflow, variant: unfinished.variant } : null,
    running: holder ? { pid: holder.pid, command: holder.command, since: new Date(holder.since).toISOString() } : null,
    created: state.created.length,
  };
};

const proofs = async (
  context: CommandContext,
  state: StateData,
  deployed: NonNullable<StateData['deployed']>,
): Promise<Status['steps']> => {
  const { project, registry, host, stateDir } = context;
  const opened = await openWorkflow({
    project,
    registry,
    variant: deployed.variant,
    workflow: deployed.workflow,
    options: {},
    earlier: deployed.inputs,
  });
  const history = await historyOf(stateDir, state, {
    workflow: deployed.workflow,
    variant: deployed.variant,
    current: deployed.run,
  });
  const yielded = await deployedOf(stateDir, state, deployed.variant);
  const engine = createEngine(opened, { host, stateDir, run: 'status', ...(yielded && { deployed: yielded }) });
  const items = await planWorkflow(engine, {
    workflow: opened.workflow,
    known: renamed(history.known, opened.workflow),
    scope: {},
  });
  return items
    .filter((item) => item.verdict !== 'skip')
    .map(({ unit, verdict, reason, known }) => ({
      address: unit.address,
      holds: verdict === 'keep',
      reason,
      lastProved: known?.status === 'finished' ? new Date(known.at).toISOString() : null,
    }));
};
