// How long each step usually takes, from what runs tell of it: how long it took when it last did something, else how long it took at most
// when it had nothing to do, or nothing but to wait; when all was well that took no time at all.
import type { Address } from './event.ts';
import type { Durations, Times } from './told.ts';

/** Runs are added from the newest to the oldest. */
export class UsualTimes {
  private readonly acted: Durations[] = [];
  /** The most of all runs whose steps are the same; nearly always those are all runs. */
  private readonly waited: { readonly addresses: readonly Address[]; readonly ms: number[] }[] = [];
  private times: ReadonlyMap<Address, number> | undefined;

  add({ acted, waited }: Pick<Times, 'acted' | 'waited'>): void {
    this.times = undefined;
    this.acted.push(acted);
    const { addresses, ms } = waited;
    const alike = this.waited.find((each) => each.addresses === addresses);
    if (!alike) this.waited.push({ addresses, ms: [...ms] });
    else for (let at = 0; at < ms.length; at += 1) alike.ms[at] = Math.max(alike.ms[at] ?? 0, ms[at] ?? 0);
  }

  /** Milliseconds; undefined for a step nobody has timed. */
  of(address: Address): number | undefined {
    this.times ??= this.merged();
    return this.times.get(address);
  }

  private merged(): ReadonlyMap<Address, number> {
    const times = new Map<Address, number>();
    for (const { addresses, ms } of this.waited)
      for (let at = 0; at < addresses.length; at += 1) {
        const address = addresses[at] ?? '';
        times.set(address, Math.max(times.get(address) ?? 0, ms[at] ?? 0));
      }
    // The newest last: it counts.
    for (const { addresses, ms } of this.acted.toReversed())
      for (let at = 0; at < addresses.length; at += 1) times.set(addresses[at] ?? '', ms[at] ?? 0);
    return times;
  }
}
