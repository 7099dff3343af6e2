// The Kubernetes probe: objects of a kind, by name or selector, and whether they meet a condition.
import * as z from 'zod';
import { defineProbe } from '../../src/engine/step-type.ts';
import { countConditions, isCompleted } from './conditions.ts';
import { clusterInput, getObjects } from './kubectl.ts';

const input = z.strictObject({
  cluster: clusterInput,
  kind: z.string().describe('As kubectl names it: nodes, pods, crd, …'),
  name: z.string().optional().describe('The one object of this name'),
  namespace: z.string().optional().describe('Without it: the default one, or all with allNamespaces'),
  allNamespaces: z.boolean().default(false).describe('Look in all namespaces'),
  selector: z.string().optional().describe('A label selector'),
  count: z.int().min(0).optional().describe('How many there must be'),
  condition: z
    .string()
    .optional()
    .describe(
      'What each must say of itself, and of its last change: Ready (pods that ended well left out), Available (rolled out), Established, Complete, …',
    ),
});
type Input = z.output<typeof input>;

export const kubernetesProbe = defineProbe({
  name: 'kubernetes',
  summary: 'Asks a cluster for objects; holds when there are some, as many as `count`, and all meet `condition`',
  input,
  values: {
    items: 'the objects as the API gives them',
    count: 'how many there are',
    names: 'their names',
    met: 'names of those that meet the condition',
    object: 'the first one; null when there is none',
  },
  describe: ({ kind, name, selector, cluster }) =>
    `${[kind, name ?? selector].filter(Boolean).join(' ')} of ${cluster}`,
  async look(query, context) {
    const items = await getObjects(context, query.cluster, argumentsOf(query));
    const names = items.map(({ metadata }) => metadata.name);
    const judged = query.condition === 'Ready' ? items.filter((each) => !isCompleted(each)) : items;
    const { met, saw } = judgement(query, judged);
    const enough = query.count === undefined ? judged.length > 0 : judged.length === query.count;
    const holds = enough && (query.condition === undefined || met.length === judged.length);
    return { holds, saw, values: { items, count: items.length, names, met, object: items[0] ?? null } };
  },
});

const argumentsOf = ({ kind, name, namespace, allNamespaces, selector }: Input): readonly string[] => [
  kind,
  ...(name === undefined ? [] : [name]),
  ...(namespace === undefined ? [] : ['-n', namespace]),
  ...(allNamespaces ? ['-A'] : []),
  ...(selector === undefined ? [] : ['-l', selector]),
];

const judgement = (
  { kind, name, count, condition }: Input,
  items: Awaited<ReturnType<typeof getObjects>>,
): { met: readonly string[]; saw: string } => {
  const wanted = count ?? Math.max(1, items.length);
  if (condition !== undefined) return countConditions(items, { type: condition, kind, wanted });
  const saw = name === undefined ? `${items.length} of ${wanted} ${kind}` : items.length === 0 ? 'not there' : 'there';
  return { met: [], saw: count === 0 && items.length === 0 ? 'none' : saw };
};
