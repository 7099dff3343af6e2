// Decides where each cable leaves its boxes: every one has a place of its own on a side, in the order of what it leads to.
import type { Box, Layout } from './layout.ts';
import type { Topology, TopologyLink } from './topology.ts';

export interface Place {
  readonly x: number;
  readonly y: number;
}

export type Line = readonly [Place, Place];

type Side = 'top' | 'bottom' | 'left' | 'right';

interface Plug {
  readonly link: string;
  readonly end: 0 | 1;
  readonly box: Box;
  readonly other: Box;
}

/** By the link's name. */
export const cablesOf = ({ links }: Pick<Topology, 'links'>, { boxes }: Layout): ReadonlyMap<string, Line> => {
  const sides = new Map<string, Plug[]>();
  for (const link of links)
    for (const [key, plug] of plugsOf(link, boxes)) sides.set(key, [...(sides.get(key) ?? []), plug]);
  const lines = new Map<string, [Place | undefined, Place | undefined]>();
  for (const [key, plugs] of sides) {
    const side = key.slice(0, key.indexOf(' ')) as Side;
    const level = side === 'top' || side === 'bottom';
    plugs.sort((a, b) => (level ? a.other.x - b.other.x : a.other.y - b.other.y));
    for (const [at, { link, end, box }] of plugs.entries()) {
      const line = lines.get(link) ?? [undefined, undefined];
      line[end] = placeOn(box, side, (at + 1) / (plugs.length + 1));
      lines.set(link, line);
    }
  }
  return new Map([...lines].flatMap(([name, [from, to]]) => (from && to ? [[name, [from, to]] as const] : [])));
};

const plugsOf = (
  { name, a, b }: TopologyLink,
  boxes: ReadonlyMap<string, Box>,
): readonly (readonly [string, Plug])[] => {
  const [one, two] = [boxes.get(a.node), boxes.get(b.node)];
  if (!one || !two) return [];
  return [
    [`${sideTo(one, two)} ${a.node}`, { link: name, end: 0, box: one, other: two }],
    [`${sideTo(two, one)} ${b.node}`, { link: name, end: 1, box: two, other: one }],
  ];
};

/** Boxes beside each other are joined at their sides, others from above to below. */
const sideTo = (from: Box, to: Box): Side => {
  if (Math.abs(from.y - to.y) < (from.height + to.height) / 2) return from.x < to.x ? 'right' : 'left';
  return from.y < to.y ? 'bottom' : 'top';
};

const placeOn = ({ x, y, width, height }: Box, side: Side, share: number): Place => {
  const across = x + width * (share - 0.5);
  const down = y + height * (share - 0.5);
  if (side === 'top') return { x: across, y: y - height / 2 };
  if (side === 'bottom') return { x: across, y: y + height / 2 };
  return { x: side === 'left' ? x - width / 2 : x + width / 2, y: down };
};

/** Straight between the middles of two boxes' sides: for what is no cable. */
export const directLine = (one: Box, two: Box): Line => [
  placeOn(one, sideTo(one, two), 0.5),
  placeOn(two, sideTo(two, one), 0.5),
];

export const between = ([a, b]: Line, share: number): Place => ({
  x: a.x + (b.x - a.x) * share,
  y: a.y + (b.y - a.y) * share,
});
