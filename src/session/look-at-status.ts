// What is deployed, and which of its steps hold now, proved again side by side. Writes nothing.

import { unfinishedRun } from '../history/history.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import { readLockHolder } from '../store/lock.ts';
import type { RunEntry, StateData } from '../store/state.ts';
import { type CommandContext, lookAtState } from './context.ts';
import { lookAtPlan } from './look-at-plan.ts';
import { prepare, removedOf } from './prepare.ts';

export interface StepStatus {
  readonly address: string;
  readonly holds: boolean;
  readonly reason: string;
  readonly lastProved: string | null;
  /** Since when it holds; of one that does not, when that was first seen, which only `--watch` can tell. */
  readonly since: string | null;
}

export interface Status {
  readonly deployed: {
    readonly variant: string;
    readonly workflow: string;
    readonly since: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly facts: Readonly<Record<string, unknown>>;
    /** Facts that hold a secret and are therefore kept nowhere. */
    readonly withheld?: readonly string[];
    /** False when no run of it has come to its end yet, and not all of its steps hold either, as after `lab adopt` they do. */
    readonly complete: boolean;
  } | null;
  readonly steps: readonly StepStatus[];
  /** Why nothing can be said of the steps; null when that can be. */
  readonly problem: string | null;
  readonly unfinished: { readonly run: string; readonly workflow: string; readonly variant: string } | null;
  readonly running: { readonly pid: number; readonly command: string; readonly since: string } | null;
  readonly created: number;
  /** Addresses of what was made and is no longer in the workflow. */
  readonly removed: readonly string[];
}

/** @throws CliError, StoreError */
export const lookAtStatus = async (context: CommandContext): Promise<Status> => {
  const state = await lookAtState(context);
  const { deployed } = state;
  const unfinished = unfinishedRun(state);
  const holder = await readLockHolder(context.stateDir);
  const nothing = { steps: [], problem: null, removed: [] };
  const { steps, problem, removed } = deployed ? await proofs(context, state, deployed) : nothing;
  return {
    deployed: deployed
      ? {
          variant: deployed.variant,
          workflow: deployed.workflow,
          since: new Date(deployed.since).toISOString(),
          inputs: deployed.inputs,
          facts: deployed.facts,
          ...(deployed.withheld && { withheld: deployed.withheld }),
          complete:
            state.runs.some((run) => isWhole(run, deployed)) || (steps.length > 0 && steps.every(({ holds }) => holds)),
        }
      : null,
    steps,
    problem,
    unfinished: unfinished ? { run: unfinished.id, workflow: unfinished.workflow, variant: unfinished.variant } : null,
    running: holder ? { pid: holder.pid, command: holder.command, since: new Date(holder.since).toISOString() } : null,
    created: state.created.length,
    removed,
  };
};

/** A run of some steps only says nothing of the others. */
const isWhole = (run: RunEntry, { variant, workflow }: NonNullable<StateData['deployed']>): boolean =>
  run.variant === variant &&
  run.workflow === workflow &&
  run.outcome === 'succeeded' &&
  run.partial !== true &&
  run.superseded !== true;

const proofs = async (
  context: CommandContext,
  state: StateData,
  deployed: NonNullable<StateData['deployed']>,
): Promise<Pick<Status, 'steps' | 'problem' | 'removed'>> => {
  const { variant, workflow, inputs: earlier } = deployed;
  const wish = { variant, workflow, options: {}, earlier, built: true, run: 'status' };
  const prepared = await prepare(context, state, wish).catch((error: unknown) => {
    // What is deployed, and what runs, can be told without.
    if (error instanceof CliError && error.code === exitCode.file) return error;
    throw error;
  });
  if (prepared instanceof CliError) return { steps: [], problem: prepared.message, removed: [] };
  // What was done by any run is asked whether it still holds.
  const { items, units, heldSince } = await lookAtPlan(prepared, { standing: true });
  const steps = items
    .filter((item) => item.verdict !== 'skip')
    .map(({ unit: { address }, verdict, reason, known }) => {
      const holds = verdict === 'keep';
      const lastProved = known?.status === 'finished' && isDone(known.outcome) ? known.at : undefined;
      return { address, holds, reason, lastProved: iso(lastProved), since: holds ? iso(heldSince(address)) : null };
    });
  return { steps, problem: null, removed: removedOf({ ...prepared, units }) };
};

const isDone = (outcome: string | undefined): boolean => outcome === 'changed' || outcome === 'satisfied';

const iso = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

/** From one look to the next: a step that turned has stood as it stands since the look that saw it. */
export const withTurns = (before: Status | undefined, status: Status, now: number): Status => {
  const last = new Map(before?.steps.map((step) => [step.address, step]));
  const steps = status.steps.map((step) => {
    const known = last.get(step.address);
    if (!known) return step;
    return known.holds === step.holds ? { ...step, since: known.since } : { ...step, since: iso(now) };
  });
  return { ...status, steps };
};
