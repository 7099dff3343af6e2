// Decides where the elements of a topology stand: dagre puts what is above in a link above, and keeps crossings few.
import { Graph, layout as layoutWithDagre } from '@dagrejs/dagre';
import { placeApart } from './spacing.ts';
import type { Topology, TopologyNode } from './topology.ts';

/** x and y are the middle. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  /** By name. */
  readonly boxes: ReadonlyMap<string, Box>;
  readonly width: number;
  readonly height: number;
  /** Too many elements for a word on each: they are drawn small. */
  readonly dense: boolean;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What is used of dagre's graph; its own types need those of a package it has bundled. */
interface DagreGraph {
  nodes(): string[];
  node(name: string): { x: number; y: number; width: number; height: number; rank?: number; order?: number };
  successors(name: string): string[] | undefined;
  predecessors(name: string): string[] | undefined;
}

/** More links than this are drawn without words. */
const denseFrom = 34;
const margin = 14;
const gap = 22;

export const layoutOf = (topology: Topology): Layout => {
  const dense = topology.links.length > denseFrom || topology.nodes.length > denseFrom;
  const plugs = plugsOf(topology);
  const sizes = new Map(
    topology.nodes.map((node) => [node.name, dense ? smallSize(node) : sizeOf(node, plugs.get(node.name) ?? 0)]),
  );
  const stacks = dense ? stacksOf(topology) : new Map<string, string>();
  const graph = new Graph({ multigraph: true });
  const above = uppersOf(topology);
  graph.setGraph({
    ...{ rankdir: 'TB', rankalign: 'top', nodesep: dense ? 12 : gap },
    ...{ ranksep: ranksep(above, dense), marginx: margin, marginy: margin },
  });
  const towers = new Map(
    topology.nodes.filter(({ name }) => !stacks.has(name)).map(({ name }) => [name, towerOf(name, stacks, sizes)]),
  );
  for (const [name, tower] of towers) {
    const room = !dense && (above.get(name)?.size ?? 0) > 1 ? roomForLabels : 0;
    const width = Math.max(room, ...tower.map((each) => each.width + 2 * each.indent));
    const height = tower.reduce((sum, each) => sum + each.height + stackGap, -stackGap);
    graph.setNode(name, { width, height });
  }
  const home = (name: string): string => homeOf(name, stacks);
  for (const { name, a, b } of topology.links) {
    const [upper, lower] = [home(a.node), home(b.node)];
    if (upper !== lower && towers.has(upper) && towers.has(lower)) graph.setEdge(upper, lower, {}, name);
  }
  const given = new Map(topology.nodes.map(({ name }, at) => [name, at]));
  layoutWithDagre(graph, { customOrder: (ranked: DagreGraph) => orderRanks(ranked, given) });
  spreadTops(graph, above);
  hangBottoms(graph, above);
  const boxes = new Map<string, Box>();
  for (const [name, tower] of towers)
    for (const [each, box] of unstack(tower, graph.node(name) as Box)) boxes.set(each, box);
  const { width = 0, height = 0 } = graph.graph();
  return { boxes, width: Math.max(1, width), height: Math.max(1, height), dense };
};

/** Three labels side by side on a link. */
const roomForLabels = 270;

/** By name, the nodes that links put above it. */
const uppersOf = ({ nodes, links }: Pick<Topology, 'nodes' | 'links'>): ReadonlyMap<string, ReadonlySet<string>> => {
  const above = new Map<string, Set<string>>(nodes.map(({ name }) => [name, new Set()]));
  for (const { a, b } of links) above.get(b.node)?.add(a.node);
  return above;
};

/** Room for the labels of links, which stand in as many rows as links come from above. */
const ranksep = (above: ReadonlyMap<string, ReadonlySet<string>>, dense: boolean): number => {
  if (dense) return 90 + 1.2 * above.size;
  const most = Math.max(1, ...[...above.values()].map(({ size }) => size));
  return 52 + 34 * Math.min(4, most);
};

/** The uppermost nodes, evenly over what hangs below them: dagre would put them close together in the middle. */
const spreadTops = (graph: DagreGraph, above: ReadonlyMap<string, ReadonlySet<string>>): void => {
  const isTop = (name: string): boolean => above.get(name)?.size === 0 && (graph.successors(name) ?? []).length > 1;
  const boxOf = (name: string): { x: number; width: number } => graph.node(name);
  const tops = graph
    .nodes()
    .filter(isTop)
    .sort((a, b) => boxOf(a).x - boxOf(b).x);
  const below = [...new Set(tops.flatMap((name) => graph.successors(name) ?? []))].map(boxOf);
  if (tops.length < 2 || below.length < tops.length) return;
  const left = Math.min(...below.map(({ x, width }) => x - width / 2));
  const right = Math.max(...below.map(({ x, width }) => x + width / 2));
  for (const [at, name] of tops.entries()) boxOf(name).x = left + ((right - left) * (at + 0.5)) / tops.length;
};

/** By name, how many cables leave a node to the same side, above or below. */
const plugsOf = ({ links }: Pick<Topology, 'links'>): ReadonlyMap<string, number> => {
  const counts = new Map<string, { above: number; below: number }>();
  const of = (name: string): { above: number; below: number } => {
    const count = counts.get(name) ?? { above: 0, below: 0 };
    counts.set(name, count);
    return count;
  };
  for (const { a, b } of links) {
    of(a.node).below += 1;
    of(b.node).above += 1;
  }
  return new Map([...counts].map(([name, { above, below }]) => [name, Math.max(above, below)]));
};

