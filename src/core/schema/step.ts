// What a step may say: its action, its proofs, and how it is undone, tried again and found.
import * as z from 'zod';
import { argv, cel, description, duration, each, env, expressionText, id, orExpression, says, size } from './parts.ts';
import { probe, probes } from './probe.ts';

const actionKeys = {
  run: argv.optional(),
  shell: z
    .string()
    .meta(
      says('A bash script, with pipefail and errexit; ${{ }} values reach it as environment variables, never as text', {
        example: 'curl -sf ${{ inputs.url }} | sha256sum > sum',
      }),
    )
    .optional(),
  uses: z
    .string()
    .meta(says('A step type, instead of a command', { example: 'minikube.start' }))
    .optional(),
  with: z
    .record(z.string(), z.unknown())
    .meta(says("The step type's input", { example: { profile: 'cluster1', nodes: 3 } }))
    .optional(),
  on: z
    .string()
    .meta(says('The place to run in, as `lab exec` names it; this machine unless told', { example: 'leaf1' }))
    .optional(),
  env: env
    .meta(says('Variables beside those of workflow, variant and terminal', { example: { PGUSER: 'shop' } }))
    .optional(),
  cwd: z
    .string()
    .meta(says('The folder to run in, relative to the project; the project itself unless told', { example: 'assets' }))
    .optional(),
  stdin: z
    .string()
    .meta(says('What the command reads', { example: '${{ secrets.password }}' }))
    .optional(),
};

export const undoSchema = z
  .strictObject({
    ...actionKeys,
    timeout: duration.meta(says('How long it may take; no limit unless told', { example: '1m' })).optional(),
    absent: probes('Probes that hold once it is gone; an undo that is not needed is spared by them'),
  })
  .describe('What takes away what the step made: an action like that of a step, and how to prove that it is gone');

export const createdSchema = z
  .strictObject({
    kind: z.string().meta(says('What it is', { example: 'file' })),
    name: z.string().meta(says('Which one', { example: '${{ inputs.folder }}' })),
    within: z
      .string()
      .meta(says('kind/name of the created thing whose end ends this one too', { example: 'capsule/lab' }))
      .optional(),
  })
  .describe('A thing that is there afterwards, for the ledger');

export const retrySchema = z
  .strictObject({
    attempts: orExpression(z.int().min(1)).meta(says('How often in all', { example: 3 })),
    delay: duration.meta(says('The pause before the second attempt', { example: '10s', otherwise: '1s' })).optional(),
    backoff: orExpression(z.number().min(1))
      .meta(says('Factor on the pause after each attempt', { example: 2, otherwise: 1 }))
      .optional(),
    maxDelay: duration.meta(says('The longest pause; no limit unless told', { example: '1m' })).optional(),
    jitter: orExpression(z.number().min(0).max(1))
      .meta(says('The share of the pause that is random', { example: 0.5, otherwise: 0 }))
      .optional(),
    within: duration
      .meta(says('No attempt starts later than this after the first; no limit unless told', { example: '10m' }))
      .optional(),
    when: cel
      .meta(
        says('Over `exitCode`, `message`, `stdout`, `stderr` and `attempt`: another attempt only if true', {
          example: 'message.contains("timeout")',
        }),
      )
      .optional(),
  })
  .describe('What happens after an attempt that failed');

const outputSchema = z.union([
  cel,
  z.strictObject({
    regex: z.string().meta(says('A regular expression, over several lines', { example: 'listening on (\\S+)' })),
    group: z
      .union([z.int(), z.string()])
      .meta(says('Which group: a number or a name; the first one, or all of the match, unless told', { example: 1 }))
      .optional(),
    of: z
      .enum(['stdout', 'stderr'])
      .meta(says('Where to look', { otherwise: 'stdout' }))
      .optional(),
  }),
]);

export const stepSchema = z.strictObject({
  id: id.meta(says('The name by which runs, `needs` and patches know the step', { example: 'cluster' })),
  name: z
    .string()
    .meta(says('What people read; the id unless told', { example: 'Start ${{ inputs.nodes }} nodes' }))
    .optional(),
  description,
  was: z
    .union([z.string(), z.array(z.string())])
    .meta(says('Earlier ids of this step, so that what they did is known to be its own', { example: 'minikube' }))
    .optional(),
  needs: z
    .array(z.string())
    .meta(
      says('Steps it waits for: `id`, or one child as `id[key]`. Without it the step above; `[]` waits for none', {
        example: ['fabric', 'node[${{ node.name }}]'],
      }),
    )
    .optional(),
  if: cel.meta(says('The step is skipped when this is not true', { example: 'inputs.nodes > 1' })).optional(),
  foreach: each
    .meta(
      says(
        'One child for each item of a list or a map, side by side, each resumable by itself. The name is a variable',
        {
          example: { node: '${{ fabric.kubernetesNodes }}' },
        },
      ),
    )
    .optional(),
  key: cel
    .meta(
      says('Names a child, and is read as `key`; the item itself, or its `name`, `id` or `key`, unless told', {
        example: 'node.name',
      }),
    )
    .optional(),
  group: z
    .string()
    .meta(says('Heading under which views fold the step', { example: 'Fabric' }))
    .optional(),
  preconditions: probes('Probes that must hold before the action; asked only if there is work to do'),
  ...actionKeys,
  files: z
    .array(z.string())
    .meta(
      says('Files of the project whose content is part of the definition: when it changes, the step runs again', {
        example: ['sql/seed.sql'],
      }),
    )
    .optional(),
  timeout: duration.meta(says('How long one attempt may take; no limit unless told', { example: '15m' })).optional(),
  grace: duration
    .meta(says('Between the polite signal and SIGKILL, when it is stopped', { example: '30s', otherwise: '5s' }))
    .optional(),
  retry: retrySchema.optional(),
  continueOnError: z
    .union([z.boolean(), expressionText])
    .meta(says('Its failure is none of the run: what needs it goes on', { example: true, otherwise: false }))
    .optional(),
  health: probes(
    'Probes that must hold afterwards, polled. When they hold before, the step is satisfied and its action does not run; they are asked again on resume',
  ),
  satisfied: z
    .union([z.enum(['never', 'once']), z.array(probe)])
    .meta(
      says(
        'What says that it is done, when that is not `health`: probes of its own; `once`: having run counts; `never`: it runs in every run',
        { example: 'once' },
      ),
    )
    .optional(),
  undo: undoSchema.optional(),
  creates: z
    .array(createdSchema)
    .describe('What is there afterwards and taken away by teardown, beside what its step type says')
    .optional(),
  outputs: z
    .record(z.string(), outputSchema)
    .meta(
      says(
        'What later steps read as `steps.ID.outputs.NAME`: CEL over `stdout`, `lines`, `json`, `exitCode` (of a step type: `result`), or a regular expression',
        { example: { ip: 'json.address', port: { regex: 'port (\\d+)' } } },
      ),
    )
    .optional(),
  limit: size
    .meta(
      says(
        "How much of the command's output is kept for `outputs` and `retry.when`. What prints more can't be computed with; its log has all",
        { example: '16MiB', otherwise: '1MiB' },
      ),
    )
    .optional(),
  concurrency: z
    .union([z.string(), z.int().min(1)])
    .meta(says('A group of `concurrency.groups`, or how many children at once', { example: 2 }))
    .optional(),
});
