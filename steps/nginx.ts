// A pod of the embedded variant: one nginx in its namespace, answering like nginxdemos/hello:plain-text.
import * as z from 'zod';
import { defineStep, type StepContext } from '../src/engine/step-type.ts';
import { killIn, strays } from './capsule-processes.ts';
import { findCapsule, folderOf, fromHost, inCapsule, lookAt, needCapsule } from './capsule-world.ts';
import { type Daemon, daemonSeen, filesSeen } from './daemons.ts';
import { dressFunction, writeDressings } from './dress.ts';
import { addressesSeen, gone } from './netns.ts';

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
    const world = await lookAt(context, [pod.namespace.name]);
    const seen = addressesSeen(world, pod.namespace.name, pod.addresses);
    if (!seen.holds) return seen;
    const running = await daemonSeen(context, world, daemonOf(pod));
    if (!running.holds) return running;
    const configured = await filesSeen(context, world, await configuration(pod, context));
    return configured.holds ? { holds: true, saw: 'nginx running' } : configured;
  },
  async run(pod, context) {
    const { device, namespace, templates } = pod;
    const folder = folderOf(device.name);
    const capsule = await needCapsule(context);
    await killIn(context, await straysOf(pod, context, capsule));
    const dressing = { batch: `${templates}/pod.batch.liquid`, sysctl: `${templates}/sysctl.conf.liquid` };
    await writeDressings(context, [{ namespace, ...dressing }], { device });
    for (const [file, text] of Object.entries(await configuration(pod, context)))
      await context.host.writeFile(fromHost(capsule, file), text, 0o644);
    const script = `${dressFunction}\ndress "$1"\nexec nsenter --net="/run/netns/$1" nginx -e error.log -p "$2/" -c nginx.conf`;
    await inCapsule(context, ['sh', '-ec', script, 'sh', namespace.name, folder], { background: true });
    return {};
  },
  async undo(pod, context) {
    const capsule = await findCapsule(context);
    if (capsule !== undefined) await killIn(context, await straysOf(pod, context, capsule));
  },
  async absent(pod, context) {
    const capsule = await findCapsule(context);
    const left = capsule === undefined ? [] : await straysOf(pod, context, capsule);
    return gone(
      left.map((pid) => `process ${pid}`),
      capsule,
    );
  },
});

/** Nothing runs from a folder that is not there: a fresh pod needs no look at every process. */
const straysOf = async (pod: Pod, context: StepContext, capsule: number): Promise<readonly number[]> => {
  const there = await context.host.stat(fromHost(capsule, `${folderOf(pod.device.name)}/nginx.conf`));
  return there ? strays(context, capsule, daemonOf(pod).mark) : [];
};
