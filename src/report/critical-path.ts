// Which steps decided how long the run took: from the one that ended last back through what each waited for.
import type { Address } from '../core/event.ts';
import type { RunRecord, StepRow } from './run-record.ts';

/** In the order they ran. The time of each is what it added after the one before it had ended. */
export const criticalPath = (record: RunRecord): readonly { readonly address: Address; readonly addedMs: number }[] => {
  const since = record.sittings.at(-1)?.from;
  const done = record.steps.filter((row) => row.finishedAt !== undefined && row.finishedAt >= (since ?? 0));
  const path: StepRow[] = [];
  for (let row = latest(done); row && !path.includes(row); row = latest(needed(record, row))) path.unshift(row);
  return path.map(({ address, finishedAt = 0 }, at) => ({
    address,
    addedMs: Math.max(0, finishedAt - (path[at - 1]?.finishedAt ?? since ?? finishedAt)),
  }));
};

/** The steps a step waited for; for a foreach parent its children. */
const needed = (record: RunRecord, { planned }: StepRow): readonly StepRow[] => {
  const found: StepRow[] = [];
  const seen = new Set<Address>();
  const queue = [...planned.needs];
  for (let address = queue.pop(); address !== undefined; address = queue.pop()) {
    if (seen.has(address)) continue;
    seen.add(address);
    const row = record.rows.get(address);
    if (!row) continue;
    if (row.planned.parent === true) queue.push(...(record.children.get(address) ?? []), ...row.planned.needs);
    else found.push(row);
  }
  return found;
};

const latest = (rows: readonly StepRow[]): StepRow | undefined =>
  rows.reduce<StepRow | undefined>(
    (last, row) =>
      row.finishedAt !== undefined && (last?.finishedAt === undefined || row.finishedAt > last.finishedAt) ? row : last,
    undefined,
  );
