// What a workflow file and a variant file may say: the zod schemas every file is checked against and exported from.
// Reading text into these shapes, with positions, is parse's business; meaning at run time is the engine's.
import { z } from 'zod';

/** A string that holds at least one `${{ … }}`; it stands where its value will stand. */
const expressionText = z.string().regex(/\$\{\{/, 'a ${{ … }} expression');

/** The literal itself, or an expression that yields it. */
const orExpression = <T extends z.ZodType>(schema: T) => z.union([schema, expressionText]);

export const durationSchema = z
  .string()
  .regex(/^(\d+(\.\d+)?(ms|s|m|h|d))+$/, 'a duration such as 500ms, 30s, 15m, 1h30m')
  .describe('A duration: 500ms, 30s, 15m, 1h30m');
const duration = orExpression(durationSchema);
const id = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'letters, digits, - and _, starting with a letter')
  .describe('The name by which runs, needs and patches know the step');
const cel = z.string().min(1).describe('A CEL expression, without ${{ }}');
const env = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
  orExpression(z.union([z.string(), z.number(), z.boolean()])),
);
const argv = orExpression(z.array(z.union([z.string(), z.number(), z.boolean()])).min(1)).describe(
  'The argument vector; no shell reads it',
);

/** General keys of every probe; the keys of its kind stand beside them and are checked by that kind's own schema. */
export const probeSchema = z
  .looseObject({
    probe: z.string().optional().describe('The kind: command, http, tcp, file, or one of a product'),
    use: z.string().optional().describe('The name of a shared probe from `probes`'),
    name: z.string().optional().describe('What a person calls the fact'),
    expect: cel.optional().describe('CEL over what was seen; true means it holds'),
    message: z.string().optional().describe('What it means, and what to do, when it does not hold'),
    within: duration
      .optional()
      .describe('How long to poll until it holds; default 0 for preconditions, 30s for health'),
    every: duration.optional().describe('The longest pause between two looks'),
    for: duration.optional().describe('It must hold without a break for this long, within `within`'),
    stays: duration.optional().describe('Once it holds it must go on holding this long; one break fails'),
    timeout: duration.optional().describe('How long one look may take'),
    on: z.string().optional().describe('The place to look from'),
  })
  .describe('A look at the world that never changes it');
const probe = z.union([z.string().describe('The name of a shared probe'), probeSchema]);

const actionKeys = {
  run: argv.optional(),
  shell: z
    .string()
    .optional()
    .describe('A bash script; ${{ }} values reach it as environment variables, never as text'),
  uses: z.string().optional().describe('A step type'),
  with: z.record(z.string(), z.unknown()).optional().describe("The step type's input"),
  on: z.string().optional().describe('The place to run in, as `lab exec` names it'),
  env: env.optional(),
  cwd: z.string().optional(),
  stdin: z.string().optional(),
};

export const undoSchema = z.strictObject({
  ...actionKeys,
  timeout: duration.optional(),
  absent: z.array(probe).optional().describe('Probes that hold once it is gone'),
});

export const createdSchema = z.strictObject({
  kind: z.string(),
  name: z.string(),
  within: z.string().optional().describe('kind/name of the created thing whose end ends this one too'),
});

export const retrySchema = z.strictObject({
  attempts: orExpression(z.int().min(1)).describe('How often in all'),
  delay: duration.optional(),
  backoff: orExpression(z.number().min(1)).optional().describe('Factor on the delay after each attempt'),
  maxDelay: duration.optional(),
  jitter: orExpression(z.number().min(0).max(1)).optional().describe('Share of the delay that is random'),
  within: duration.optional().describe('Overall budget over all attempts'),
  when: cel.optional().describe('CEL over exitCode, message, stdout, stderr, attempt: retry only if true'),
});

const outputSchema = z.union([
  cel,
  z.strictObject({
    regex: z.string(),
    group: z.union([z.int(), z.string()]).optional(),
    of: z.enum(['stdout', 'stderr']).optional(),
  }),
]);

