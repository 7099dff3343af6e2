// Processes of an attempt whose engine was killed: never a second copy is started beside them.
import type { ProcessIdentity } from '../core/event.ts';
import { bounded } from './bounded.ts';
import { launcherMark, numberVariable, tagVariable, undoTag } from './context.ts';
import type { Engine } from './engine.ts';
import type { Known } from './judge.ts';

interface Survivor {
  readonly process: ProcessIdentity;
  readonly command: string;
  /** It was started to leave something running; what is left of it may stay. */
  readonly launcher: boolean;
}

/** What starts something in the background is over within moments. */
const launcherMs = 10_000;

export interface Suspect {
  readonly address: string;
  readonly known: Known | undefined;
  readonly timeoutMs: number | undefined;
}

/** `none`: there is none. `ended`: there was one, and it has ended. Else the one that still runs and is to be left alone. */
export const awaitSurvivor = async (
  engine: Engine,
  { address, known, timeoutMs }: Suspect,
): Promise<'none' | 'ended' | { readonly pid: number; readonly command: string }> => {
  if (!known || !mayHaveSurvived(known)) return 'none';
  const survivors = await find(engine, address, known);
  for (const survivor of survivors) {
    if (survivor.launcher) await waitAtMost(engine, survivor.process, launcherMs);
    else if (!(await settle(engine, address, survivor, timeoutMs)))
      return { pid: survivor.process.pid, command: survivor.command };
  }
  return survivors.length === 0 ? 'none' : 'ended';
};

/** An attempt without an end, or one that ended with its process left alone. */
export const mayHaveSurvived = ({ status, failure }: Known): boolean =>
  status === 'started' || failure?.kind === 'survivor' || failure?.kind === 'cancelled';

/** True when it has ended. */
const settle = async (
  engine: Engine,
  address: string,
  { process, command }: Survivor,
  timeoutMs: number | undefined,
): Promise<boolean> => {
  if (!engine.host.isAlive(process)) return true; // it ended while another one was waited for
  const decision = await engine.survivor({ address, pid: process.pid, command });
  await engine.emit({ type: 'step.survived', address, process, command, decision });
  if (decision === 'leave') return false;
  if (decision === 'wait') {
    await waitAtMost(engine, process, timeoutMs);
    if (!engine.host.isAlive(process)) return true;
    if (engine.stop.signal.aborted) return false;
  }
  await engine.host.endGroup(process, 5000);
  return !engine.host.isAlive(process);
};

const waitAtMost = (engine: Engine, process: ProcessIdentity, timeoutMs: number | undefined): Promise<void> =>
  bounded({ clock: engine.host.clock, signal: engine.stop.signal, timeoutMs }, ({ signal }) =>
    engine.host.waitForEnd(process, signal),
  );

/** How long an undo of a killed run may take to end by itself. */
const undoMs = 60_000;

/** What a killed run was taking things away with: it ends, or is ended, before anything is taken away beside it. */
export const settleUndos = async (engine: Engine): Promise<void> => {
  for (const { command: _, ...process } of await engine.host.findByEnvironment(tagVariable, undoTag(engine))) {
    const [, launcher] = await numberOf(engine, process.pid);
    if (launcher) continue; // What an undo leaves running is meant to stay.
    await waitAtMost(engine, process, undoMs);
    if (engine.stop.signal.aborted) return;
    if (engine.host.isAlive(process)) await engine.host.endGroup(process, 5000);
  }
};

/** By the pids in the journal; by the tag in its environment when the crash came before the pid was written. */
const find = async (engine: Engine, address: string, known: Known): Promise<readonly Survivor[]> => {
  const command = known.command ?? '';
  const recorded = (known.processes ?? []).filter((process) => engine.host.isAlive(process));
  const tagged = await engine.host.findByEnvironment(tagVariable, `${known.run ?? engine.run}/${address}`);
  const { text } = engine.masker;
  const unrecorded = await Promise.all(
    tagged.map(async ({ command: own, ...process }): Promise<Survivor | undefined> => {
      const [number, launcher] = await numberOf(engine, process.pid);
      return number > (known.spawned ?? 0) ? { process, command: text(own), launcher } : undefined;
    }),
  );
  return [
    ...recorded.map((process) => ({ process, command, launcher: false })),
    ...unrecorded.filter((each) => each !== undefined),
  ];
};

const numberOf = async (engine: Engine, pid: number): Promise<readonly [number: number, launcher: boolean]> => {
  // Gone meanwhile: then it is no survivor.
  const environment = (await engine.host.readFile(`/proc/${pid}/environ`).catch(() => undefined)) ?? '';
  const value = environment
    .split('\0')
    .find((each) => each.startsWith(`${numberVariable}=`))
    ?.slice(numberVariable.length + 1);
  return value === undefined ? [0, false] : [Number.parseInt(value, 10), value.endsWith(launcherMark)];
};