const smallSize = ({ name }: TopologyNode): Size => ({ width: Math.max(64, 26 + name.length * 6.6), height: 20 });

/** Wide enough for its words, and for the names of its ports side by side. */
const sizeOf = ({ name, note = '', role, shape, addresses }: TopologyNode, plugs: number): Size => {
  const sign = shape === undefined ? 0 : 24;
  const head = sign + Math.max(name.length * 7.9, (role.length + note.length + 3) * 5.6);
  const lines = addresses.map(({ label, text }) => 22 + text.length * 6.7 + (label.length + 1) * 6.4);
  return { width: Math.max(124, 20 + Math.max(head, ...lines), 36 * (plugs + 1)), height: 62 + 15 * addresses.length };
};

/** What hangs on one node only stands below it in a tower instead of making the picture wider: by name, what it hangs on. */
const stacksOf = ({ nodes, links }: Pick<Topology, 'nodes' | 'links'>): ReadonlyMap<string, string> => {
  const above = uppersOf({ nodes, links });
  const below = new Map<string, Set<string>>(nodes.map(({ name }) => [name, new Set()]));
  for (const { a, b } of links) below.get(a.node)?.add(b.node);
  const hangs = new Map<string, string>();
  for (const { name } of nodes) {
    const [only, ...others] = above.get(name) ?? [];
    if (only !== undefined && others.length === 0 && (below.get(name)?.size ?? 0) <= 4) hangs.set(name, only);
  }
  return hangs;
};

const homeOf = (name: string, stacks: ReadonlyMap<string, string>): string => {
  let home = name;
  // A circle of links has no top; the number of steps bounds the walk.
  for (let steps = 0; steps < stacks.size; steps += 1) {
    const next = stacks.get(home);
    if (next === undefined) break;
    home = next;
  }
  return home;
};

/** The lowest nodes, each below what it hangs on; what hangs on several gives way. Left to right they stay as they are. */
const hangBottoms = (graph: DagreGraph, above: ReadonlyMap<string, ReadonlySet<string>>): void => {
  const bottoms = graph.nodes().filter((name) => (graph.successors(name) ?? []).length === 0);
  const lowest = Math.max(...bottoms.map((name) => graph.node(name).rank ?? 0));
  const row = bottoms
    .filter((name) => graph.node(name).rank === lowest)
    .sort((a, b) => graph.node(a).x - graph.node(b).x);
  const wishes = row.map((name) => {
    const { x, width } = graph.node(name);
    const uppers = (graph.predecessors(name) ?? []).map((each) => graph.node(each).x);
    const weight = 1 / Math.max(1, above.get(name)?.size ?? 0) ** 2;
    return { at: uppers.length === 0 ? x : mean(uppers), room: width + gap, weight };
  });
  const middles = placeApart(wishes);
  const left = Math.min(...middles.map((x, at) => x - ((wishes[at]?.room ?? 0) - gap) / 2));
  const room = Math.min(...graph.nodes().map((name) => graph.node(name).x - graph.node(name).width / 2));
  // Not out of the picture.
  const shift = Math.max(0, Math.min(room, margin) - left);
  for (const [at, name] of row.entries()) graph.node(name).x = (middles[at] ?? 0) + shift;
};

interface Placed {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly indent: number;
}

const stackGap = 4;
const indentWidth = 5;

const towerOf = (
  top: string,
  stacks: ReadonlyMap<string, string>,
  sizes: ReadonlyMap<string, { width: number; height: number }>,
): readonly Placed[] => {
  const hanging = new Map<string, string[]>();
  for (const [name, on] of stacks) hanging.set(on, [...(hanging.get(on) ?? []), name]);
  const tower: Placed[] = [];
  const queue: { name: string; depth: number }[] = [{ name: top, depth: 0 }];
  for (let next = queue.pop(); next; next = queue.pop()) {
    const { name, depth } = next;
    const size = sizes.get(name) ?? { width: 60, height: 20 };
    tower.push({ name, ...size, indent: Math.min(depth, 4) * indentWidth });
    queue.push(...(hanging.get(name) ?? []).map((each) => ({ name: each, depth: depth + 1 })).reverse());
  }
  return tower;
};

const unstack = (tower: readonly Placed[], { x, y, height }: Box): readonly (readonly [string, Box])[] => {
  let top = y - height / 2;
  return tower.map(({ name, width, height: own, indent }) => {
    const box = { x: x + indent, y: top + own / 2, width, height: own };
    top += own + stackGap;
    return [name, box] as const;
  });
};

/**
 * From left to right: below what it hangs on, and among equals as given, so that leaf1 stands left of leaf2. dagre's own search for
 * few crossings would shuffle a fabric in which every order is as good as another.
 */
const orderRanks = (graph: DagreGraph, given: ReadonlyMap<string, number>): void => {
  const ranks = new Map<number, string[]>();
  for (const name of graph.nodes()) {
    const rank = graph.node(name).rank ?? 0;
    ranks.set(rank, [...(ranks.get(rank) ?? []), name]);
  }
  const places = new Map<string, number>();
  for (const [, names] of [...ranks].sort(([a], [b]) => a - b)) {
    const middle = new Map(
      names.map((name) => [name, mean((graph.predecessors(name) ?? []).map((each) => places.get(each) ?? 0))]),
    );
    const place = (name: string): number => middle.get(name) ?? 0;
    const sorted = names.sort((a, b) => place(a) - place(b) || (given.get(a) ?? 0) - (given.get(b) ?? 0));
    for (const [at, name] of sorted.entries()) {
      graph.node(name).order = at;
      places.set(name, at / sorted.length);
    }
  }
};

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
