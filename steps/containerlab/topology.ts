// The step type that writes the containerlab topology of the fabric, in the words of the containerlab release that will read it.
import * as z from 'zod';
import { defineStep, type Rendering } from '../../src/engine/step-type.ts';
import type { Fabric } from '../../src/fabric/fabric.ts';
import { isAtLeast } from '../shared/release.ts';
import { checkFiles, fabricOf, filesAbsent, removeFiles, writeFiles } from '../shared/rendered-file.ts';
import { chassis } from '../srlinux/syntax.ts';

const template = 'assets/containerlab/topology.clab.yml.liquid';
const input = z.strictObject({
  release: z.string().describe('Release of containerlab the file is for'),
  routerImage: z.string().describe('The image of routers'),
  clientImage: z.string().describe('The image of clients'),
  network: z
    .string()
    .default('')
    .describe("Prefix of the lab's management network; without it containerlab's own, 172.20.20.0/24"),
  configs: z.string().default('configs').describe("Folder of the routers' configurations, seen from the topology file"),
  to: z.string().describe('The file to write'),
});
type Input = z.output<typeof input>;

export const topologyRendering = (step: Input, fabric: Fabric): Rendering => {
  // Names of chassis got their dash, and brief links their mtu, between 0.60 and 0.70.
  const modern = isAtLeast(step.release, '0.70');
  const type = (name: string): string => (modern ? name : name.replace('-', ''));
  const values = {
    fabric,
    images: { srlinux: step.routerImage, client: step.clientImage },
    types: { leaf: type(chassis.leaf.type), spine: type(chassis.spine.type) },
    configs: step.configs,
    mgmt: step.network,
    linkMtu: modern,
  };
  return { template, to: step.to, values };
};

export const containerlabTopology = defineStep({
  name: 'containerlab.topology',
  summary: "Writes the lab's containerlab topology",
  input,
  outputs: { paths: 'the files that were written' },
  files: () => [template],
  renders: (step, model) => [topologyRendering(step, fabricOf({ model }))],
  describe: ({ release, to }) => `render ${template} (containerlab ${release}) to ${to}`,
  creates: ({ to }) => [{ kind: 'file', name: to }],
  check: (step, context) => checkFiles([topologyRendering(step, fabricOf(context))], context),
  run: (step, context) => writeFiles([topologyRendering(step, fabricOf(context))], context),
  undo: ({ to }, context) => removeFiles([to], context),
  absent: ({ to }, context) => filesAbsent([to], context),
});
