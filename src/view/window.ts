// Which rows are shown when the screen is too small for all: what runs, what failed, then what is near. The rest is counted.

export interface WindowRow {
  readonly live: boolean;
  readonly failed: boolean;
  /** It has a second line. */
  readonly detail: boolean;
  readonly parent?: number | undefined;
}

export type WindowLine =
  | { readonly kind: 'row'; readonly at: number; readonly detail: boolean }
  /** Rows `from` up to, not including, `to` are hidden here. */
  | { readonly kind: 'gap'; readonly from: number; readonly to: number };

/** At most `budget` lines, a row with its detail counting as two. */
export const chooseRows = (rows: readonly WindowRow[], budget: number): readonly WindowLine[] => {
  const chooser = new Chooser(rows, Math.max(0, budget));
  chooser.choose();
  return chooser.lines();
};

class Chooser {
  private readonly rows: readonly WindowRow[];
  private readonly budget: number;
  private readonly taken: boolean[];
  private readonly details = new Set<number>();
  /** Lines used so far; a single gap hides all rows at first. */
  private used: number;

  constructor(rows: readonly WindowRow[], budget: number) {
    this.rows = rows;
    this.budget = budget;
    this.taken = rows.map(() => false);
    this.used = rows.length > 0 ? 1 : 0;
  }

  choose(): void {
    const all = this.rows.map((_, at) => at);
    const live = all.filter((at) => this.rows[at]?.live);
    if (this.rows.length <= this.budget) for (const at of all) this.take(at);
    for (const at of live) this.take(at);
    for (const at of all) if (this.rows[at]?.failed) this.take(at);
    for (const at of live) this.takeDetail(at);
    for (const at of this.byDistance(all)) this.take(at);
    for (const at of all) this.takeDetail(at);
  }

  lines(): readonly WindowLine[] {
    // No room even for one row between two gaps: then what runs goes before the count of what is hidden.
    if (this.taken.includes(true) || this.rows.length === 0) return this.linesWithGaps();
    const live = this.rows.findIndex((row) => row.live);
    return [{ kind: 'row', at: Math.max(0, live), detail: false } as const].slice(0, this.budget);
  }

  private linesWithGaps(): readonly WindowLine[] {
    const lines: WindowLine[] = [];
    let from = 0;
    for (let at = 0; at <= this.rows.length; at += 1) {
      if (at < this.rows.length && !this.taken[at]) continue;
      if (at > from) lines.push({ kind: 'gap', from, to: at });
      if (at < this.rows.length) lines.push({ kind: 'row', at, detail: this.details.has(at) });
      from = at + 1;
    }
    return lines;
  }

  /** Takes a row, and the row it stands under, if the lines suffice. */
  private take(at: number): void {
    const parent = this.rows[at]?.parent;
    if (parent !== undefined) this.take(parent);
    if (this.taken[at]) return;
    const gapAbove = at > 0 && !this.taken[at - 1];
    const gapBelow = at < this.rows.length - 1 && !this.taken[at + 1];
    const gaps = (gapAbove ? 1 : 0) + (gapBelow ? 1 : 0) - 1;
    if (this.used + 1 + gaps > this.budget) return;
    this.taken[at] = true;
    this.used += 1 + gaps;
  }

  private takeDetail(at: number): void {
    if (!this.taken[at] || !this.rows[at]?.detail || this.details.has(at) || this.used + 1 > this.budget) return;
    this.details.add(at);
    this.used += 1;
  }

  /** Nearest to what runs first; nothing runs: nearest to the top of what is still to come. */
  private byDistance(all: readonly number[]): readonly number[] {
    const distance = all.map(() => Number.POSITIVE_INFINITY);
    const sweep = (order: readonly number[]): void => {
      let steps = Number.POSITIVE_INFINITY;
      for (const at of order) {
        steps = this.rows[at]?.live ? 0 : steps + 1;
        distance[at] = Math.min(distance[at] ?? steps, steps);
      }
    };
    sweep(all);
    sweep([...all].reverse());
    return [...all].sort((a, b) => (distance[a] ?? 0) - (distance[b] ?? 0) || a - b);
  }
}
