// The step type that writes an SR Linux router's start-up configuration, in the words of its release.
import * as z from 'zod';
import { defineStep, type Rendering, StepError } from '../../src/engine/step-type.ts';
import type { Fabric } from '../../src/fabric/fabric.ts';
import { checkFiles, fabricOf, filesAbsent, removeFiles, writeFiles } from '../shared/rendered-file.ts';
import { chassis, missingPorts, portName, syntaxOf } from './syntax.ts';

const template = 'assets/srlinux/router.cfg.liquid';
const input = z.strictObject({
  router: z.string().describe('A spine or leaf of the model'),
  release: z.string().describe('Release of SR Linux, such as 23.7.1'),
  to: z.string().describe('The file to write'),
});
type Input = z.output<typeof input>;

/** @throws StepError for a router the model or the chassis does not have. */
export const srlinuxRendering = ({ router: name, release, to }: Input, fabric: Fabric): Rendering => {
  const leaf = fabric.leaves.find((each) => each.name === name);
  const router = leaf ?? fabric.spines.find((each) => each.name === name);
  if (!router) throw new StepError(`the model has no router ${name}`);
  const role = leaf ? 'leaf' : 'spine';
  const missing = missingPorts(role, [...router.fabricInterfaces, ...(leaf?.hostInterfaces ?? [])]);
  if (missing.length > 0)
    throw new StepError(
      `${name} would need ${missing.map(portName).join(', ')}, and an ${chassis[role].type} ends at ethernet-1/${chassis[role].ports}; ask for fewer spines, leaves, nodes or clients`,
    );
  return {
    template,
    to,
    values: {
      fabric,
      router,
      srl: { release, ...syntaxOf(release), ...settings(fabric, name), leaf: role === 'leaf' },
    },
  };
};

const settings = (fabric: Fabric, name: string): Record<string, unknown> => {
  const hosts = [...fabric.nodes, ...fabric.clients].filter((host) => host.leaf === name);
  return {
    families: ['ipv4-unicast', 'ipv6-unicast'],
    hosts: Object.fromEntries(hosts.map((host) => [host.leafPort, host.name])),
    // An Ethernet header with two tags, and its checksum, are not part of the IP packet.
    mtu: { port: fabric.mtu.fabric, ip: fabric.mtu.fabric - 38, path: fabric.mtu.fabric - 20 },
    tenantRouterId: fabric.subnets.find((subnet) => subnet.hosts === 'node')?.gateway ?? '',
  };
};

export const srlinuxConfig = defineStep({
  name: 'srlinux.config',
  summary: "Writes a router's start-up configuration, in the words of its SR Linux release",
  input,
  outputs: { paths: 'the files that were written' },
  files: () => [template],
  renders: (step, model) => [srlinuxRendering(step, fabricOf({ model }))],
  describe: ({ router, release, to }) => `render ${template} for ${router} (SR Linux ${release}) to ${to}`,
  creates: ({ to }) => [{ kind: 'file', name: to }],
  check: (step, context) => checkFiles([srlinuxRendering(step, fabricOf(context))], context),
  run: (step, context) => writeFiles([srlinuxRendering(step, fabricOf(context))], context),
  undo: ({ to }, context) => removeFiles([to], context),
  absent: ({ to }, context) => filesAbsent([to], context),
});
