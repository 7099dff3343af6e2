// What is deployed and which of its steps hold now, proved again side by side, and as a person reads it. Writes nothing.
import { parseAddress } from '../core/address.ts';
import { formatDuration } from '../core/quantity.ts';
import { textOf } from '../core/template.ts';
import { unfinishedRun } from '../history/history.ts';
import { howToPrune } from '../history/left-behind.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import { readLockHolder } from '../store/lock.ts';
import type { RunEntry, StateData } from '../store/state.ts';
import { localDay, localMoment, localTime } from '../view/moment.ts';
import { factEntries } from '../view/summary.ts';
import { table } from '../view/table.ts';
import { cleanName, createPaint, oneLine, type Paint } from '../view/text.ts';
import { type CommandContext, lookAtState } from './context.ts';
import { lookAtPlan } from './look-at-plan.ts';
import { prepare, removedOf } from './prepare.ts';

interface StepStatus {
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

interface StatusDrawing {
  readonly now: number;
  readonly columns: number;
  readonly color: boolean;
}

export const statusText = (status: Status, drawing: StatusDrawing): string =>
  [...head(status, drawing), ...steps(status, drawing), ...tail(status)].join('\n');

const head = ({ deployed }: Status, { now, columns }: StatusDrawing): readonly string[] => {
  if (!deployed) return ['Nothing is deployed.'];
  const since = Date.parse(deployed.since);
  const facts = table(
    factEntries(deployed).map(([name, value]) => [cleanName(name), oneLine(textOf(value))]),
    { columns, indent: 2, whole: true },
  );
  return [
    `${deployed.variant} is deployed${deployed.complete ? '' : ', not to its end,'} since ${localMoment(since)} (${formatDuration(now - since)} ago)`,
    ...facts,
  ];
};

const steps = ({ deployed, steps: all, unfinished, problem }: Status, drawing: StatusDrawing): readonly string[] => {
  if (!deployed) return [];
  if (problem !== null)
    return [`Its steps can't be asked, for ${deployed.workflow} is wrong:`, ...problem.trimEnd().split('\n')];
  const paint = createPaint(drawing.color);
  const broken = all.filter((step) => !step.holds);
  const rows = [...broken.map((step) => brokenRow(step, paint, drawing)), ...heldRows(all, paint, drawing)];
  const drawn = table(rows, { columns: drawing.columns, indent: 2 });
  if (broken.length === 0) return [paint.good(`All ${all.length} steps hold, proved just now:`), ...drawn];
  return [
    paint.bad(`${broken.length} of ${all.length} steps do not hold now:`),
    ...drawn,
    ...(unfinished ? [] : [`To heal them: npx lab run ${deployed.workflow}`]),
  ];
};

const brokenRow = ({ address, reason, lastProved, since }: StepStatus, paint: Paint, { now }: StatusDrawing) => {
  const ago = (at: string): string => `${formatDuration(Math.max(0, now - Date.parse(at)))} ago`;
  const held = lastProved === null ? 'never proved' : `held ${ago(lastProved)}`;
  const when = since === null ? held : `since ${clockTime(since, now)}`;
  return [paint.bad('fails'), cleanName(address), when, oneLine(reason)];
};

/** Children of one step that all hold take one row. */
const heldRows = (all: readonly StepStatus[], paint: Paint, { now }: StatusDrawing): readonly (readonly string[])[] => {
  const byStep = new Map<string, StepStatus[]>();
  for (const step of all) {
    const { step: id } = parseAddress(step.address);
    byStep.set(id, [...(byStep.get(id) ?? []), step]);
  }
  return [...byStep].flatMap(([id, each]) => {
    const fold = each.length > 2 && each.every(({ holds }) => holds);
    const rows = fold ? [{ label: `${id} x ${each.length}`, since: latest(each) }] : each.filter(({ holds }) => holds);
    return rows.map((row) => [
      paint.good('holds'),
      cleanName('label' in row ? row.label : row.address),
      ...(row.since === null
        ? ['', '']
        : [`since ${clockTime(row.since, now)}`, `${formatDuration(Math.max(0, now - Date.parse(row.since)))}`]),
    ]);
  });
};

const latest = (steps: readonly StepStatus[]): string | null =>
  steps.reduce<string | null>((last, { since }) => (since !== null && since > (last ?? '') ? since : last), null);

/** With the day when that is another one. */
const clockTime = (at: string, now: number): string => {
  const since = Date.parse(at);
  return localDay(now) === localDay(since) ? localTime(since) : localMoment(since);
};

const tail = ({ unfinished, running, deployed, created, removed }: Status): readonly string[] => [
  ...(running
    ? [`Running now: ${oneLine(running.command)} (pid ${running.pid}, since ${localTime(Date.parse(running.since))})`]
    : []),
  ...(unfinished && !running
    ? [`Run ${unfinished.run} (${unfinished.workflow}) is unfinished. To continue: npx lab resume`]
    : []),
  ...(deployed && removed.length > 0
    ? [
        `No longer in the workflow, and still there: ${removed.map(cleanName).join(', ')}`,
        howToPrune(deployed.workflow),
      ]
    : []),
  ...(!deployed && created > 0
    ? [`${created} created things are still in the ledger. To take them away: npx lab run teardown`]
    : []),
];
