// What a variant file may say.
import * as z from 'zod';
import { description, each, expressionText, id, says } from './parts.ts';
import { probeSchema } from './probe.ts';
import { allEnv, inputs, secrets, shared } from './shared.ts';

const tool = z.strictObject({
  tool: z.string().meta(says('The command', { example: 'containerlab' })),
  version: z
    .string()
    .meta(says('The range that will do', { example: '>=0.44.0' }))
    .optional(),
  versionFrom: z
    .array(z.string())
    .meta(says('Arguments that print the version', { example: ['version', '--short'], otherwise: ['--version'] }))
    .optional(),
  package: z
    .string()
    .meta(says('The Debian package that brings it; the workflow may install it', { example: 'nginx-light' }))
    .optional(),
  install: z
    .string()
    .meta(says('How to get it', { example: 'apt-get install nginx-light' }))
    .optional(),
});

export const renderSchema = z
  .strictObject({
    template: z
      .string()
      .meta(says('A Liquid template of the project', { example: 'assets/frr/frr.conf.liquid' }))
      .optional(),
    to: z
      .string()
      .meta(says('The file it becomes, below the folder named with --out', { example: '${{ router.name }}/frr.conf' }))
      .optional(),
    uses: z
      .string()
      .meta(
        says('Instead of a template: a step type that knows which files its input becomes', { example: 'frr.router' }),
      )
      .optional(),
    with: z
      .record(z.string(), z.unknown())
      .meta(says("The step type's input; its files lie below --out", { example: { device: '${{ leaf }}' } }))
      .optional(),
    foreach: each
      .meta(
        says('One file for each item, which template, to, values and with may read', {
          example: { router: '${{ fabric.leaves }}' },
        }),
      )
      .optional(),
    values: z
      .record(z.string(), z.unknown())
      .meta(
        says('What the template reads beside the model, inputs, variant and the foreach variable', {
          example: { device: '${{ router }}' },
        }),
      )
      .optional(),
  })
  .refine(
    ({ template, to, uses }) =>
      uses === undefined ? template !== undefined && to !== undefined : template === undefined,
    'either `template` with `to`, or `uses` with `with`',
  );

const requires = z.strictObject({
  platform: z
    .array(z.string())
    .meta(says('Operating systems, as Node calls them', { example: ['linux'] }))
    .optional(),
  privilege: z
    .enum(['none', 'root', 'root-or-userns'])
    .meta(says('What the user must be allowed; with `root-or-userns` user namespaces will do', { otherwise: 'none' }))
    .optional(),
  tools: z.array(tool).describe('Commands that must be there').optional(),
  kernel: z
    .array(z.enum(['netns', 'veth', 'bridge', 'vxlan', 'ipv6']))
    .meta(says('What the kernel must be able to do', { example: ['netns', 'vxlan'] }))
    .optional(),
  memory: z
    .string()
    .meta(says('The least free memory', { example: '12GiB' }))
    .optional(),
  cpus: z
    .int()
    .meta(says('The fewest processors', { example: 4 }))
    .optional(),
  cpuFlags: z
    .array(z.string())
    .meta(says('Flags of the processor', { example: ['ssse3'] }))
    .optional(),
  sysctl: z
    .record(z.string(), z.int())
    .meta(says('The least value of kernel settings', { example: { 'fs.inotify.max_user_instances': 512 } }))
    .optional(),
});

const enter = z.strictObject({
  places: z
    .union([expressionText, z.array(z.unknown())])
    .meta(says('Where commands can run; each has a name', { example: '${{ fabric.places }}' })),
  let: z
    .record(z.string(), probeSchema)
    .meta(says('What is looked up when a place is entered, by name', { example: { capsule: { probe: 'capsule' } } }))
    .optional(),
  command: z.array(z.string()).meta(
    says('What stands before the command; reads `place` and the names of `let`', {
      example: ['docker', 'exec', '${{ place.name }}'],
    }),
  ),
  interactive: z
    .array(z.string())
    .meta(
      says('The same for a terminal; `command` unless told', {
        example: ['docker', 'exec', '-it', '${{ place.name }}'],
      }),
    )
    .optional(),
  shell: z
    .array(z.string())
    .meta(says('What runs without a command', { example: ['sh'], otherwise: ['bash'] }))
    .optional(),
});

export const variantSchema = z.strictObject({
  name: id.meta(says('The name that --variant takes; that of the folder', { example: 'srl-cilium' })),
  description,
  extends: z
    .string()
    .meta(says('Another variant whose keys and workflows this one inherits', { example: 'srl-cilium' }))
    .optional(),
  order: z
    .int()
    .meta(says('Lower is tried first when no variant is named', { example: 10, otherwise: 100 }))
    .optional(),
  model: z
    .string()
    .meta(
      says('The pure function from inputs to the values that expressions read under this name', { example: 'fabric' }),
    )
    .optional(),
  requires: requires.describe('What the host must have; `lab doctor` shows it').optional(),
  inputs: inputs('Inputs of every workflow of the variant'),
  env: allEnv('Variables for every step and probe of its workflows'),
  secrets,
  probes: shared,
  render: z.array(renderSchema).describe('Files that `lab render` writes for a person to read or use').optional(),
  enter: enter.describe('How `lab exec` and `on:` get into a place').optional(),
});
