// The data a page is built from, and the words it borrows: this room knows events, the program knows how people say it.
import type { RunRecord, StepRow } from './run-record.ts';
import type { ElementState, Topology } from './topology.ts';

export interface Wording {
  title(row: StepRow): string;
  outcome(row: StepRow): string;
  /** Why it ended as it did. */
  ended(row: Pick<StepRow, 'failure' | 'reason'>): string;
  undone(row: StepRow): string | undefined;
  duration(ms: number): string;
  /** A moment, in the zone of whoever made the page. */
  moment(at: number): string;
}

export interface LogText {
  readonly address: string;
  readonly attempt: number;
  /** Relative to the run's folder. */
  readonly file: string;
  readonly bytes: number;
  readonly text: string;
  /** Its beginning is not shown. */
  readonly cut: boolean;
}

export interface Trace {
  readonly title: string;
  readonly verdict: string | undefined;
  /** Packets by link. */
  readonly hops: Readonly<Record<string, number>>;
}

export interface Pictured {
  readonly topology: Topology;
  readonly states: ReadonlyMap<string, ElementState>;
  readonly trace: Trace | undefined;
  /** Where the states come from, in words. */
  readonly source: string;
}

/** Ids of a row's parts in the page. */
export const rowId = {
  time: (row: StepRow): string => `t${row.index}`,
  verdict: (row: StepRow): string => `v${row.index}`,
};

/** One look for one meaning, wherever an outcome is shown. */
export const tone = (row: StepRow): string => {
  if (row.undone?.failure?.kind === 'blocked') return 'held';
  if (row.undone !== undefined) return row.undone.outcome === 'failed' ? 'broken' : 'gone';
  if (row.phase === 'acting' || row.phase === 'retrying' || row.phase === 'proving') return 'working';
  if (row.phase === 'cut') return 'held';
  switch (row.phase === 'done' ? row.outcome : undefined) {
    case 'changed':
    case 'satisfied':
      return 'proved';
    case 'failed':
      return 'broken';
    case 'interrupted':
    case 'blocked':
      return 'held';
    default:
      return 'unproved';
  }
};

export const toneMark: Readonly<Record<string, string>> = {
  ...{ proved: '✓', broken: '✗', working: '▸', held: '‖', unproved: '·', gone: '–' },
};

/** The word beside the mark. */
export const stateWord = (row: StepRow, words: Wording): string => {
  if (row.undone !== undefined) return row.undone.outcome === 'failed' ? 'not removed' : 'taken away';
  if (row.phase === 'done') return words.outcome(row);
  const open = {
    open: 'not yet',
    acting: 'working',
    retrying: 'trying again',
    proving: 'proving',
    cut: 'cut off',
  } as const;
  return open[row.phase];
};

export interface Block {
  /** The row of a step, or of the parent of its children. */
  readonly head: StepRow;
  /** For a parent. */
  readonly children: readonly StepRow[];
}

/** Rows in the order of the plan, children below their parent. */
export const blocksOf = (record: RunRecord): readonly Block[] => {
  const inParent = new Set(
    [...record.children].flatMap(([parent, children]) => (record.rows.has(parent) ? children : [])),
  );
  return [...record.rows.values()]
    .filter(({ address }) => !inParent.has(address))
    .map((head) => ({
      head,
      children: (record.children.get(head.address) ?? []).flatMap((address) => record.rows.get(address) ?? []),
    }));
};

/** A step, or a parent that ended without children: it has its own verdict. */
export const isSingle = ({ head, children }: Block): boolean =>
  head.planned.parent !== true || (head.outcome !== undefined && children.length === 0);

/** What is worst among children stands for them. */
export const worstTone = (rows: readonly StepRow[]): string => {
  const tones = new Set(rows.map(tone));
  return ['broken', 'held', 'working', 'unproved', 'gone', 'proved'].find((each) => tones.has(each)) ?? 'unproved';
};

/** `3 changed, 1 failed`. */
export const tally = (rows: readonly StepRow[], words: Wording): string => {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const word = stateWord(row, words);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
};
