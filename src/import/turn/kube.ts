// What every call of kubectl shares: which cluster it is about, and how kinds of objects are called.
import type { Call } from '../read/call.ts';
import { has, option } from './flags.ts';
import { isHere } from './rule.ts';
import type { World } from './world.ts';

/** Options whose value is the next word, whatever kubectl is to do. */
export const valuedAnywhere = ['-n', '--namespace', '--context', '--kubeconfig', '-l', '--selector'];

/** Each command names its cluster, whatever the current context may be by then. */
export const withContext = (call: Call, world: World): Call => {
  const { context } = world;
  if (context === undefined || !isHere(call) || has(call.args, '--context', '--kubeconfig')) return call;
  if (world.isContextImplied && world.clusters.length > 1)
    world.note(`of ${world.clusters.length} clusters the text names none here; ${context} was made last`);
  const args = ['--context', context, ...call.args];
  return {
    ...call,
    args,
    argv: call.argv && [...call.wrap, call.program, ...args],
    text: namingContext(call.text, world),
  };
};

/** The same in a script. */
export const namingContext = (text: string, { context }: Pick<World, 'context'>): string =>
  context === undefined ? text : text.replaceAll(/\bkubectl (?!--context)/g, `kubectl --context ${context} `);

/** What says where: the options that stand for every call about the same thing. */
export const whereOf = ({ args }: Call): readonly string[] =>
  ['--context', '--kubeconfig', '--namespace'].flatMap((name) => {
    const value = name === '--namespace' ? option(args, '-n', '--namespace') : option(args, name);
    return value === undefined ? [] : [name, value];
  });

export const contextOf = (call: Call): string | undefined =>
  isHere(call) ? option(call.args, '--context') : undefined;

/** kubectl with the cluster and namespace of a call. */
export const ask = (call: Call, args: readonly string[]): readonly string[] => [
  ...call.wrap,
  'kubectl',
  ...whereOf(call),
  ...args,
];

/** The end of a pod's name as its owner makes it up. */
export const isOfADay = (name: string): boolean => /-[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(name);

const shortKinds: Readonly<Record<string, string>> = {
  ds: 'daemonset',
  cm: 'configmap',
  deploy: 'deployment',
  svc: 'service',
  ns: 'namespace',
  sts: 'statefulset',
  po: 'pod',
  pods: 'pod',
  sa: 'serviceaccount',
  no: 'node',
  nodes: 'node',
  ing: 'ingress',
  cronjobs: 'cronjob',
  services: 'service',
  deployments: 'deployment',
  daemonsets: 'daemonset',
  namespaces: 'namespace',
  configmaps: 'configmap',
  secrets: 'secret',
  crd: 'customresourcedefinition',
};
export const kindOfObject = (word: string): string => shortKinds[word.toLowerCase()] ?? word.toLowerCase();

export const durationOf = (text: string): string | undefined => {
  if (/^-/.test(text)) return '10m';
  return /^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text) ? text : /^\d+$/.test(text) && text !== '0' ? `${text}s` : undefined;
};
