// The shape of the document about all runs, as a schema: what it may hold, and how a mistake in it is told.
import * as z from 'zod';

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
  /** Of the definition that made it. */
  fingerprint: z.string().exactOptional(),
  /** Addresses of what it rests on. */
  needs: z.array(z.string()).readonly().exactOptional(),
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

export const stateSchema = z.strictObject({
  format: z.literal(1),
  deployed: z
    .strictObject({
      variant: z.string(),
      workflow: z.string(),
      run: z.string(),
      since: z.number(),
      inputs: values,
      facts: values,
      /** Facts that hold a secret and are therefore kept nowhere. */
      withheld: z.array(z.string()).exactOptional(),
    })
    .exactOptional(),
  created: z.array(ledgerEntrySchema),
  runs: z.array(runEntrySchema),
});

export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;
export type RunEntry = z.infer<typeof runEntrySchema>;
export type StateData = z.infer<typeof stateSchema>;
