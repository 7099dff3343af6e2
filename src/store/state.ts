// The small document about all runs: what is deployed, what was created, which runs there were. Its facts come from journals, which
// stay the truth about each run; it is written seldom and read whole.
import { join } from 'node:path';
import { Low } from 'lowdb';
import { z } from 'zod';
import { type DocumentShape, DurableFile } from './durable-file.ts';
import { openStateFolder } from './state-folder.ts';

const values = z.record(z.string(), z.unknown());

const createdSchema = z.strictObject({
  kind: z.string(),
  name: z.string(),
  within: z.string().exactOptional(),
});

const undoSchema = z.strictObject({
  action: values,
  absent: z.array(z.unknown()).readonly(),
  timeoutMs: z.number().exactOptional(),
});

const ledgerEntrySchema = z.strictObject({
  address: z.string(),
  workflow: z.string(),
  variant: z.string(),
  run: z.string(),
  at: z.number(),
  /** Of the event that told it, so that an entry is never made twice. */
  seq: z.int(),
  created: z.array(createdSchema).readonly(),
  undo: undoSchema.exactOptional(),
});

const runEntrySchema = z.strictObject({
  id: z.string(),
  workflow: z.string(),
  variant: z.string(),
  startedAt: z.number(),
  endedAt: z.number().exactOptional(),
  outcome: z.enum(['succeeded', 'failed', 'interrupted']).exactOptional(),
  deploys: z.boolean(),
  /** What it built was taken down since: it can't be continued, and nothing it knew counts. */
  superseded: z.boolean().exactOptional(),
  /** It was about some steps only, or only looked: its success says nothing of the others. */
  partial: z.boolean().exactOptional(),
});

const stateSchema = z.strictObject({
  format: z.literal(1),
  deployed: z
    .strictObject({
      variant: z.string(),
      workflow: z.string(),
      run: z.string(),
      since: z.number(),
      inputs: values,
      facts: values,
    })
    .exactOptional(),
  created: z.array(ledgerEntrySchema),
  runs: z.array(runEntrySchema),
});

export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;
export type RunEntry = z.infer<typeof runEntrySchema>;
export type StateData = z.infer<typeof stateSchema>;

export interface State {
  readonly data: Readonly<StateData>;
  /** Resolves when the change is on the disk. After a failure memory keeps it, and the next update writes it too. @throws StoreError */
  update(change: (data: StateData) => void): Promise<void>;
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
