// The step type that takes objects out of a cluster which must not be there, and waits until they and their pods are gone.
import * as z from 'zod';
import { defineStep, type Seen, type StepContext } from '../../src/engine/step-type.ts';
import { untilTrue } from '../shared/until-true.ts';
import { clusterInput, getObjects, kubectlArgv } from './kubectl.ts';

const input = z.strictObject({
  cluster: clusterInput,
  namespace: z.string().default('default').describe('Where the objects are'),
  objects: z
    .array(z.string().regex(/^[^/]+\/[^/]+$/, 'is not KIND/NAME'))
    .min(1)
    .describe('The objects, each as KIND/NAME'),
  pods: z.string().optional().describe('Selector of the pods that must be gone as well'),
  patience: z.int().min(1).default(120).describe('Seconds to wait for that'),
});
type Input = z.output<typeof input>;

export const kubernetesGone = defineStep({
  name: 'kubernetes.gone',
  summary: 'Deletes objects of a cluster and waits until they and their pods are gone',
  input,
  describe: (step) => kubectlArgv(step.cluster, deletion(step)).join(' '),
  check: (step, context) => lookForThem(step, context),
  async run(step, context) {
    await context.must(kubectlArgv(step.cluster, deletion(step)));
    await untilTrue(context, step.patience * 1000, () => lookForThem(step, context));
    return {};
  },
});

const deletion = ({ namespace, objects }: Input): readonly string[] => [
  '-n',
  namespace,
  'delete',
  ...objects,
  '--ignore-not-found',
];

const lookForThem = async ({ cluster, namespace, objects, pods }: Input, context: StepContext): Promise<Seen> => {
  const left = await getObjects(context, cluster, ['-n', namespace, ...objects]);
  const [object] = left;
  if (object) return { holds: false, saw: `${object.kind ?? 'object'} ${object.metadata.name} is there` };
  if (pods === undefined) return { holds: true, saw: 'gone' };
  const running = await getObjects(context, cluster, ['-n', namespace, 'pods', '-l', pods]);
  return running.length === 0
    ? { holds: true, saw: 'gone, and its pods' }
    : { holds: false, saw: `${running.length} pods (${pods}) are still there` };
};
