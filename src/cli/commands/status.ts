// `lab status`: what is deployed, since when, and which of its steps hold now, proved again side by side. Writes nothing.
import { readLockHolder } from '../../store/lock.ts';
import type { StateData } from '../../store/state.ts';
import { type CommandContext, lookAtState, openContext } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import { unfinishedRun } from '../history.ts';
import { lookAtPlan } from '../look-at-plan.ts';
import { openWorkflow } from '../open-workflow.ts';
import type { CommonOptions, OutputOptions } from '../options.ts';
import { print, printJson } from '../print.ts';
import { statusText } from '../status-text.ts';

export interface StatusOptions extends CommonOptions, OutputOptions {
  readonly watch?: boolean;
}

export const statusCommand = async (options: StatusOptions): Promise<number> => {
  const context = await openContext(options);
  if (options.watch !== true) {
    const status = await statusOf(context);
    if (options.json === true) printJson(status);
    else print(statusText(status, context.host.clock.now()));
    return status.steps.every((step) => step.holds) ? exitCode.ok : exitCode.stepFailed;
  }
  for (;;) {
    const status = await statusOf(context);
    if (options.json === true) print(JSON.stringify(status));
    else redraw(`${statusText(status, context.host.clock.now())}\nlooked at ${clockText(context)}; Ctrl-C ends this`);
    await context.host.clock.sleep(2000);
  }
};

const clockText = ({ host }: CommandContext): string => new Date(host.clock.now()).toLocaleTimeString('sv-SE');

/** In place on a terminal, without a blank moment in between and never more than fits; one after the other elsewhere. */
const redraw = (text: string): void => {
  if (process.stdout.isTTY !== true || process.env['TERM'] === 'dumb') {
    print(text);
    return;
  }
  const lines = text.split('\n').slice(0, Math.max(1, (process.stdout.rows ?? 24) - 1));
  print(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\n')}\n\x1b[J`);
};

export interface Status {
  readonly deployed: {
    readonly variant: string;
    readonly workflow: string;
    readonly since: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly facts: Readonly<Record<string, unknown>>;
    /** False when no run of it has come to its end yet. */
    readonly complete: boolean;
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
          complete: state.runs.some((run) => run.id === deployed.run && run.outcome === 'succeeded'),
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
  const { project, registry } = context;
  const { variant, workflow, inputs: earlier } = deployed;
  const opened = await openWorkflow({ project, registry, variant, workflow, options: {}, earlier });
  // What was done by any run is asked whether it still holds.
  const { items } = await lookAtPlan({ context, state, opened, current: 'all' });
  return items
    .filter((item) => item.verdict !== 'skip')
    .map(({ unit, verdict, reason, known }) => ({
      address: unit.address,
      holds: verdict === 'keep',
      reason,
      lastProved: known?.status === 'finished' && isDone(known.outcome) ? new Date(known.at).toISOString() : null,
    }));
};

const isDone = (outcome: string | undefined): boolean => outcome === 'changed' || outcome === 'satisfied';
