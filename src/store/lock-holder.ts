// What is known of a process that holds, or held, the lock of a state folder.
import type { ProcessIdentity } from '../core/event.ts';

/** An identity that can be judged from outside its container as well. */
export interface PlacedIdentity extends ProcessIdentity {
  /** The PID namespace in which `pid` is counted; empty where there are none. */
  readonly pidNamespace: string;
  /** The name of its machine or container; locks from before had none. */
  readonly host?: string;
}

export interface LockHolder extends PlacedIdentity {
  /** Tells this taking of the lock from every other one. */
  readonly id: string;
  readonly command: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}
