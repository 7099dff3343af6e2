// Everything the SR Linux variants render, for a size and a set of versions, as texts: what the schema checks look at.
import { fileURLToPath } from 'node:url';
import { Liquid } from 'liquidjs';
import type { Rendering } from '../../src/engine/step-type.ts';
import { fabric } from '../../src/fabric/fabric.ts';
import type { FabricInputs } from '../../src/fabric/fabric-inputs.ts';
import { ciliumRenderings } from '../../steps/cilium/resources.ts';
import { topologyRendering } from '../../steps/containerlab/topology.ts';
import { srlinuxRendering } from '../../steps/srlinux/config.ts';

export interface Rendered {
  readonly name: string;
  readonly text: string;
}

/** Sizes that bring out every branch of the templates: the lab's own, the smallest, and one where hosts share leaves. */
export const sizes: Readonly<Record<string, FabricInputs>> = {
  lab: {},
  smallest: { spines: 1, leaves: 1, nodes: 1, clients: 1 },
  crowded: { spines: 3, leaves: 3, nodes: 5, clients: 2, pods: '10.244.0.0/16', policy: 'Local' },
};

const root = fileURLToPath(new URL('../..', import.meta.url));
const engine = new Liquid({ root, strictVariables: true, strictFilters: true, cache: true });

const written = async ({ template, to, values }: Rendering): Promise<Rendered> => ({
  name: to,
  text: String(await engine.renderFile(template, values)),
});

export const routers = (inputs: FabricInputs, release: string): Promise<Rendered[]> => {
  const made = fabric(inputs);
  const names = [...made.spines, ...made.leaves].map(({ name }) => name);
  return Promise.all(names.map((router) => written(srlinuxRendering({ router, release, to: `${router}.cfg` }, made))));
};

export const topology = (inputs: FabricInputs, release: string, network = ''): Promise<Rendered> => {
  const images = { routerImage: 'ghcr.io/nokia/srlinux:23.7.1', clientImage: 'ghcr.io/hellt/network-multitool' };
  const step = { release, ...images, network, configs: 'configs', to: 'lab.clab.yml' };
  return written(topologyRendering(step, fabric(inputs)));
};

export const cilium = (inputs: FabricInputs, version: string): Promise<Rendered[]> => {
  const step = { version, label: 'bgp-policy=srl-k8s-anycast', bgp: 'bgp.yaml', pool: 'pool.yaml' };
  return Promise.all(ciliumRenderings(step, fabric(inputs)).map(written));
};

const simple = (template: string, inputs: FabricInputs, values: object): Promise<Rendered> =>
  written({ template, to: template.replace(/^.*\/|\.liquid$/g, ''), values: { model: fabric(inputs), ...values } });

export const metallb = (inputs: FabricInputs): Promise<Rendered> =>
  simple('assets/metallb/config.yaml.liquid', inputs, { addresses: '1.1.1.100-1.1.1.200' });

export const echo = (inputs: FabricInputs, address = ''): Promise<Rendered> =>
  simple('assets/kubernetes/echo.yaml.liquid', inputs, { image: 'nginxdemos/hello:plain-text', address });
