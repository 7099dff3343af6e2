// The step type for a container's interface: up, with its address, its routes and its kernel settings; done by us and proved, whoever was to do it.
import * as z from 'zod';
import { defineStep, type Seen, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { reasonOf } from '../shared/command-reason.ts';
import { interfaceState, routesIn } from '../shared/ip-text.ts';

/** Settings are read and written as files: an image without the command sysctl has them too. */
const settingPath = (key: string): string => `/proc/sys/${key.replaceAll('.', '/')}`;

const input = z.strictObject({
  container: z.string().describe('The container'),
  interface: z.string().describe('Its interface'),
  address: z.string().describe('ADDRESS/LENGTH'),
  routes: z
    .array(z.strictObject({ to: z.string(), via: z.string() }))
    .default([])
    .describe('Routes by that interface'),
  sysctl: z
    .record(z.string(), z.union([z.string(), z.int()]))
    .default({})
    .describe('Kernel settings of the container'),
});
type Input = z.output<typeof input>;

export const dockerAddress = defineStep({
  name: 'docker.address',
  summary: "A container's interface with its address and routes",
  input,
  describe: (step) =>
    [
      ...commandsFor(step).map((argv) => argv.join(' ')),
      ...Object.entries(step.sysctl).map(
        ([key, value]) => `echo ${value} | docker exec -i ${step.container} tee ${settingPath(key)}`,
      ),
    ].join(' && '),
  check: (step, context) => lookAtInterface(step, context),
  async run(step, context) {
    const { container, interface: name } = step;
    const there = await context.command(['docker', 'exec', container, 'ls', `/sys/class/net/${name}`], { quiet: true });
    if (there.exitCode !== 0)
      throw new StepError(
        `${container} has no ${name}: its cable is gone, or was never laid; the step that lays cables does it again`,
      );
    for (const argv of commandsFor(step)) await context.must(argv);
    for (const [key, value] of Object.entries(step.sysctl))
      await context.must(['docker', 'exec', '-i', container, 'tee', settingPath(key)], { stdin: `${value}\n` });
    return {};
  },
});

const commandsFor = ({ container, interface: name, address, routes }: Input): readonly (readonly string[])[] => {
  const inside = (...argv: string[]): readonly string[] => ['docker', 'exec', container, ...argv];
  return [
    inside('ip', 'link', 'set', 'dev', name, 'up'),
    inside('ip', 'address', 'replace', address, 'dev', name),
    ...routes.map(({ to, via }) => inside('ip', 'route', 'replace', to, 'via', via, 'dev', name)),
  ];
};

const lookAtInterface = async (step: Input, context: StepContext): Promise<Seen> => {
  const { container, interface: name, address, routes } = step;
  const ask = (...argv: string[]) => context.command(['docker', 'exec', container, ...argv], { quiet: true });
  const shown = await ask('ip', 'address', 'show', 'dev', name);
  if (shown.exitCode !== 0) return { holds: false, saw: reasonOf(shown) };
  const state = interfaceState(shown.stdout);
  if (!state.up) return { holds: false, saw: `${name} is down` };
  if (!state.addresses.includes(address))
    return { holds: false, saw: `${name} has ${state.addresses.join(', ') || 'no address'}, not ${address}` };
  const known = routesIn((await ask('ip', 'route', 'show')).stdout);
  const missing = routes.find(({ to, via }) => {
    const first = known.find((route) => route.to === to);
    return first?.via !== via || first.device !== name;
  });
  if (missing) return { holds: false, saw: `no route to ${missing.to} via ${missing.via}` };
  const setting = await wrongSetting(step, context);
  return setting === undefined ? { holds: true, saw: `${name} ${address}` } : { holds: false, saw: setting };
};

const wrongSetting = async ({ container, sysctl }: Input, context: StepContext): Promise<string | undefined> => {
  for (const [key, value] of Object.entries(sysctl)) {
    const result = await context.command(['docker', 'exec', container, 'cat', settingPath(key)], { quiet: true });
    const have = result.stdout.trim();
    if (have !== String(value)) return `${key} is ${have || 'not there'}, not ${value}`;
  }
  return undefined;
};
