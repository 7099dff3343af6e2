// How the capsule is found and entered, and what runs in it.
import type { ProcessIdentity } from '../../src/core/event.ts';
import type { CommandResult, Host } from '../../src/engine/ports.ts';
import { type CommandOptions, type StepContext, StepError } from '../../src/engine/step-type.ts';

export const capsuleVariable = 'LAB_CAPSULE';

/** Capsules are told apart by the state folder they belong to, so two labs never meet. */
export const capsuleId = (context: Pick<StepContext, 'stateDir'>): string => context.stateDir;

const found = new WeakMap<Host, ProcessIdentity>();

/** The capsule's first process, seen from the host; undefined when there is none. */
export const findCapsule = async (context: StepContext): Promise<number | undefined> => {
  const { host } = context;
  const known = found.get(host);
  // Looking through all processes of the host costs much more than asking whether the one that was found still lives.
  if (known && host.isAlive(known)) return known.pid;
  const [first] = await context.shared('capsule', () => host.findByEnvironment(capsuleVariable, capsuleId(context)));
  if (first) found.set(host, first);
  return first?.pid;
};

/** @throws StepError when the capsule is not running. */
export const needCapsule = async (context: StepContext): Promise<number> => {
  const pid = await findCapsule(context);
  if (pid === undefined) throw new StepError('the capsule is not running');
  return pid;
};

/** A path inside the capsule, as the host reaches it. */
export const fromHost = (pid: number, path: string): string => `/proc/${pid}/root${path}`;

/** Where a device keeps its files, inside the capsule. */
export const folderOf = (device: string): string => `/run/lab/${device}`;

/** nsenter into the capsule; without root its user namespace comes first. */
export const entryFlags = (host: Host, pid: number): readonly string[] => {
  const user = host.uid === 0 ? [] : ['--user', '--preserve-credentials'];
  return ['nsenter', `--target=${pid}`, ...user, '--mount', '--pid'];
};

/** What stands before a command so that it runs in the capsule, and in one of its network namespaces. */
export const entry = (host: Host, pid: number, namespace?: string): readonly string[] => {
  const net = namespace === undefined ? '--net' : `--net=${fromHost(pid, `/run/netns/${namespace}`)}`;
  return [...entryFlags(host, pid), net, '--'];
};

/** Runs a command in the capsule. @throws StepError unless it exits 0. */
export const inCapsule = async (
  context: StepContext,
  argv: readonly string[],
  options: CommandOptions & { readonly namespace?: string } = {},
): Promise<CommandResult> => {
  const { namespace, ...rest } = options;
  return context.must([...entry(context.host, await needCapsule(context), namespace), ...argv], rest);
};
