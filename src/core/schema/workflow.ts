// What a workflow file may say.
import * as z from 'zod';
import { cel, description, id, says } from './parts.ts';
import { includeSchema, patchSchema } from './patch.ts';
import { allEnv, inputs, secrets, shared } from './shared.ts';
import { stepSchema } from './step.ts';

export const workflowSchema = z.strictObject({
  name: id.meta(says('The name that `lab run` takes; that of the file', { example: 'deploy' })),
  description,
  extends: z
    .string()
    .meta(
      says('Another workflow file, relative to this one, that `patches` change', {
        example: '../srl-cilium/deploy.yaml',
      }),
    )
    .optional(),
  patches: z.array(patchSchema).describe('Changes to the steps of the file that is extended, in order').optional(),
  inputs: inputs('Inputs of this workflow, beside those of the variant'),
  env: allEnv('Variables for every step and probe'),
  cwd: z
    .string()
    .meta(says('The folder of every step that names none, relative to the project', { example: 'assets' }))
    .optional(),
  secrets,
  concurrency: z
    .union([
      z.int().min(1),
      z.strictObject({
        limit: z
          .int()
          .min(1)
          .meta(says('How many actions at once', { example: 4 }))
          .optional(),
        groups: z
          .record(z.string(), z.int().min(1))
          .meta(says('How many at once of the steps that name a group', { example: { docker: 2 } }))
          .optional(),
      }),
    ])
    .meta(
      says('How many actions run at once, in all or by group; unless told twice the cores, and four at least', {
        example: 4,
      }),
    )
    .optional(),
  probes: shared,
  deploys: z
    .boolean()
    .meta(says('Its success makes this variant the deployed one; true for a workflow named deploy', { example: true }))
    .optional(),
  undoes: z
    .string()
    .meta(says('Before its steps, undo what that workflow created, the newest first', { example: 'deploy' }))
    .optional(),
  steps: z
    .array(z.union([stepSchema, includeSchema]))
    .describe('The steps, in the order people read')
    .optional(),
  facts: z
    .record(z.string(), cel)
    .meta(says('What is shown at the end, and remembered', { example: { service: 'steps.service.outputs.address' } }))
    .optional(),
});
