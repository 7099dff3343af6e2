// One row of the board in words: a sign, the step's name, how it stands, and on a second line what it says or waits for.
import { ListrTaskState } from 'listr2';
import type { Outcome } from '../core/event.ts';
import { formatDuration } from '../core/quantity.ts';
import type { BoardRow } from './board-rows.ts';
import { membersOf } from './board-tree.ts';
import type { RunModel } from './run-model.ts';
import { type StepRecord, worstOf } from './step-record.ts';
import { oneLine, type Paint } from './text.ts';
import { failureText, outcomeWord, phaseWord, stepTitle, waitingText, whyEnded } from './wording.ts';

export interface RowText {
  readonly sign: string;
  readonly tone: keyof Paint;
  readonly status: string;
  readonly detail?: string;
}

export interface RowSurroundings {
  readonly model: RunModel;
  readonly now: number;
  readonly unicode: boolean;
  /** Counts the draws, for the sign of what runs. */
  readonly turn: number;
  /** The last frame: nothing goes on any more. */
  readonly final: boolean;
}

/** How a row counts when not all fit; cheap, since it is asked of every row at every draw. */
export interface RowWeight {
  /** It runs, or its turn has come. */
  readonly live: boolean;
  readonly running: boolean;
  readonly failed: boolean;
  readonly waiting: boolean;
  readonly detail: boolean;
  readonly parent: number | undefined;
}

export const rowWeight = ({ node, state, parent }: BoardRow, { model, final }: RowSurroundings): RowWeight => {
  const record = model.steps.get(node.address);
  const running = !final && (state === ListrTaskState.STARTED || state === ListrTaskState.RETRY);
  const failed = state === ListrTaskState.FAILED;
  const over = node.kind === 'group' ? isFinal(state) : record?.phase === 'done' || record?.phase === 'left-out';
  const ready = !final && node.kind === 'step' && record?.phase === 'ready';
  const own = node.kind === 'step' || record?.failure !== undefined;
  const detail = own && (failed || (running && record !== undefined && hasDetail(record)));
  return { live: running || ready, running, failed, waiting: !running && !over, detail, parent };
};

const isFinal = (state: ListrTaskState): boolean =>
  state === ListrTaskState.COMPLETED || state === ListrTaskState.FAILED || state === ListrTaskState.SKIPPED;

const hasDetail = ({ phase, waiting, lastLine, failure }: StepRecord): boolean => {
  if (phase === 'retrying' && failure) return true;
  if ((phase === 'health' || phase === 'preconditions') && waiting) return true;
  return lastLine !== undefined && lastLine !== '';
};

export const rowText = (row: BoardRow, around: RowSurroundings): RowText => {
  const record = around.model.steps.get(row.node.address);
  if (row.node.kind === 'step' && record) return stepText(record, around);
  return foldText(row, around);
};

const stepText = (record: StepRecord, around: RowSurroundings): RowText => {
  const { phase, failure } = record;
  if (phase === 'done') {
    const detail = record.outcome === 'failed' && failure ? { detail: whyEnded(record) } : {};
    return { ...ended(record.outcome, around), status: endStatus(record), ...detail };
  }
  if (phase === 'left-out') return { ...signs('left-out', around), status: 'left out' };
  if (around.final) return { ...signs('waiting', around), status: finalStatus(record) };
  if (phase === 'needs' || phase === 'ready') return { ...signs('waiting', around), status: waitsFor(record, around) };
  const detail = detailOf(record, around.now);
  return {
    ...signs('live', around),
    status: liveStatus(record, around.now),
    ...(detail && { detail }),
  };
};

const endStatus = (record: StepRecord): string => {
  const { durationMs = 0, reason, outcome } = record;
  const time = durationMs >= 50 ? `, ${formatDuration(durationMs)}` : '';
  const why = (outcome === 'blocked' || outcome === 'skipped') && reason !== undefined ? `: ${oneLine(reason)}` : '';
  return `${outcomeWord(record)}${time}${why}`;
};

const finalStatus = ({ phase }: StepRecord): string =>
  phase === 'needs' || phase === 'ready' ? 'not run' : `was ${phaseWord(phase)}`;

