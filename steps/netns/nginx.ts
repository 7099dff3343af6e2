// A pod of the embedded variant: one nginx in its namespace, answering like nginxdemos/hello:plain-text.
import * as z from 'zod';
import { defineStep, type Seen, type StepContext } from '../../src/engine/step-type.ts';
import { findCapsule, folderOf, fromHost, inCapsule, needCapsule } from './capsule-entry.ts';
import { killIn, strays } from './capsule-processes.ts';
import { type Named, namespacesIn } from './capsule-world.ts';
import { type Daemon, daemonSeen, filesSeen } from './daemons.ts';
import { dressFunction, dressingsSeen, writeDressings } from './dress.ts';
import { gone } from './namespaces.ts';

const input = z.strictObject({
  device: z.looseObject({ name: z.string() }).describe('A pod of the fabric'),
  namespace: z.looseObject({ name: z.string(), role: z.string() }).describe('Its namespace, and the role of that'),
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

const dressOf = ({ device, namespace, templates }: Pod): Parameters<typeof dressingsSeen>[2] => ({
  dressings: [{ namespace, batch: `${templates}/pod.batch.liquid`, sysctl: `${templates}/sysctl.conf.liquid` }],
  values: { device },
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
  files: ({ templates }) => ['pod.nginx.conf', 'pod.batch', 'sysctl.conf'].map((name) => `${templates}/${name}.liquid`),
  describe: ({ device }) => `nginx of ${device.name}`,
  creates: ({ device, capsule }) => [{ kind: 'pod', name: device.name, within: `capsule/${capsule}` }],
  async check(pod, context) {
    const pid = await needCapsule(context);
    const world = { pid, namespaces: await namespacesIn(context, pid, [pod.namespace.name]) };
    const dressed = await dressingsSeen(context, world, dressOf(pod));
    if (!dressed.holds) return dressed;
    const served = await serverSeen(pod, world, context);
    return served.holds ? { holds: true, saw: 'nginx running' } : served;
  },
  async run(pod, context) {
    const { device, namespace } = pod;
    const folder = folderOf(device.name);
    const capsule = await needCapsule(context);
    const { dressings, values } = dressOf(pod);
    await writeDressings(context, dressings, values);
    const world = { pid: capsule, namespaces: await namespacesIn(context, capsule, [namespace.name]) };
    // One that serves is left alone when something else was wrong.
    const serves = (await serverSeen(pod, world, context)).holds;
    if (!serves) {
      await killIn(context, await straysOf(pod, context, capsule));
      for (const [file, text] of Object.entries(await configuration(pod, context)))
        await context.host.writeFile(fromHost(capsule, file), text, 0o644);
    }
    const start = serves ? '' : 'exec nsenter --net="/run/netns/$1" nginx -e error.log -p "$2/" -c nginx.conf';
    const script = `${dressFunction}\ndress "$1"\n${start}`;
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

const serverSeen = async (pod: Pod, world: Named, context: StepContext): Promise<Seen> => {
  const running = await daemonSeen(context, world, daemonOf(pod));
  return running.holds ? filesSeen(context, world, await configuration(pod, context)) : running;
};

const straysOf = (pod: Pod, context: StepContext, capsule: number): Promise<readonly number[]> =>
  strays(context, capsule, daemonOf(pod).mark);
