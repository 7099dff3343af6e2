// What was made and not yet taken away, as a fold: a step that makes other things than before still holds those of before.
import { parseAddress, type Renames, renamedAddress } from './address.ts';
import type { Address, Created, EventOf, UndoRecord } from './event.ts';
import { canonical } from './fingerprint.ts';

/** Something that was made and, as far as is known, not yet taken away. */
export interface Holding {
  readonly address: Address;
  readonly created: readonly Created[];
  readonly undo?: UndoRecord;
  /** Of the definition that made it. */
  readonly fingerprint?: string;
  /** What it rests on, up to what holds something itself; the address of a foreach step means all its children. */
  readonly needs?: readonly Address[];
  /** The run that made it; `seq` counts within it. */
  readonly run?: string;
  readonly seq: number;
  readonly at: number;
  /** The step has made something else since. */
  readonly earlier?: true;
}

/** What one event told of things made or taken away; the same deeds done again to what came of them change nothing. */
export type Deed = { readonly type: 'made'; readonly holding: Holding } | ({ readonly type: 'undone' } & Undone);

export type Undone = Pick<EventOf<'step.undone'>, 'address' | 'created' | 'made'>;

/** Of one address the records lie in the order in which they were last told: the last one is what the step has now. */
export class HoldingBook {
  private readonly byAddress = new Map<Address, readonly Holding[]>();
  /** What steps that hold nothing any more rested on: whatever rested on them rests on that. */
  private readonly passedOn = new Map<Address, Set<Address>>();

  constructor(holdings: Iterable<Holding> = []) {
    for (const { earlier: _, ...each } of holdings) this.add(each);
  }

  do(deed: Deed): void {
    if (deed.type === 'made') this.add(deed.holding);
    else this.remove(deed);
  }

  /** Things that are in both belong to the new record; what it no longer names stays as it was recorded. */
  add(next: Holding): void {
    const before = this.of(next.address);
    const rests = before.map((each) => restOf(each, next));
    // What was there before keeps its place: things that were made meanwhile may rest on it.
    const taken = before.filter((each, index) => rests[index] !== each);
    const { seq, at, run } = taken.length > 0 ? taken.reduce(older) : next;
    const kept = rests.filter((each) => each !== undefined);
    this.put(next.address, [...kept, { ...next, seq, at, ...(run !== undefined && { run }) }]);
  }

  remove(undone: Undone): void {
    const before = this.of(undone.address);
    this.take(undone, before);
    if (this.has(undone.address)) return;
    for (const name of new Set([undone.address, parseAddress(undone.address).step]))
      for (const need of before.flatMap(({ needs = [] }) => needs))
        this.passedOn.set(name, (this.passedOn.get(name) ?? new Set()).add(need));
  }

  has(address: Address): boolean {
    return this.byAddress.has(address);
  }

  private take({ address, created, made }: Undone, before: readonly Holding[]): void {
    if (created.length > 0) {
      const rests = before.map((each) => (each.created.length > 0 ? withoutThings(each, created) : each));
      this.put(
        address,
        rests.filter((each) => each !== undefined),
      );
      return;
    }
    // Things without a name are told apart by the event that recorded them; journals of before say nothing of it.
    const isGone = ({ created: things, run, seq }: Holding): boolean =>
      things.length === 0 && (made === undefined || (made.run === run && made.seq === seq));
    this.put(
      address,
      before.filter((each) => !isGone(each)),
    );
  }

  rename(renames: Renames): void {
    for (const [address, holdings] of [...this.byAddress]) {
      const now = renamedAddress(renames, address);
      if (now === address) continue;
      const newer = this.of(now);
      for (const each of [address, now]) this.byAddress.delete(each);
      for (const each of [...holdings, ...newer]) this.add({ ...each, address: now });
    }
    for (const [address, holdings] of this.byAddress)
      this.put(
        address,
        holdings.map((each) => renamedHolding(renames, each)),
      );
  }

