// The world of a rehearsal: which steps have acted, and what step types have made. It stands for the real one and is forgotten.

export class World {
  /** Addresses whose action has had its effect. */
  readonly done = new Set<string>();
  /** What step types have made: their name and input. */
  readonly made = new Set<string>();
  /** Every action in order, with the address it was for. */
  readonly acted: string[] = [];
  /** Steps whose action fails. */
  readonly failing = new Set<string>();
  /** Nothing has an effect any more: the program that acts is dead. */
  dead = false;

  /** True when it has its effect. */
  act(address: string): boolean {
    if (this.dead) return false;
    this.acted.push(address);
    if (this.failing.has(address)) return false;
    this.done.add(address);
    return true;
  }

  undo(address: string): void {
    if (!this.dead) this.done.delete(address);
  }

  /** The same world, for another course of events. */
  copy(): World {
    const copy = new World();
    for (const each of this.done) copy.done.add(each);
    for (const each of this.made) copy.made.add(each);
    copy.acted.push(...this.acted);
    return copy;
  }
}
