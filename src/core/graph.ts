// Orders over a DAG of addresses. Nothing here recurses: a chain of ten thousand steps is an ordinary graph.

export interface Vertex {
  readonly address: string;
  readonly needs: readonly string[];
}

/** Each vertex after everything it needs; among equals the given order stays. Needs outside the list are ignored. @throws Error on a cycle. */
export const topological = <T extends Vertex>(vertices: readonly T[]): readonly T[] =>
  orderBy(edges(vertices)).map((at) => vertices[at] as T);

/** Places in the list; uses `waiting` up. */
const orderBy = ({ followers, waiting }: Edges): readonly number[] => {
  const order: number[] = [];
  for (let at = 0; at < waiting.length; at += 1) if (waiting[at] === 0) order.push(at);
  for (let at = 0; at < order.length; at += 1) {
    for (const follower of followers[order[at] as number] ?? []) {
      const left = (waiting[follower] as number) - 1;
      waiting[follower] = left;
      if (left === 0) order.push(follower);
    }
  }
  if (order.length !== waiting.length) throw new Error('the steps need one another in a circle');
  return order;
};

/** What stays when those that wait for nothing are taken away, again and again: the circles and what follows them. */
export const inCircles = (vertices: readonly Vertex[]): ReadonlySet<string> => {
  const { followers, waiting } = edges(vertices);
  const free = vertices.flatMap((_, at) => (waiting[at] === 0 ? [at] : []));
  const taken = new Set(free);
  for (let at = free.pop(); at !== undefined; at = free.pop()) {
    for (const follower of followers[at] ?? []) {
      const left = (waiting[follower] as number) - 1;
      waiting[follower] = left;
      if (left > 0) continue;
      taken.add(follower);
      free.push(follower);
    }
  }
  return new Set(vertices.filter((_, at) => !taken.has(at)).map(({ address }) => address));
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

/** By place in the list, since ten thousand addresses are looked up once and not at every turn. */
interface Edges {
  /** Undefined for what nothing waits for. */
  readonly followers: readonly (readonly number[] | undefined)[];
  /** How many needs each still has. */
  readonly waiting: number[];
}

/** Who waits for whom. */
const edges = (vertices: readonly Vertex[]): Edges => {
  const places = new Map<string, number>();
  for (let at = 0; at < vertices.length; at += 1) places.set((vertices[at] as Vertex).address, at);
  const followers: (number[] | undefined)[] = new Array(vertices.length).fill(undefined);
  const waiting: number[] = new Array(vertices.length).fill(0);
  for (let at = 0; at < vertices.length; at += 1) {
    const { needs } = vertices[at] as Vertex;
    for (const need of needs.length < 2 ? needs : new Set(needs)) {
      const place = places.get(need);
      if (place === undefined) continue;
      waiting[at] = (waiting[at] as number) + 1;
      const known = followers[place];
      if (known) known.push(at);
      else followers[place] = [at];
    }
  }
  return { followers, waiting };
};

/** Milliseconds from each vertex to the end along its longest path, its own weight included: the order to start in. */
export const longestPaths = (
  vertices: readonly Vertex[],
  weight: (address: string) => number,
): ReadonlyMap<string, number> => {
  const known = edges(vertices);
  const lengths: number[] = new Array(vertices.length).fill(0);
  const order = orderBy(known);
  for (let turn = order.length - 1; turn >= 0; turn -= 1) {
    const at = order[turn] as number;
    let after = 0;
    for (const each of known.followers[at] ?? []) after = Math.max(after, lengths[each] as number);
    lengths[at] = after + weight((vertices[at] as Vertex).address);
  }
  const ranks = new Map<string, number>();
  for (let at = 0; at < vertices.length; at += 1) ranks.set((vertices[at] as Vertex).address, lengths[at] as number);
  return ranks;
};

/** Everything the given addresses lead to (`forward`) or rest on (`backward`), themselves included. */
export const closure = (
  vertices: readonly Vertex[],
  from: readonly string[],
  direction: 'forward' | 'backward',
): ReadonlySet<string> => {
  const next =
    direction === 'forward' ? followersOf(vertices) : new Map(vertices.map((each) => [each.address, each.needs]));
  const seen = new Set(from);
  const queue = [...from];
  for (let address = queue.pop(); address !== undefined; address = queue.pop()) {
    for (const each of next.get(address) ?? []) {
      if (seen.has(each)) continue;
      seen.add(each);
      queue.push(each);
    }
  }
  return seen;
};

const followersOf = (vertices: readonly Vertex[]): ReadonlyMap<string, readonly string[]> => {
  const { followers } = edges(vertices);
  return new Map(
    vertices.map(({ address }, at) => [
      address,
      (followers[at] ?? []).map((each) => (vertices[each] as Vertex).address),
    ]),
  );
};
