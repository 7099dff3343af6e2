// The capsule: one PID, mount and network namespace that holds the whole lab and whose end ends everything in it.
import * as z from 'zod';
import { defineProbe, defineStep, StepError } from '../../src/engine/step-type.ts';
import { capsuleId, capsuleVariable, entryFlags, findCapsule, needCapsule } from './capsule-entry.ts';

const input = z.strictObject({ name: z.string().default('lab').describe('What the ledger calls it') });

/**
 * What the first process does before it waits for ever. A tmpfs of its own on /run and /var/tmp keeps names and files of the
 * lab off the host. The last command carries the mark by which the capsule is found: only it, not what is started inside later.
 */
const init = `
mount -t tmpfs -o mode=755 lab /run
mount -t tmpfs -o mode=1777 lab /var/tmp
mkdir -p /run/netns /run/lock /run/lab /run/frr
if [ "$2" != 0 ]; then
  # Without root there is one user and one group, so FRR's own become names of those.
  printf 'root:x:0:0::/root:/bin/sh\nfrr:x:0:0::/:/bin/false\n' >/run/lab/passwd
  printf 'root:x:0:\nfrr:x:0:root\nfrrvty:x:0:root\n' >/run/lab/group
  mount --bind /run/lab/passwd /etc/passwd
  mount --bind /run/lab/group /etc/group
fi
ip link set lo up
exec env --ignore-signal=CHLD "${capsuleVariable}=$1" sleep infinity
`;

export const capsule = defineStep({
  name: 'capsule',
  summary: 'A PID, mount and network namespace that holds the lab, outlives the command, and ends with one kill',
  input,
  outputs: { pid: 'its first process, seen from the host' },
  describe: () => 'unshare --net --mount --pid --fork --kill-child …',
  creates: ({ name }) => [{ kind: 'capsule', name }],
  async check(_, context) {
    const pid = await findCapsule(context);
    return pid === undefined
      ? { holds: false, saw: 'not running' }
      : { holds: true, saw: `running as pid ${pid}`, outputs: { pid } };
  },
  async run(_, context) {
    const log = `${context.stateDir}/capsule.log`;
    await context.host.writeFile(log, '', 0o600);
    const user = context.host.uid === 0 ? [] : ['--user', '--map-root-user'];
    const flags = [
      ...user,
      '--net',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
      '--propagation',
      'private',
    ];
    const start = 'log=$1; shift; exec setsid --fork unshare "$@" >>"$log" 2>&1 </dev/null';
    await context.must(
      ['sh', '-ec', start, 'sh', log, ...flags, 'sh', '-ec', init, 'sh', capsuleId(context), String(context.host.uid)],
      {
        background: true,
      },
    );
    for (let look = 0; look < 500; look += 1) {
      const [first] = await context.host.findByEnvironment(capsuleVariable, capsuleId(context));
      if (first) return { pid: first.pid };
      const said = (await context.host.readFile(log))?.trim() ?? '';
      if (said !== '')
        throw new StepError(`the capsule did not start: ${said.split('\n').at(-1)}`, { tail: said.split('\n') });
      await context.host.clock.sleep(10, context.signal);
    }
    throw new StepError('the capsule did not start within 5 s');
  },
  async undo(_, context) {
    for (const { command: _command, ...process } of await context.host.findByEnvironment(
      capsuleVariable,
      capsuleId(context),
    )) {
      // Its init ignores polite signals, as the first process of a PID namespace does.
      await context.must(['kill', '-KILL', String(process.pid)]);
      await context.host.waitForEnd(process, context.signal);
    }
    await context.host.removeFile(`${context.stateDir}/capsule.log`);
  },
  async absent(_, context) {
    const left = await context.host.findByEnvironment(capsuleVariable, capsuleId(context));
    if (left.length > 0) return { holds: false, saw: `pid ${left.map(({ pid }) => pid).join(', ')} is left` };
    // Undo ends the process before it removes the file, so it may have been killed in between.
    const log = await context.host.stat(`${context.stateDir}/capsule.log`);
    return log ? { holds: false, saw: 'its log is left' } : { holds: true, saw: 'no process of it is left' };
  },
});

/** For `enter`: the capsule's first process, so that a place can be entered. */
export const capsuleProbe = defineProbe({
  name: 'capsule',
  summary: 'Finds the capsule; holds when it is running',
  input: z.strictObject({}),
  values: {
    pid: 'its first process, seen from the host',
    entry: 'what stands before a command that is to run in it, but for the network',
  },
  describe: () => 'the capsule',
  async look(_, context) {
    const pid = await needCapsule(context);
    return { holds: true, saw: `running as pid ${pid}`, values: { pid, entry: entryFlags(context.host, pid) } };
  },
});

/** For teardown: what would be left if the capsule had not taken everything with it. */
export const capsuleLeftovers = defineProbe({
  name: 'capsule.leftovers',
  summary: 'Looks for processes, files and network namespaces of the lab on the host; holds when there are none',
  input: z.strictObject({}),
  values: {
    processes: 'pids',
    namespaces: 'network namespaces on the host that carry a name of the lab',
    files: 'files',
  },
  describe: () => 'leftovers on the host',
  async look(_, context) {
    const marked = await context.host.findByEnvironment(capsuleVariable, capsuleId(context));
    const processes = marked.map(({ pid }) => pid);
    const model = context.model as { readonly namespaces?: readonly { readonly name: string }[] } | undefined;
    const ours = new Set(model?.namespaces?.map(({ name }) => name));
    const namespaces = (await context.host.list('/run/netns')).filter((name) => ours.has(name));
    const log = `${context.stateDir}/capsule.log`;
    const files = (await context.host.stat(log)) ? [log] : [];
    const left = [
      ...processes.map((pid) => `process ${pid}`),
      ...namespaces.map((name) => `namespace ${name}`),
      ...files,
    ];
    return {
      holds: left.length === 0,
      saw: left.length === 0 ? 'no process, namespace or file is left' : left.join(', '),
      values: { processes, namespaces, files },
    };
  },
});