const waitsFor = ({ phase, planned, verdict }: StepRecord, { model }: RowSurroundings): string => {
  if (phase === 'ready') return phaseWord(phase);
  const open = planned.needs.map((need) => model.steps.get(need)).filter((need) => need && need.phase !== 'done');
  const name = open[0] ? stepTitle(open[0].planned) : '';
  const more = open.length > 1 ? ` and ${open.length - 1} more` : '';
  const note = verdict === 'keep' ? 'holds' : verdict === 'run' ? 'to be done again' : 'waiting';
  return name === '' ? note : `${note}, after ${name}${more}`;
};

const liveStatus = ({ phase, attempt, startedAt, planned }: StepRecord, now: number): string => {
  const elapsed = now - (startedAt ?? now);
  const time = formatDuration(Math.max(0, elapsed));
  const times = attempt > 1 ? `, attempt ${attempt}` : '';
  return `${phaseWord(phase)}${times}, ${time}${usualText(planned.usualMs, elapsed)}`;
};

const usualText = (usualMs: number | undefined, elapsed: number): string => {
  if (usualMs === undefined || usualMs < 1000) return '';
  const usual = formatDuration(usualMs);
  return elapsed > usualMs * 1.5 ? ` (longer than the usual ${usual})` : ` of about ${usual}`;
};

const detailOf = (record: StepRecord, now: number): string | undefined => {
  const { phase, waiting, failure, retryAt, lastLine } = record;
  if (phase === 'retrying' && failure)
    return `${failureText(failure)}; next attempt in ${formatDuration(Math.max(0, (retryAt ?? now) - now))}`;
  if ((phase === 'health' || phase === 'preconditions') && waiting) return waitingText(waiting, now);
  return lastLine === '' ? undefined : lastLine;
};

/** A group or a foreach step: how many of its steps are over, and how. */
const foldText = (row: BoardRow, around: RowSurroundings): RowText => {
  const { model, now } = around;
  const members = membersOf(row.node, model).flatMap((address) => model.steps.get(address) ?? []);
  if (members.length === 0) {
    const record = model.steps.get(row.node.address);
    if (record) return stepText(record, around);
  }
  const over = members.filter(({ phase }) => phase === 'done' || phase === 'left-out').length;
  const starts = members.flatMap(({ startedAt }) => startedAt ?? []);
  const since = Math.min(...starts);
  if (over === members.length) {
    const outcome = worstOf(members.map((each) => each.outcome));
    const took = Math.max(0, ...members.flatMap(({ finishedAt }) => finishedAt ?? [])) - since;
    const time = Number.isFinite(took) && took >= 50 ? `, ${formatDuration(took)}` : '';
    return { ...ended(outcome, around), status: `${foldWord(members)}${time}` };
  }
  const count = `${over} of ${members.length} done`;
  if (around.final || starts.length === 0) return { ...signs('waiting', around), status: count };
  return { ...signs('live', around), status: `${count}, ${formatDuration(now - since)}` };
};

/** `3 kept`, or `1 failed, 2 changed` when they differ. */
const foldWord = (members: readonly StepRecord[]): string => {
  const counts = new Map<string, number>();
  for (const member of members) {
    const word = member.phase === 'left-out' ? 'left out' : outcomeWord(member);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
};

const ended = (outcome: Outcome | undefined, around: RowSurroundings) => signs(outcome ?? 'waiting', around);

type Sign = Outcome | 'waiting' | 'live' | 'left-out';

const table: Readonly<Record<Exclude<Sign, 'live'>, readonly [unicode: string, ascii: string, tone: keyof Paint]>> = {
  changed: ['✔', '+', 'good'],
  satisfied: ['✔', '=', 'good'],
  skipped: ['↓', '-', 'dim'],
  failed: ['✖', 'x', 'bad'],
  blocked: ['◼', '!', 'bad'],
  interrupted: ['◼', '!', 'warn'],
  waiting: ['◻', '.', 'dim'],
  'left-out': ['↓', '-', 'dim'],
};

const spinner = { unicode: [...'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'], ascii: [...'|/-\\'] };

const signs = (sign: Sign, { unicode, turn }: RowSurroundings): { sign: string; tone: keyof Paint } => {
  if (sign === 'live') {
    const turns = unicode ? spinner.unicode : spinner.ascii;
    return { sign: turns[turn % turns.length] ?? '*', tone: 'live' };
  }
  const [fine, plain, tone] = table[sign];
  return { sign: unicode ? fine : plain, tone };
};
