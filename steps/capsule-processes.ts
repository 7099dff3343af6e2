// Processes inside the capsule, read from the host: what they are, in which network namespace, and their end.
import type { StepContext } from '../src/engine/step-type.ts';
import { fromHost, inCapsule } from './capsule-world.ts';

export interface CapsuleProcess {
  /** Inode of its network namespace. */
  readonly namespace: string;
  readonly command: string;
}

/** One of them, by its pid in the capsule. */
export const processIn = async (
  { host }: StepContext,
  capsule: number,
  pid: number,
): Promise<CapsuleProcess | undefined> => {
  const folder = fromHost(capsule, `/proc/${pid}`);
  const [command, net] = await Promise.all([host.readFile(`${folder}/cmdline`), host.stat(`${folder}/ns/net`)]);
  if (command === undefined) return undefined;
  return { namespace: String(net?.inode ?? ''), command: command.replaceAll('\0', ' ').trim() };
};

/** All of them, by pid; those who ask at the same time share the answer. */
export const processesIn = (context: StepContext, capsule: number): Promise<ReadonlyMap<number, CapsuleProcess>> =>
  context.shared('capsule processes', async () => {
    const pids = (await context.host.list(fromHost(capsule, '/proc'))).filter((name) => /^\d+$/.test(name)).map(Number);
    const found = await Promise.all(pids.map(async (pid) => [pid, await processIn(context, capsule, pid)] as const));
    return new Map(found.flatMap(([pid, process]) => (process ? [[pid, process]] : [])));
  });

/** Every process of a kind, also one whose pid file was not yet written. */
export const strays = async (context: StepContext, capsule: number, mark: string): Promise<readonly number[]> =>
  [...(await processesIn(context, capsule))].filter(([, { command }]) => command.includes(mark)).map(([pid]) => pid);

/** Ends processes of the capsule at once, and waits until they are gone. */
export const killIn = async (context: StepContext, pids: readonly number[]): Promise<void> => {
  if (pids.length === 0) return;
  const script =
    'kill -KILL "$@" 2>/dev/null; for p; do while [ -e "/proc/$p" ] && ! grep -q "^State:.Z" "/proc/$p/status" 2>/dev/null; do sleep 0.01; done; done; true';
  await inCapsule(context, ['sh', '-c', script, 'sh', ...pids.map(String)]);
};
