// Orders over a DAG of addresses. Nothing here recurses: a chain of ten thousand steps is an ordinary graph.

export interface Vertex {
  readonly address: string;
  readonly needs: readonly string[];
}

/** Each vertex after everything it needs; among equals the given order stays. Needs outside the list are ignored. @throws Error on a cycle. */
export const topological = <T extends Vertex>(vertices: readonly T[]): readonly T[] =>
  orderBy(vertices, edges(vertices));

/** Uses `waiting` up. */
const orderBy = <T extends Vertex>(vertices: readonly T[], { followers, waiting }: Edges): readonly T[] => {
  const byAddress = new Map(vertices.map((each) => [each.address, each]));
  const order = vertices.filter((each) => waiting.get(each.address) === 0);
  for (let at = 0; at < order.length; at += 1) {
    for (const follower of followers.get(order[at]?.address ?? '') ?? []) {
      const left = (waiting.get(follower) ?? 0) - 1;
      waiting.set(follower, left);
      const vertex = byAddress.get(follower);
      if (left === 0 && vertex) order.push(vertex);
    }
  }
  if (order.length !== vertices.length) throw new Error('the steps need one another in a circle');
  return order;
};

/** What stays when those that wait for nothing are taken away, again and again: the circles and what follows them. */
export const inCircles = (vertices: readonly Vertex[]): ReadonlySet<string> => {
  const { followers, waiting } = edges(vertices);
  const left = new Set(vertices.map((each) => each.address));
  const free = [...left].filter((address) => waiting.get(address) === 0);
  for (let address = free.pop(); address !== undefined; address = free.pop()) {
    left.delete(address);
    for (const follower of followers.get(address) ?? []) {
      const count = (waiting.get(follower) ?? 0) - 1;
      waiting.set(follower, count);
      if (count === 0) free.push(follower);
    }
  }
  return left;
};

/** A circle of needs, from one of its vertices round to the last before it again; undefined when there is none. */
export const circleIn = (vertices: readonly Vertex[]): readonly string[] | undefined => {
  const stay = inCircles(vertices);
  const left = new Map(vertices.filter(({ address }) => stay.has(address)).map((each) => [each.address, each]));
  // Whatever is left waits for something that is left: following that comes back to a vertex seen before.
  const path: string[] = [];
  for (let [at] = left.keys(); at !== undefined; at = left.get(at)?.needs.find((need) => left.has(need))) {
    const seen = path.indexOf(at);
    if (seen >= 0) return path.slice(seen);
    path.push(at);
  }
  return undefined;
};

interface Edges {
  readonly followers: Map<string, string[]>;
  readonly waiting: Map<string, number>;
}

/** Who waits for whom: followers by address, and how many needs each still has. */
export const edges = (vertices: readonly Vertex[]): Edges => {
  const followers = new Map<string, string[]>(vertices.map((each) => [each.address, []]));
  const waiting = new Map<string, number>();
  for (const { address, needs } of vertices) {
    const known = (needs.length < 2 ? needs : [...new Set(needs)]).filter((need) => followers.has(need));
    waiting.set(address, known.length);
    for (const need of known) followers.get(need)?.push(address);
  }
  return { followers, waiting };
};

/** Milliseconds from each vertex to the end along its longest path, its own weight included: the order to start in. */
export const longestPaths = (
  vertices: readonly Vertex[],
  weight: (address: string) => number,
): ReadonlyMap<string, number> => {
  const known = edges(vertices);
  const ranks = new Map<string, number>();
  for (const { address } of [...orderBy(vertices, known)].reverse()) {
    let after = 0;
    for (const each of known.followers.get(address) ?? []) after = Math.max(after, ranks.get(each) ?? 0);
    ranks.set(address, after + weight(address));
  }
  return ranks;
};

/** Everything the given addresses lead to (`forward`) or rest on (`backward`), themselves included. */
export const closure = (
  vertices: readonly Vertex[],
  from: readonly string[],
  direction: 'forward' | 'backward',
): ReadonlySet<string> => {
  const { followers } = edges(vertices);
  const needs = new Map(vertices.map((each) => [each.address, each.needs]));
  const seen = new Set(from);
  const queue = [...from];
  for (let address = queue.pop(); address !== undefined; address = queue.pop()) {
    for (const next of (direction === 'forward' ? followers.get(address) : needs.get(address)) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return seen;
};