export const stepSchema = z.strictObject({
  id,
  name: z.string().optional(),
  description: z.string().optional(),
  was: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('Earlier ids of this step'),
  needs: z.array(z.string()).optional().describe('Steps it waits for; without it, the step above'),
  if: cel.optional(),
  foreach: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
      z.union([expressionText, z.array(z.unknown()), z.record(z.string(), z.unknown())]),
    )
    .refine((each) => Object.keys(each).length === 1, 'exactly one variable name with its list or map')
    .optional(),
  key: cel.optional().describe('CEL that names each child; default: the item, or its name, id or key'),
  group: z.string().optional().describe('Heading under which views fold the step'),
  preconditions: z.array(probe).optional(),
  ...actionKeys,
  files: z.array(z.string()).optional().describe('Files whose content counts as part of the definition'),
  timeout: duration.optional(),
  grace: duration.optional().describe('Between the polite signal and SIGKILL; default 5s'),
  retry: retrySchema.optional(),
  continueOnError: z.union([z.boolean(), expressionText]).optional(),
  health: z.array(probe).optional(),
  satisfied: z.union([z.enum(['never', 'once']), z.array(probe)]).optional(),
  undo: undoSchema.optional(),
  creates: z.array(createdSchema).optional(),
  outputs: z.record(z.string(), outputSchema).optional(),
  concurrency: z
    .union([z.string(), z.int().min(1)])
    .optional()
    .describe('A group of `concurrency.groups`, or how many children at once'),
});

export const includeSchema = z.strictObject({
  include: z.string().describe('A YAML file whose `steps` stand here'),
});

export const patchSchema = z.union([
  z.strictObject({ override: z.string(), set: z.record(z.string(), z.unknown()) }),
  z.strictObject({ replace: z.string(), by: z.union([stepSchema, z.array(stepSchema)]) }),
  z.strictObject({ remove: z.string() }),
  z.strictObject({ before: z.string(), insert: z.array(stepSchema) }),
  z.strictObject({ after: z.string(), insert: z.array(stepSchema) }),
]);

const bounds = { description: z.string().optional(), required: z.boolean().optional() };
const stringBounds = { minLength: z.int().optional(), maxLength: z.int().optional(), pattern: z.string().optional() };
const range = { minimum: z.number().optional(), maximum: z.number().optional() };
export const inputSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('string'), default: z.string().optional(), ...stringBounds, ...bounds }),
  z.strictObject({ type: z.literal('integer'), default: z.int().optional(), ...range, ...bounds }),
  z.strictObject({ type: z.literal('number'), default: z.number().optional(), ...range, ...bounds }),
  z.strictObject({ type: z.literal('boolean'), default: z.boolean().optional(), ...bounds }),
  z.strictObject({
    type: z.literal('enum'),
    values: z.array(z.string()).min(1),
    default: z.string().optional(),
    ...bounds,
  }),
  z.strictObject({
    type: z.literal('list'),
    items: z.enum(['string', 'integer', 'number', 'boolean', 'ip', 'prefix']).optional(),
    default: z.array(z.unknown()).optional(),
    minItems: z.int().optional(),
    maxItems: z.int().optional(),
    ...bounds,
  }),
  z.strictObject({ type: z.literal('ip'), default: z.string().optional(), ...bounds }),
  z.strictObject({ type: z.literal('prefix'), default: z.string().optional(), ...bounds }),
  z.strictObject({ type: z.literal('duration'), default: durationSchema.optional(), ...bounds }),
  z.strictObject({ type: z.literal('path'), default: z.string().optional(), ...bounds }),
  z.strictObject({ type: z.literal('secret'), ...stringBounds, ...bounds }),
]);

const secretSource = z.union([z.strictObject({ env: z.string() }), z.strictObject({ file: z.string() })]);

export const workflowSchema = z.strictObject({
  name: id,
  description: z.string().optional(),
  extends: z.string().optional().describe('Another workflow file this one patches'),
  patches: z.array(patchSchema).optional(),
  inputs: z.record(z.string(), inputSchema).optional(),
  env: env.optional(),
  cwd: z.string().optional(),
  secrets: z.record(z.string(), secretSource).optional(),
  concurrency: z
    .union([
      z.int().min(1),
      z.strictObject({ limit: z.int().min(1).optional(), groups: z.record(z.string(), z.int().min(1)).optional() }),
    ])
    .optional(),
  probes: z.record(z.string(), probeSchema).optional(),
  deploys: z
    .boolean()
    .optional()
    .describe('Its success makes this variant the deployed one; default: true for a workflow named deploy'),
  undoes: z.string().optional().describe('Before its steps, undo what that workflow created, newest first'),
  steps: z.array(z.union([stepSchema, includeSchema])).optional(),
  facts: z.record(z.string(), cel).optional().describe('What is shown at the end, and remembered'),
});

