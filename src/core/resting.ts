// What rests on what of the things that were made, and the order that follows for taking them away.
import { parseAddress } from './address.ts';
import type { Address, PlannedStep } from './event.ts';
import type { Holding } from './holdings.ts';

interface Plan {
  readonly planned: ReadonlyMap<Address, PlannedStep>;
  /** By the id of their foreach step. */
  readonly children: ReadonlyMap<string, ReadonlySet<Address>>;
  readonly isHeld: (address: Address) => boolean;
}

/**
 * All that a step rests on, where the address of a foreach step means all its children. What comes before a step that holds something
 * is told with that one, and not once more here.
 */
export const needsOf = (address: Address, { planned, children, isHeld }: Plan): readonly Address[] => {
  const found = new Set(planned.get(address)?.needs);
  for (const need of found) {
    const own = children.get(need);
    if (own ? [...own].every(isHeld) : isHeld(need)) continue;
    for (const each of planned.get(need)?.needs ?? []) if (!own?.has(each)) found.add(each);
  }
  return [...found];
};

/**
 * The order in which things are taken away: of those on which nothing rests any more the newest first. What is in something else
 * goes with that, and so comes after it.
 */
export const undoOrder = (holdings: readonly Holding[], resting = new Resting(holdings)): readonly Holding[] => {
  const contained = resting.newest.filter((each) => resting.containerOf(each));
  const waiting = [...resting.newest.filter((each) => !resting.containerOf(each)), ...contained];
  const placed = new Set<Holding>();
  while (waiting.length > 0) {
    const free = waiting.findIndex((each) => resting.before(each).every((other) => placed.has(other)));
    // Of things that rest on one another in a circle, which workflows that were changed may leave, the newest goes first.
    for (const each of waiting.splice(Math.max(free, 0), 1)) placed.add(each);
  }
  return [...placed];
};

/**
 * The clock of the machine may have jumped: within a run only the order of its facts counts. Of two records with one place the
 * one that was told last goes first: the undo of the other may take some of its things along.
 */
const newestFirst = (holdings: readonly Holding[]): readonly Holding[] => {
  const starts = new Map<string | undefined, number>();
  for (const { run, at } of holdings) starts.set(run, Math.min(at, starts.get(run) ?? at));
  const startOf = ({ run }: Holding): number => starts.get(run) ?? 0;
  return [...holdings].reverse().sort((a, b) => (a.run === b.run ? b.seq - a.seq : startOf(b) - startOf(a)));
};

/** Of some things, which rest on which, and which are in which. */
export class Resting {
  readonly newest: readonly Holding[];
  private readonly containers = new Map<Holding, Holding>();
  private readonly above = new Map<Holding, Set<Holding>>();

  constructor(holdings: readonly Holding[]) {
    this.newest = newestFirst(holdings);
    const byThing = grouped(holdings, ({ created }) => created.map(({ kind, name }) => `${kind}/${name}`));
    for (const each of holdings) {
      const outer = containerIn(each, byThing);
      if (outer) this.containers.set(each, outer);
    }
    const recordsOf = recordsIn(this.newest);
    for (const each of holdings)
      for (const below of (each.needs ?? []).flatMap((need) => recordsOf(need, each)))
        for (const thing of [below, ...this.around(below)]) this.add(each, thing);
  }

  /** What it is all in, so that it ends with that. */
  containerOf(holding: Holding): Holding | undefined {
    return this.containers.get(holding);
  }

  /** What it is in, however far out. */
  around(holding: Holding): ReadonlySet<Holding> {
    if (!this.containers.has(holding)) return nothing;
    const found = new Set<Holding>();
    for (let outer = this.containerOf(holding); outer && !found.has(outer); outer = this.containerOf(outer))
      found.add(outer);
    return found;
  }

  /** What rests on it, as far as it is not in it. */
  on(holding: Holding): readonly Holding[] {
    return [...(this.above.get(holding) ?? nothing)];
  }

  /** What goes before it. */
  before(holding: Holding): readonly Holding[] {
    const outer = this.containerOf(holding);
    return outer ? [...this.on(holding), outer] : this.on(holding);
  }

  private add(above: Holding, below: Holding): void {
    if (above.address === below.address || this.around(above).has(below)) return;
    const known = this.above.get(below);
    if (known) known.add(above);
    else this.above.set(below, new Set([above]));
  }
}

/**
 * The records by which a thing rests on an address. Of several of one step it was made on the newest of those that were there; when
 * all are newer they have taken the place of what it was made on.
 */
const recordsIn = (newest: readonly Holding[]): ((need: Address, above: Holding) => readonly Holding[]) => {
  const ages = new Map(newest.map((each, age) => [each, age]));
  const byAddress = grouped(newest, ({ address }) => [address]);
  const addresses = new Map<string, Set<Address>>();
  for (const address of byAddress.keys())
    for (const name of [address, parseAddress(address).step])
      addresses.set(name, (addresses.get(name) ?? new Set()).add(address));
  const isOlder = (a: Holding, b: Holding): boolean => (ages.get(a) ?? 0) > (ages.get(b) ?? 0);
  return (need, above) =>
    [...(addresses.get(need) ?? [])].flatMap((address) => {
      const records = byAddress.get(address) ?? [];
      return records.find((each) => isOlder(each, above)) ?? records;
    });
};

const nothing: ReadonlySet<Holding> = new Set();

type Groups = ReadonlyMap<string, readonly Holding[]>;

const grouped = (holdings: readonly Holding[], namesOf: (holding: Holding) => readonly string[]): Groups => {
  const groups = new Map<string, Holding[]>();
  for (const each of holdings)
    for (const name of new Set(namesOf(each))) {
      const group = groups.get(name);
      if (group) group.push(each);
      else groups.set(name, [each]);
    }
  return groups;
};

const containerIn = (inner: Holding, byThing: Groups): Holding | undefined =>
  byThing
    .get(inner.created[0]?.within ?? '')
    ?.find(
      (outer) => outer !== inner && inner.created.every(({ within = '' }) => byThing.get(within)?.includes(outer)),
    );
