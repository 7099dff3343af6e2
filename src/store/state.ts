// The small document about all runs: what is deployed, what was created, which runs there were. Its facts come from journals, which
// stay the truth about each run; it is written seldom and read whole.
import { join } from 'node:path';
import { Low } from 'lowdb';
import { type DocumentShape, DurableFile } from './durable-file.ts';
import { openStateFolder } from './state-folder.ts';
import { type LedgerEntry, type RunEntry, type StateData, stateSchema } from './state-schema.ts';

export type { LedgerEntry, RunEntry, StateData };

export interface State {
  readonly data: Readonly<StateData>;
  /** Resolves when the change is on the disk. After a failure memory keeps it, and the next update writes it too. @throws StoreError */
  update(change: (data: StateData) => void): Promise<void>;
  /** Changes memory alone, by what a journal is about to tell as well; the next update writes it. */
  note(change: (data: StateData) => void): void;
}

const shape: DocumentShape<StateData> = { schema: stateSchema, format: 1 };
const emptyState = (): StateData => ({ format: 1, created: [], runs: [] });
const stateFile = (dir: string): string => join(dir, 'state.json');

/** Opens the state for writing; whoever does holds the lock. @throws StoreError */
export const openState = async (dir: string, options: { readonly anyOwner?: boolean } = {}): Promise<State> => {
  const folder = await openStateFolder(dir, { write: true, ...options });
  const file = new DurableFile(stateFile(folder.path), shape);
  await file.removeStale();
  const low = new Low<StateData>(file, emptyState());
  await low.read();
  return {
    get data() {
      return low.data;
    },
    note: (change) => change(low.data),
    async update(change) {
      change(low.data); // in the order of the calls
      await folder.assertSame();
      await low.write();
    },
  };
};

/** Reads the state and writes nothing; a folder that is not there is an empty state. @throws StoreError */
export const readState = async (dir: string): Promise<StateData> => {
  const folder = await openStateFolder(dir, { write: false });
  const data = folder.exists ? await new DurableFile(stateFile(folder.path), shape).read() : null;
  return data ?? emptyState();
};
