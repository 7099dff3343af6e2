// Which steps were asked to run again and have not been started since; what a run is about when it is continued.
import { isMeantBy } from './address.ts';
import type { Address, PlannedStep, Scope } from './event.ts';

/** Kept up to date event by event; a part of the fold over a run. */
export class RedoBook {
  private readonly asked = new Map<string, number>();
  private readonly started = new Map<Address, number>();

  ask({ redo = [] }: Scope, seq: number): void {
    for (const selector of redo) this.asked.set(selector, seq);
  }

  start(address: Address, seq: number): void {
    this.started.set(address, seq);
  }

  /** Addresses, or the selector itself where the steps it means are not planned yet. */
  pending(planned: Iterable<PlannedStep>): readonly string[] {
    if (this.asked.size === 0) return [];
    const addresses = [...planned].filter((step) => step.parent !== true).map(({ address }) => address);
    return [...this.asked].flatMap(([selector, asked]) => {
      const meant = addresses.filter((address) => isMeantBy(address, selector));
      return meant.length === 0 ? [selector] : meant.filter((address) => (this.started.get(address) ?? 0) < asked);
    });
  }
}

/** The scope of a run that is continued: what it was about, with what is asked now; what was run again already is not once more. */
export const continuedScope = (
  { scope, pendingRedo }: { readonly scope: Scope; readonly pendingRedo: readonly string[] },
  asked: Scope,
): Scope => {
  const { redo: _, undo, ...rest } = { ...scope, ...asked };
  const redo = [...new Set([...pendingRedo, ...(asked.redo ?? [])])];
  // What was taken away to be run again is run again by now, or still to be taken away.
  const left = undo && (scope.redo ? pendingRedo : undo);
  const assume = [...(asked.assume ?? []), ...(scope.assume ?? [])].filter(
    ({ step }, index, all) => all.findIndex((each) => each.step === step) === index,
  );
  return {
    ...rest,
    ...(left && { undo: left }),
    ...(redo.length > 0 && { redo }),
    ...(assume.length > 0 && { assume }),
  };
};