const tool = z.strictObject({
  tool: z.string().describe('The command'),
  version: z.string().optional().describe('A range such as >=0.44.0'),
  versionFrom: z.array(z.string()).optional().describe('Arguments that print the version; default --version'),
  package: z.string().optional().describe('Debian package that brings it; the workflow may install it'),
  install: z.string().optional().describe('How to get it'),
});

export const renderSchema = z
  .strictObject({
    template: z.string().optional().describe('A Liquid template of the project'),
    to: z.string().optional().describe('The file it becomes, below the folder named with --out'),
    uses: z.string().optional().describe('Instead of a template: a step type that knows which files its input becomes'),
    with: z.record(z.string(), z.unknown()).optional().describe("The step type's input; its files lie below --out"),
    foreach: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
        z.union([expressionText, z.array(z.unknown()), z.record(z.string(), z.unknown())]),
      )
      .refine((each) => Object.keys(each).length === 1, 'exactly one variable name with its list or map')
      .optional()
      .describe('One file for each item, which template, to, values and with may read'),
    values: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('What the template reads beside the model, inputs, variant and the foreach variable'),
  })
  .refine(
    ({ template, to, uses }) =>
      uses === undefined ? template !== undefined && to !== undefined : template === undefined,
    'either `template` with `to`, or `uses` with `with`',
  );

export const variantSchema = z.strictObject({
  name: id,
  description: z.string().optional(),
  extends: z.string().optional().describe('Another variant whose keys and workflows this one inherits'),
  order: z.int().optional().describe('Lower is tried first when no variant is named'),
  model: z.string().optional().describe('The pure function from inputs to the values expressions read'),
  requires: z
    .strictObject({
      platform: z.array(z.string()).optional(),
      privilege: z.enum(['none', 'root', 'root-or-userns']).optional(),
      tools: z.array(tool).optional(),
      kernel: z.array(z.enum(['netns', 'veth', 'bridge', 'vxlan', 'ipv6'])).optional(),
      memory: z.string().optional().describe('Such as 12GiB'),
      cpus: z.int().optional(),
      cpuFlags: z.array(z.string()).optional(),
      sysctl: z.record(z.string(), z.int()).optional().describe('Least value of kernel settings'),
    })
    .optional(),
  inputs: z.record(z.string(), inputSchema).optional().describe('Inputs of every workflow of the variant'),
  env: env.optional(),
  secrets: z.record(z.string(), secretSource).optional(),
  probes: z.record(z.string(), probeSchema).optional(),
  render: z.array(renderSchema).optional().describe('Files that `lab render` writes for a person to read or use'),
  enter: z
    .strictObject({
      places: z.union([expressionText, z.array(z.unknown())]).describe('Where commands can run; each has a name'),
      let: z.record(z.string(), probeSchema).optional().describe('What is looked up when a place is entered'),
      command: z.array(z.string()).describe('What stands before the command; reads `place` and the names of `let`'),
      interactive: z.array(z.string()).optional().describe('The same for a terminal; default: command'),
      shell: z.array(z.string()).optional().describe('What runs without a command; default: bash'),
    })
    .optional(),
});

export type StepSpec = z.infer<typeof stepSchema>;
export type ProbeSpec = z.infer<typeof probeSchema>;
export type UndoSpec = z.infer<typeof undoSchema>;
export type RetrySpec = z.infer<typeof retrySchema>;
export type RenderSpec = z.infer<typeof renderSchema>;
export type InputSpec = z.infer<typeof inputSchema>;
export type PatchSpec = z.infer<typeof patchSchema>;
export type WorkflowFile = z.infer<typeof workflowSchema>;
export type VariantFile = z.infer<typeof variantSchema>;

/** A workflow after extends, patches, includes and the variant's shares are in: only steps are left, each with an id. */
export interface Workflow extends Omit<WorkflowFile, 'steps' | 'extends' | 'patches'> {
  readonly steps: readonly StepSpec[];
}
