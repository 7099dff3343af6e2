// The graph of a workflow as an SVG of its own: a row of boxes for each depth, arrows between, readable on light and dark paper.
import type { StepBox } from './step-graph.ts';
import { cleanLine, textWidth, truncate } from './text.ts';

const size = { height: 34, gapX: 24, gapY: 46, margin: 20, letter: 7.4, longest: 40 };

interface Placed extends StepBox {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export const svgGraph = (title: string, boxes: readonly StepBox[]): string => {
  const placed = place(boxes);
  const byAddress = new Map(placed.map((box) => [box.address, box]));
  const width = Math.max(0, ...placed.map((box) => box.x + box.width)) + size.margin;
  const height = Math.max(0, ...placed.map((box) => box.y + size.height)) + size.margin;
  const arrows = placed.flatMap((box) =>
    box.needs.flatMap((need) => {
      const from = byAddress.get(need);
      return from ? [arrow(from, box)] : [];
    }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" role="img" aria-labelledby="title">`,
    `<title id="title">${escaped(title)}</title>`,
    '<style>',
    'text{font:13px ui-monospace,monospace;text-anchor:middle;dominant-baseline:central;fill:#1c2733}',
    'rect{fill:#eef3f8;stroke:#5b7083}path{fill:none;stroke:#5b7083}marker path{fill:#5b7083;stroke:none}',
    '@media(prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#1d2733;stroke:#8ba0b3}path{stroke:#8ba0b3}marker path{fill:#8ba0b3}}',
    '</style>',
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
    ...arrows,
    ...placed.map(drawBox),
    '</svg>',
  ].join('\n');
};

/** Depth decides the row; within a row, boxes stand below the middle of what they need. */
const place = (boxes: readonly StepBox[]): readonly Placed[] => {
  const depths = depthsOf(boxes);
  const rows = groupByDepth(boxes, depths);
  const centres = new Map<string, number>();
  const placed: Placed[] = [];
  for (const [depth, row] of [...rows].sort(([a], [b]) => a - b)) {
    const wished = row
      .map((box) => ({ box, centre: middleOf(box.needs.map((need) => centres.get(need) ?? 0)) }))
      .sort((a, b) => a.centre - b.centre);
    let x = size.margin;
    for (const { box } of wished) {
      const text = truncate(cleanLine(box.label), size.longest);
      const width = textWidth(text) * size.letter + 24;
      placed.push({ ...box, text, x, width, y: size.margin + depth * (size.height + size.gapY) });
      centres.set(box.address, x + width / 2);
      x += width + size.gapX;
    }
  }
  return centred(placed);
};

const groupByDepth = (
  boxes: readonly StepBox[],
  depths: ReadonlyMap<string, number>,
): ReadonlyMap<number, readonly StepBox[]> => {
  const rows = new Map<number, StepBox[]>();
  for (const box of boxes) {
    const depth = depths.get(box.address) ?? 0;
    rows.set(depth, [...(rows.get(depth) ?? []), box]);
  }
  return rows;
};

const depthsOf = (boxes: readonly StepBox[]): ReadonlyMap<string, number> => {
  const depths = new Map<string, number>();
  for (const { address, needs } of boxes)
    depths.set(address, Math.max(-1, ...needs.map((need) => depths.get(need) ?? -1)) + 1);
  return depths;
};

const middleOf = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, each) => sum + each, 0) / values.length;

/** Every row in the middle of the drawing. */
const centred = (placed: readonly Placed[]): readonly Placed[] => {
  const ends = new Map<number, number>();
  for (const { y, x, width } of placed) ends.set(y, Math.max(ends.get(y) ?? 0, x + width));
  const widest = Math.max(0, ...ends.values());
  return placed.map((box) => ({ ...box, x: box.x + (widest - (ends.get(box.y) ?? widest)) / 2 }));
};

const arrow = (from: Placed, to: Placed): string => {
  const [x1, y1] = [from.x + from.width / 2, from.y + size.height];
  const [x2, y2] = [to.x + to.width / 2, to.y];
  const bend = Math.min(size.gapY, (y2 - y1) / 2);
  const points = [x1, y1, x1, y1 + bend, x2, y2 - bend, x2, y2].map(round);
  return `<path marker-end="url(#tip)" d="M${points[0]} ${points[1]}C${points.slice(2).join(' ')}"/>`;
};

const drawBox = ({ address, text, x, y, width }: Placed): string =>
  `<g><title>${escaped(address)}</title><rect x="${round(x)}" y="${y}" width="${round(width)}" height="${size.height}" rx="6"/><text x="${round(x + width / 2)}" y="${y + size.height / 2}">${escaped(text)}</text></g>`;

const round = (value: number): number => Math.round(value * 10) / 10;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
