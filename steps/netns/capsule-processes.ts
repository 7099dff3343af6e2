// Processes inside the capsule, read from the host: what they are, in which network namespace, and their end.
import type { StepContext } from '../../src/engine/step-type.ts';
import { fromHost, inCapsule } from './capsule-entry.ts';

export interface CapsuleProcess {
  /** Inode of its network namespace. */
  readonly namespace: string;
  readonly command: string;
  /** By SIGSTOP or the like. */
  readonly stopped: boolean;
}

/** One of them, by its pid in the capsule. */
export const processIn = async (
  { host }: StepContext,
  capsule: number,
  pid: number,
): Promise<CapsuleProcess | undefined> => {
  const folder = fromHost(capsule, `/proc/${pid}`);
  const [command, status, net] = await Promise.all([
    host.readFile(`${folder}/cmdline`),
    host.readFile(`${folder}/status`),
    host.stat(`${folder}/ns/net`),
  ]);
  if (command === undefined) return undefined;
  const stopped = /^State:\s*T/m.test(status ?? '');
  return { namespace: String(net?.inode ?? ''), command: command.replaceAll('\0', ' ').trim(), stopped };
};

/** All of them, by pid; those who ask at the same time share the answer. */
export const processesIn = (context: StepContext, capsule: number): Promise<ReadonlyMap<number, CapsuleProcess>> =>
  context.shared('capsule processes', async () => {
    const pids = await pidsIn(context, capsule);
    const found = await Promise.all(pids.map(async (pid) => [pid, await processIn(context, capsule, pid)] as const));
    return new Map(found.flatMap(([pid, process]) => (process ? [[pid, process]] : [])));
  });

const pidsIn = async ({ host }: StepContext, capsule: number): Promise<readonly number[]> =>
  (await host.list(fromHost(capsule, '/proc'))).filter((name) => /^\d+$/.test(name)).map(Number);

/** Every process of a kind that there is now, also one whose pid file was not yet written, or is gone. */
export const strays = async (context: StepContext, capsule: number, mark: string): Promise<readonly number[]> => {
  const found = (await pidsIn(context, capsule)).map(async (pid) => {
    const command = await context.host.readFile(fromHost(capsule, `/proc/${pid}/cmdline`));
    return command?.replaceAll('\0', ' ').includes(mark) ? [pid] : [];
  });
  return (await Promise.all(found)).flat();
};

/** Ends processes of the capsule at once, and waits until they are gone. */
export const killIn = async (context: StepContext, pids: readonly number[]): Promise<void> => {
  if (pids.length === 0) return;
  const script =
    'kill -KILL "$@" 2>/dev/null; for p; do while [ -e "/proc/$p" ] && ! grep -q "^State:.Z" "/proc/$p/status" 2>/dev/null; do sleep 0.01; done; done; true';
  await inCapsule(context, ['sh', '-c', script, 'sh', ...pids.map(String)]);
};
