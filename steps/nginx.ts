// A pod of the embedded variant: one nginx in its namespace, answering like nginxdemos/hello:plain-text.
import { z } from 'zod';
import { defineStep, type StepContext } from '../src/engine/step-type.ts';
import { folderOf, fromHost, inCapsule, lookAround } from './capsule-world.ts';
import { type Daemon, filesSeen, findDaemon, strays } from './daemons.ts';
import { addressesSeen, aroundOrGone, dress, gone, killIn } from './netns.ts';

const input = z.strictObject({
  device: z.looseObject({ name: z.string() }).describe('A pod of the fabric'),
  namespace: z.looseObject({ name: z.string(), role: z.string() }).describe('Its namespace, and the role of that'),
  addresses: z.record(z.string(), z.string()).default({}).describe('By interface: the address that proves it'),
  templates: z.string().default('assets/frr-netns').describe('Folder of the templates'),
  capsule: z.string().default('lab').describe('The capsule it is in'),
});
type Pod = z.output<typeof input>;

const daemonOf = ({ device, namespace }: Pod): Daemon => ({
  name: 'nginx',
  pidFile: `${folderOf(device.name)}/nginx.pid`,
  namespace: namespace.name,
  mark: `-p ${folderOf(device.name)}/ `,
});

const configuration = async (pod: Pod, context: StepContext): Promise<Record<string, string>> => ({
  [`${folderOf(pod.device.name)}/nginx.conf`]: await context.host.render(
    `${context.projectDir}/${pod.templates}/pod.nginx.conf.liquid`,
    { device: pod.device },
  ),
});

export const nginxPod = defineStep({
  name: 'nginx.pod',
  summary: 'A pod: its address, and an nginx that says which pod answered',
  input,
  files: ({ templates }) => [`${templates}/pod.nginx.conf.liquid`, `${templates}/pod.batch.liquid`],
  describe: ({ device }) => `nginx of ${device.name}`,
  creates: ({ device, capsule }) => [{ kind: 'pod', name: device.name, within: `capsule/${capsule}` }],
  async check(pod, context) {
    const world = await lookAround(context);
    const seen = addressesSeen(world, pod.namespace.name, pod.addresses);
    if (!seen.holds) return seen;
    const found = await findDaemon(context, world, daemonOf(pod));
    if ('wrong' in found) return { holds: false, saw: found.wrong };
    const configured = await filesSeen(context, world, await configuration(pod, context));
    return configured.holds ? { holds: true, saw: 'nginx running' } : configured;
  },
  async run(pod, context) {
    const world = await lookAround(context);
    const folder = folderOf(pod.device.name);
    if (!addressesSeen(world, pod.namespace.name, pod.addresses).holds) {
      await dress(context, {
        namespace: pod.namespace,
        batch: `${pod.templates}/pod.batch.liquid`,
        sysctl: `${pod.templates}/sysctl.conf.liquid`,
        values: { device: pod.device },
      });
    }
    await killIn(context, strays(world, `-p ${folder}/ `));
    for (const [file, text] of Object.entries(await configuration(pod, context)))
      await context.host.writeFile(fromHost(world.pid, file), text, 0o644);
    await inCapsule(context, ['nginx', '-e', 'error.log', '-p', `${folder}/`, '-c', 'nginx.conf'], {
      namespace: pod.namespace.name,
      background: true,
    });
    return {};
  },
  async undo(pod, context) {
    const world = await aroundOrGone(context);
    if (world) await killIn(context, strays(world, `-p ${folderOf(pod.device.name)}/ `));
  },
  async absent(pod, context) {
    const world = await aroundOrGone(context);
    const left = world ? strays(world, `-p ${folderOf(pod.device.name)}/ `) : [];
    return gone(
      left.map((pid) => `process ${pid}`),
      world,
    );
  },
});