  get all(): readonly Holding[] {
    return [...this.byAddress.values()].flatMap((holdings) =>
      holdings.map((each, index) => {
        const resting = this.withPassedOn(each);
        return index === holdings.length - 1 ? resting : { ...resting, earlier: true as const };
      }),
    );
  }

  private withPassedOn(holding: Holding): Holding {
    if (!holding.needs?.some((need) => this.passedOn.has(need))) return holding;
    const needs = new Set(holding.needs);
    for (const need of needs) for (const each of this.passedOn.get(need) ?? []) needs.add(each);
    return { ...holding, needs: [...needs] };
  }

  private of(address: Address): readonly Holding[] {
    return this.byAddress.get(address) ?? [];
  }

  private put(address: Address, holdings: readonly Holding[]): void {
    if (holdings.length === 0) this.byAddress.delete(address);
    else this.byAddress.set(address, holdings);
  }
}

/** The same thing, of a step and resting on steps as they are called now. */
export const renamedHolding = <T extends Pick<Holding, 'address' | 'needs'>>(renames: Renames, holding: T): T => ({
  ...holding,
  address: renamedAddress(renames, holding.address),
  ...(holding.needs && { needs: holding.needs.map((need) => renamedAddress(renames, need)) }),
});

export const renamedDeed = (renames: Renames, deed: Deed): Deed =>
  deed.type === 'made'
    ? { ...deed, holding: renamedHolding(renames, deed.holding) }
    : { ...deed, address: renamedAddress(renames, deed.address) };

/** The clock may have jumped: within a run only the order of its facts counts. */
const older = (a: Holding, b: Holding): Holding => ((a.run === b.run ? b.seq < a.seq : b.at < a.at) ? b : a);

/** What a record still stands for once the step has told another: itself, a part of it, or nothing. */
const restOf = (before: Holding, next: Holding): Holding | undefined => {
  if (before.created.length > 0 && next.created.length > 0) return withoutThings(before, next.created);
  return isSameUndo(before, next) ? undefined : before;
};

/** The holding itself when none of the things is its own. */
const withoutThings = (holding: Holding, things: readonly Created[]): Holding | undefined => {
  const created = holding.created.filter((each) => !things.some((thing) => isSame(each, thing)));
  if (created.length === holding.created.length) return holding;
  return created.length === 0 ? undefined : { ...holding, created };
};

/** Of one name in two containers are two things. */
const isSame = (a: Created, b: Created): boolean => a.kind === b.kind && a.name === b.name && a.within === b.within;

/** Whether records without names are of the same things: the same definition made them, or the same undo ends them. */
const isSameUndo = (a: Holding, b: Holding): boolean => {
  // A definition that is the same makes the same, so that only its undo was mended.
  if (a.fingerprint !== undefined && a.fingerprint === b.fingerprint) return true;
  if (!a.undo || !b.undo) return false;
  if (canonical(essence(a.undo)) === canonical(essence(b.undo))) return true;
  // What the same proof calls gone is gone, whichever undo saw to that.
  return a.undo.absent.length > 0 && canonical(proofOf(a.undo)) === canonical(proofOf(b.undo));
};

/** Time limits, words, and where a secret is read are none of what an undo takes away. */
const essence = ({ action: { secrets: _, ...action }, absent }: UndoRecord): unknown =>
  withoutMarks({ action, absent: absent.map(essenceOfProbe) });

const proofOf = ({ action, absent }: UndoRecord): unknown => {
  const { on, cwd, env } = action;
  return withoutMarks({ on, cwd, env, absent: absent.map(essenceOfProbe) });
};

const cosmetic = new Set(['name', 'message', 'withinMs', 'everyMs', 'forMs', 'staysMs', 'timeoutMs']);

const essenceOfProbe = (probe: unknown): unknown =>
  typeof probe === 'object' && probe !== null
    ? Object.fromEntries(Object.entries(probe).filter(([key]) => !cosmetic.has(key)))
    : probe;

/** A secret may be kept under another name; what it is never was in the record. */
const withoutMarks = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, each) =>
    typeof each === 'string' ? each.replace(/\*{3}\{[^}]*\}/g, '***') : each,
  );
