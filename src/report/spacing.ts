// Puts things side by side in their order without overlap, each as near as can be to where it wants to be.

export interface Wish {
  /** Where its middle wants to be. */
  readonly at: number;
  /** How much it takes up, its distance to the next included. */
  readonly room: number;
  /** How much it counts against the wishes of others. */
  readonly weight?: number;
}

interface Group {
  weight: number;
  /** Weighted sum of where the middle of its first member wants to be. */
  sum: number;
  readonly members: { readonly behindFirst: number }[];
}

/** The middles, for wishes in order. Those that would overlap are moved together, so that the sum of squared moves is least. */
export const placeApart = (wishes: readonly Wish[]): readonly number[] => {
  const groups: Group[] = [];
  for (const [number, { at, room, weight = 1 }] of wishes.entries()) {
    const before = wishes[number - 1];
    let group: Group = { weight, sum: weight * at, members: [{ behindFirst: 0 }] };
    let distance = before ? (before.room + room) / 2 : 0;
    for (let last = groups.at(-1); last && overlaps(last, group, distance); last = groups.at(-1)) {
      groups.pop();
      group = merge(last, group, distance);
      distance = distanceBetween(wishes, number + 1 - group.members.length);
    }
    groups.push(group);
  }
  return groups.flatMap(({ sum, weight, members }) => members.map(({ behindFirst }) => sum / weight + behindFirst));
};

const endOf = ({ sum, weight, members }: Group): number => sum / weight + (members.at(-1)?.behindFirst ?? 0);

const overlaps = (left: Group, right: Group, distance: number): boolean =>
  endOf(left) + distance > right.sum / right.weight;

const merge = (left: Group, right: Group, distance: number): Group => {
  const shift = (left.members.at(-1)?.behindFirst ?? 0) + distance;
  return {
    weight: left.weight + right.weight,
    sum: left.sum + right.sum - right.weight * shift,
    members: [...left.members, ...right.members.map(({ behindFirst }) => ({ behindFirst: behindFirst + shift }))],
  };
};

/** Between a group's first and what stands before it. */
const distanceBetween = (wishes: readonly Wish[], first: number): number => {
  const [left, right] = [wishes[first - 1], wishes[first]];
  return left && right ? (left.room + right.room) / 2 : 0;
};
