// The graph of a workflow as text: mermaid and dot for other tools, and rails for the terminal.
import type { StepBox } from './step-graph.ts';
import { cleanLine, cleanName, truncate } from './text.ts';

export const mermaidGraph = (boxes: readonly StepBox[]): string => {
  const ids = new Map(boxes.map(({ address }, at) => [address, `s${at}`]));
  const quote = (text: string): string => cleanLine(text).replaceAll('#', '#35;').replaceAll('"', '#quot;');
  return [
    'flowchart TD',
    ...boxes.map(({ address, label }) => `  ${ids.get(address)}["${quote(label)}"]`),
    ...boxes.flatMap(({ address, needs }) => needs.map((need) => `  ${ids.get(need)} --> ${ids.get(address)}`)),
  ].join('\n');
};

export const dotGraph = (name: string, boxes: readonly StepBox[]): string => {
  const quote = (text: string): string => `"${cleanLine(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  return [
    `digraph ${quote(name)} {`,
    '  rankdir=TB;',
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
    ...boxes.map(({ address, label }) => `  ${quote(address)} [label=${quote(label)}];`),
    ...boxes.flatMap(({ address, needs }) => needs.map((need) => `  ${quote(need)} -> ${quote(address)};`)),
    '}',
  ].join('\n');
};

/** One row a step, from top to bottom in time; each rail leads down to a step that waits for the one above. */
export const railGraph = (boxes: readonly StepBox[], columns: number): string => {
  const followers = new Map<string, string[]>();
  for (const { address, needs } of boxes)
    for (const need of needs) followers.set(need, [...(followers.get(need) ?? []), address]);
  let rails: (string | undefined)[] = [];
  const rows: string[] = [];
  for (const { address, label } of boxes) {
    const mine = rails.flatMap((target, at) => (target === address ? [at] : []));
    const at = mine[0] ?? freeRail(rails);
    if (mine.length > 1) rows.push(joinRow(rails, mine));
    for (const rail of mine) rails[rail] = undefined;
    rows.push(`${stepRow(rails, at)} ${cleanName(label)}`);
    const next = followers.get(address) ?? [];
    const taken = next.map((target, index) => {
      const rail = index === 0 ? at : freeRail(rails, at + 1);
      rails[rail] = target;
      return rail;
    });
    if (taken.length > 1) rows.push(splitRow(rails, taken));
    rails = trimmed(rails);
  }
  return rows.map((row) => truncate(row.trimEnd(), columns)).join('\n');
};

const freeRail = (rails: readonly (string | undefined)[], from = 0): number => {
  const free = rails.findIndex((target, at) => at >= from && target === undefined);
  return free === -1 ? Math.max(from, rails.length) : free;
};

const trimmed = (rails: readonly (string | undefined)[]): (string | undefined)[] =>
  rails.slice(0, rails.findLastIndex((target) => target !== undefined) + 1);

const stepRow = (rails: readonly (string | undefined)[], at: number): string => {
  const width = Math.max(rails.length, at + 1);
  return Array.from({ length: width }, (_, rail) => (rail === at ? '●' : rails[rail] === undefined ? ' ' : '│'))
    .join(' ')
    .trimEnd();
};

/** The rails `mine` run together into the first of them. */
const joinRow = (rails: readonly (string | undefined)[], mine: readonly number[]): string =>
  forkRow(rails, mine, { first: '├', middle: '┴', last: '╯' });

const splitRow = (rails: readonly (string | undefined)[], mine: readonly number[]): string =>
  forkRow(rails, mine, { first: '├', middle: '┬', last: '╮' });

const forkRow = (
  rails: readonly (string | undefined)[],
  mine: readonly number[],
  corners: { readonly first: string; readonly middle: string; readonly last: string },
): string => {
  const [start = 0] = mine;
  const end = Math.max(...mine);
  const cell = (rail: number): string => {
    if (rail === start) return corners.first;
    if (rail === end) return corners.last;
    if (mine.includes(rail)) return corners.middle;
    const through = rails[rail] !== undefined;
    if (rail > start && rail < end) return through ? '┼' : '─';
    return through ? '│' : ' ';
  };
  return Array.from({ length: Math.max(rails.length, end + 1) }, (_, rail) => {
    const between = rail >= start && rail < end ? '─' : ' ';
    return `${cell(rail)}${between}`;
  })
    .join('')
    .trimEnd();
};
