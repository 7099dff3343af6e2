// A containerlab topology as data: its name, its nodes with the containers they become, its cables. Facts about the format are those of
// containerlab's own schema (prefix, kinds, defaults, both forms of links).
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import type { Source } from './source.ts';

export interface TopologyNode {
  readonly name: string;
  /** As docker calls it. */
  readonly container: string;
  readonly kind: string;
  readonly image: string | undefined;
  /** The file it boots with, relative to the topology. */
  readonly config: string | undefined;
  readonly license: string | undefined;
  readonly line: number;
}

export interface TopologyEnd {
  readonly node: string;
  readonly interface: string;
}

export interface Topology {
  readonly file: string;
  /** Relative to the folder of the lab. */
  readonly path: string;
  readonly name: string;
  readonly nodes: readonly TopologyNode[];
  /** Between two nodes of the lab; others, such as those to the host, are left out. */
  readonly links: readonly { readonly a: TopologyEnd; readonly b: TopologyEnd; readonly mtu: number }[];
}

export interface Unread {
  readonly line: number;
  readonly why: string;
}

const nodeShape = z.looseObject({
  kind: z.string().optional(),
  image: z.string().optional(),
  group: z.coerce.string().optional(),
  license: z.string().optional(),
  'startup-config': z.string().optional(),
});
const settings = z.record(z.string(), nodeShape.nullable()).nullish();
const endpoint = z.union([z.string(), z.looseObject({ node: z.string(), interface: z.string() })]);
const shape = z.looseObject({
  name: z.coerce.string().min(1),
  prefix: z.string().nullish(),
  topology: z.looseObject({
    defaults: nodeShape.nullish(),
    kinds: settings,
    groups: settings,
    nodes: z.record(z.string(), nodeShape.nullable()),
    links: z.array(z.looseObject({ endpoints: z.array(endpoint).optional(), mtu: z.int().optional() })).nullish(),
  }),
});

/** What containerlab gives a cable that says nothing of it. */
const defaultMtu = 9500;

/** Kinds that are no container of containerlab's: it finds them, or they are not containers. */
export const isExternal = ({ kind }: Pick<TopologyNode, 'kind'>): boolean => kind === 'ext-container';
const notContainers = ['bridge', 'ovs-bridge', 'host', 'k8s-kind'];
export const isMade = (node: TopologyNode): boolean => !isExternal(node) && !notContainers.includes(node.kind);

export const readTopology = (source: Source): Topology | Unread => {
  const lines = new LineCounter();
  const document = parseDocument(source.text, { lineCounter: lines });
  const [error] = document.errors;
  if (error) return { line: lines.linePos(error.pos[0]).line, why: `not YAML: ${error.message.split('\n')[0]}` };
  const read = shape.safeParse(document.toJS());
  if (!read.success) {
    const [issue] = read.error.issues;
    const path = issue?.path.map(String) ?? [];
    const node = document.getIn(path, true);
    const line = isNode(node) && node.range ? lines.linePos(node.range[0]).line : 1;
    return { line, why: `${path.join('.') || 'the file'}: ${issue?.message ?? 'not a topology'}` };
  }
  const lineOf = (name: string): number => {
    const nodes = document.getIn(['topology', 'nodes']);
    const key = isMap(nodes)
      ? nodes.items.find((item) => isScalar(item.key) && String(item.key.value) === name)?.key
      : undefined;
    return isScalar(key) && key.range ? lines.linePos(key.range[0]).line : 1;
  };
  return build(source, read.data, lineOf);
};

const build = (
  { name: file, path }: Source,
  { name, prefix, topology }: z.output<typeof shape>,
  lineOf: (name: string) => number,
): Topology => {
  const { defaults, kinds, groups, links } = topology;
  const before = prefix === undefined || prefix === null ? `clab-${name}-` : beforeOf(prefix, name);
  const nodes = Object.entries(topology.nodes).map(([node, own]): TopologyNode => {
    const group = groups?.[own?.group ?? ''];
    const kind = own?.kind ?? group?.kind ?? defaults?.kind ?? 'linux';
    const layers = [own, group, kinds?.[kind], defaults];
    const first = <K extends 'image' | 'license' | 'startup-config'>(key: K) =>
      layers.find((each) => each?.[key] !== undefined)?.[key];
    const isFound = kind === 'ext-container';
    return {
      ...{ name: node, kind, container: isFound ? node : `${before}${node}`, line: lineOf(node) },
      ...{ image: first('image'), config: first('startup-config'), license: first('license') },
    };
  });
  const byName = new Map(nodes.map((each) => [each.name, each]));
  return {
    ...{ file, path, name, nodes },
    links: (links ?? []).flatMap(({ endpoints = [], mtu = defaultMtu }) => {
      const [a, b] = endpoints.map(endOf);
      const [nodeA, nodeB] = [byName.get(a?.node ?? ''), byName.get(b?.node ?? '')];
      if (!a || !b || !nodeA || !nodeB || !isPlain(nodeA, a) || !isPlain(nodeB, b)) return [];
      return [{ a: { ...a, node: nodeA.container }, b: { ...b, node: nodeB.container }, mtu }];
    }),
  };
};

const beforeOf = (prefix: string, lab: string): string => {
  if (prefix === '') return '';
  return prefix === '__lab-name' ? `${lab}-` : `${prefix}-${lab}-`;
};

const endOf = (end: z.output<typeof endpoint>): TopologyEnd => {
  if (typeof end !== 'string') return { node: end.node, interface: end.interface };
  const [node = '', name = ''] = end.split(':');
  return { node, interface: name };
};

/** Whether the kernel in the container calls it so too: other systems have names of their own for their ports. */
const isPlain = (node: TopologyNode, end: TopologyEnd): boolean =>
  /^(eth\d+|e\d+-\d+|net\d+)$/.test(end.interface) &&
  /^(linux|ext-container|srl|nokia_srlinux|ceos|arista_ceos|sonic-vs|crpd|juniper_crpd|frr)$/.test(node.kind);
