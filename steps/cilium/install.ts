// The step type that installs Cilium, or brings an installation to another version or other values; proved by the configuration it left.
import * as z from 'zod';
import { defineStep, type Seen, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { clusterInput, isClusterGone } from '../kubernetes/kubectl.ts';
import { untilTrue } from '../shared/until-true.ts';
import { commandLineVersion } from './fits.ts';
import { configDifference, keptValues, setArguments, staleValue, unknownValues, type Values } from './values.ts';
import { misfits, refusedValues } from './versions.ts';
import { configOf, endingNamespaces, installedVersion, releaseOf } from './world.ts';

const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
const input = z.strictObject({
  cluster: clusterInput,
  version: z.string().describe('Such as 1.18.14'),
  values: z
    .record(z.string(), value)
    .default({})
    .describe("Values of Cilium's chart, by their dotted names; an empty one is left out"),
});
type Input = z.output<typeof input>;

export const ciliumInstall = defineStep({
  name: 'cilium.install',
  summary: 'Cilium of a version, with values of its chart',
  input,
  describe: (step) => ['cilium', ...installArguments('install', step, given(step))].join(' '),
  creates: ({ cluster }) => [{ kind: 'cilium', name: cluster, within: `cluster/${cluster}` }],
  check: (step, context) => lookAtCilium(step, context),
  async run(step, context) {
    await demandFit(step, context);
    for (const name of unknownValues(given(step)))
      context.log(`nothing will tell whether the value ${name} did anything`);
    const { state: release, values: released = {} } = await releaseOf(context, step.cluster);
    if (release === 'unfinished') {
      context.log('an earlier installation was cut off; it is taken out first');
      await uninstall(step, context);
    }
    // An upgrade that takes values out takes those too that the command gave by itself: one operator would become two.
    const kept = release === 'deployed' ? keptValues(given(step), released) : {};
    const verb = release === 'deployed' ? 'upgrade' : 'install';
    if (verb === 'install')
      await untilTrue(context, context.timeoutMs ?? 120_000, () => endingNamespaces(context, step.cluster));
    await context.must(['cilium', ...installArguments(verb, step, { ...kept, ...given(step) })]);
    return {};
  },
  undo: (step, context) => uninstall(step, context),
  async absent({ cluster }, context): Promise<Seen> {
    if (await isClusterGone(context, cluster)) return { holds: true, saw: `${cluster} is gone, and Cilium with it` };
    const { state: release } = await releaseOf(context, cluster);
    return { holds: release === 'none', saw: release === 'none' ? 'gone' : 'its helm release is still there' };
  },
});

/** The values that say something. */
const given = ({ values }: Input): Values =>
  Object.fromEntries(Object.entries(values).filter(([, each]) => each !== ''));

const installArguments = (verb: 'install' | 'upgrade', step: Input, values: Values): readonly string[] => [
  ...[verb, '--context', step.cluster, '--version', step.version],
  // Without it a value that was taken out stays as it was.
  ...(verb === 'upgrade' ? ['--reset-values'] : []),
  ...setArguments(values),
];

const uninstall = async ({ cluster }: Input, context: StepContext): Promise<void> => {
  if (await isClusterGone(context, cluster)) return;
  if ((await releaseOf(context, cluster)).state !== 'none')
    await context.must(['cilium', 'uninstall', '--context', cluster]);
};

const lookAtCilium = async (step: Input, context: StepContext): Promise<Seen> => {
  const { cluster, version } = step;
  const installed = await installedVersion(context, cluster);
  if (installed === undefined) return { holds: false, saw: 'Cilium is not installed' };
  if (installed !== version.replace(/^v/, ''))
    return { holds: false, saw: `Cilium ${installed} is installed, not ${version}` };
  const release = await releaseOf(context, cluster);
  if (release.state === 'unfinished') return { holds: false, saw: 'its installation was cut off' };
  const config = await configOf(context, cluster);
  if (!config) return { holds: false, saw: 'its ConfigMap cilium-config is not there' };
  const off = configDifference(given(step), config.data) ?? leftOver(given(step), release.values);
  return off === undefined ? { holds: true, saw: `Cilium ${installed}` } : { holds: false, saw: off };
};

const leftOver = (values: Values, release: Readonly<Record<string, unknown>> | undefined): string | undefined => {
  const stale = release && staleValue(values, release);
  return stale === undefined ? undefined : `the value ${stale} is still set, and nothing asks for it`;
};

/** @throws StepError for a command line that does not know this release, or values that its chart refuses. */
const demandFit = async (step: Input, context: StepContext): Promise<void> => {
  const commandLine = await commandLineVersion(context);
  const why = [...misfits({ cilium: step.version, commandLine }), ...refusedValues(step.version, given(step))];
  if (why.length > 0) throw new StepError(why.join('; '));
};
