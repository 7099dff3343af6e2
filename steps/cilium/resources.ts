// The step type that writes Cilium's resources of the lab: nodes peer with their gateway, services get addresses; in the kinds the release has.
import * as z from 'zod';
import { defineStep, type Rendering, StepError } from '../../src/engine/step-type.ts';
import type { Fabric } from '../../src/fabric/fabric.ts';
import { releaseIn } from '../shared/release.ts';
import { checkFiles, fabricOf, filesAbsent, removeFiles, writeFiles } from '../shared/rendered-file.ts';
import { ciliumApi } from './versions.ts';

const input = z.strictObject({
  version: z
    .string()
    .refine((text) => releaseIn(text) !== undefined, 'is no version')
    .describe('Version of Cilium'),
  label: z
    .string()
    .regex(/^[^=]+=[^=]+$/, 'is not KEY=VALUE')
    .describe('Label of the nodes that speak BGP'),
  bgp: z.string().describe('The file for the BGP resources'),
  pool: z.string().describe('The file for the address pool'),
});
type Input = z.output<typeof input>;

const templatesOf = (version: string): { bgp: string; pool: string } => ({
  bgp: `assets/cilium/${ciliumApi(version).resources}.yaml.liquid`,
  pool: 'assets/cilium/pool.yaml.liquid',
});

export const ciliumRenderings = ({ version, label, bgp, pool }: Input, fabric: Fabric): readonly Rendering[] => {
  const [key = '', value = ''] = label.split('=');
  const api = ciliumApi(version);
  const values = { fabric, api, label: { key, value }, gateway: gatewayOf(fabric) };
  const templates = templatesOf(version);
  return [
    { template: templates.bgp, to: bgp, values },
    { template: templates.pool, to: pool, values },
  ];
};

/** The address every node dials: the gateway of the nodes' subnet, the same on every leaf. */
const gatewayOf = (fabric: Fabric): string => {
  const subnet = fabric.subnets.find((each) => each.hosts === 'node');
  if (!subnet) throw new StepError('the model has no subnet for nodes');
  return subnet.gateway;
};

export const ciliumResources = defineStep({
  name: 'cilium.resources',
  summary: 'Writes the BGP resources and the address pool, in the kinds this Cilium has',
  input,
  outputs: {
    paths: 'the files that were written',
    bgpCrds: 'definitions the BGP resources need',
    poolCrds: 'and the pool',
  },
  files: ({ version }) => Object.values(templatesOf(version)),
  renders: (step, model) => ciliumRenderings(step, fabricOf({ model })),
  describe: ({ version, bgp, pool }) => `render BGP resources and pool (Cilium ${version}) to ${bgp} and ${pool}`,
  creates: ({ bgp, pool }) => [bgp, pool].map((name) => ({ kind: 'file', name })),
  async check(step, context) {
    const seen = await checkFiles(ciliumRenderings(step, fabricOf(context)), context);
    return { ...seen, outputs: { ...seen.outputs, ...crdsOf(step) } };
  },
  async run(step, context) {
    return { ...(await writeFiles(ciliumRenderings(step, fabricOf(context)), context)), ...crdsOf(step) };
  },
  undo: ({ bgp, pool }, context) => removeFiles([bgp, pool], context),
  absent: ({ bgp, pool }, context) => filesAbsent([bgp, pool], context),
});

const crdsOf = ({ version }: Input): { bgpCrds: readonly string[]; poolCrds: readonly string[] } => {
  const { crds } = ciliumApi(version);
  return { bgpCrds: crds.bgp, poolCrds: crds.pool };
};
