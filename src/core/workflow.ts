// What a workflow file and a variant file hold, as types of the schemas in schema/ that every file is checked against.
// Reading text into these shapes, with positions, is parse's business; meaning at run time is the engine's.
import type { z } from 'zod';
import type { inputSchema } from './schema/input.ts';
import type { probeSchema } from './schema/probe.ts';
import type { stepSchema } from './schema/step.ts';
import type { renderSchema, variantSchema } from './schema/variant.ts';
import type { workflowSchema } from './schema/workflow.ts';

export type StepSpec = z.infer<typeof stepSchema>;
export type ProbeSpec = z.infer<typeof probeSchema>;
export type RenderSpec = z.infer<typeof renderSchema>;
export type InputSpec = z.infer<typeof inputSchema>;
export type WorkflowFile = z.infer<typeof workflowSchema>;
export type VariantFile = z.infer<typeof variantSchema>;

/** A workflow after extends, patches, includes and the variant's shares are in: only steps are left, each with an id. */
export interface Workflow extends Omit<WorkflowFile, 'steps' | 'extends' | 'patches'> {
  readonly steps: readonly StepSpec[];
}
