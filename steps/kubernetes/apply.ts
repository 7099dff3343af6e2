// The step type for manifests: applied once the kinds they need exist, and done when the cluster would change nothing about them.
import * as z from 'zod';
import { defineStep, type Seen, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { reasonOf } from '../shared/command-reason.ts';
import { untilTrue } from '../shared/until-true.ts';
import { clusterInput, getObjects, isClusterGone, kubectl, kubectlArgv } from './kubectl.ts';
import { conditionOf } from './objects.ts';

const input = z.strictObject({
  cluster: clusterInput,
  file: z.string().describe('The manifest'),
  definitions: z.array(z.string()).default([]).describe('Resource definitions that must be Established before'),
  patience: z.int().min(1).default(180).describe('Seconds to wait for them'),
});
type Input = z.output<typeof input>;

export const kubernetesApply = defineStep({
  name: 'kubernetes.apply',
  summary: 'Applies a manifest once its kinds exist',
  input,
  files: ({ file }) => [file],
  describe: ({ cluster, file }) => kubectlArgv(cluster, ['apply', '-f', file]).join(' '),
  creates: ({ cluster, file }) => [
    { kind: 'manifest', name: `${cluster}/${file.replace(/^.*\//, '')}`, within: `cluster/${cluster}` },
  ],
  async check(step, context) {
    const result = await kubectl(context, step.cluster, ['diff', '-f', step.file], { quiet: true });
    if (result.exitCode === 0) return { holds: true, saw: 'the cluster has it as written' };
    if (result.exitCode === 1 && result.stdout.trim() !== '') return { holds: false, saw: differing(result.stdout) };
    return { holds: false, saw: reasonOf(result) };
  },
  async run(step, context) {
    await established(step, context);
    await context.must(kubectlArgv(step.cluster, ['apply', '-f', step.file]));
    return {};
  },
  async undo({ cluster, file }, context) {
    if (await isClusterGone(context, cluster)) return;
    await context.must(kubectlArgv(cluster, ['delete', '-f', file, '--ignore-not-found', '--wait=true']));
  },
  async absent({ cluster, file }, context): Promise<Seen> {
    if (await isClusterGone(context, cluster)) return { holds: true, saw: `${cluster} is gone, and this with it` };
    const result = await kubectl(context, cluster, ['get', '-f', file, '-o', 'name', '--ignore-not-found']);
    // Kinds that are gone can't be asked for; nor can there be anything of them.
    if (result.exitCode !== 0 && /no matches for kind/.test(result.stderr)) return { holds: true, saw: 'gone' };
    if (result.exitCode !== 0) throw new StepError(reasonOf(result));
    const left = result.stdout.trim();
    return { holds: left === '', saw: left === '' ? 'gone' : `${left.split('\n')[0]} is still there` };
  },
});

/** What a diff is about: the first object in it. */
const differing = (diff: string): string => {
  const [, name] = /^diff .*\/(\S+)$/m.exec(diff) ?? [];
  return name === undefined ? 'the cluster has it otherwise' : `the cluster has ${name} otherwise, or not at all`;
};

const established = async ({ cluster, definitions, patience }: Input, context: StepContext): Promise<void> => {
  if (definitions.length === 0) return;
  await untilTrue(context, patience * 1000, async () => {
    const found = await getObjects(context, cluster, ['crd', ...definitions]);
    const missing = definitions.find((name) => {
      const definition = found.find(({ metadata }) => metadata.name === name);
      return !definition || conditionOf(definition, 'Established')?.status !== 'True';
    });
    return {
      holds: missing === undefined,
      saw: missing === undefined ? 'Established' : `${missing} is not Established`,
    };
  });
};
