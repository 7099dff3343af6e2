// A process of an attempt whose engine was killed: never a second copy is started beside it.
import type { ProcessIdentity } from '../core/event.ts';
import { tagVariable } from './context.ts';
import type { Engine } from './engine.ts';
import type { Known } from './judge.ts';

/** `none`: there is none. `ended`: there was one, and it has ended. `left`: it still runs and is to be left alone. */
export const awaitSurvivor = async (
  engine: Engine,
  address: string,
  known: Known | undefined,
  timeoutMs: number | undefined,
): Promise<'none' | 'ended' | 'left'> => {
  if (known?.status !== 'started') return 'none';
  const survivor = await find(engine, address, known);
  if (!survivor) return 'none';
  const command = known.command ?? survivor.command;
  const decision = await engine.survivor({ address, pid: survivor.process.pid, command });
  await engine.emit({ type: 'step.survived', address, process: survivor.process, command, decision });
  if (decision === 'leave') return 'left';
  if (decision === 'end') {
    await engine.host.endGroup(survivor.process, 5000);
    return 'ended';
  }
  const signal =
    timeoutMs === undefined
      ? engine.stop.signal
      : AbortSignal.any([engine.stop.signal, AbortSignal.timeout(timeoutMs)]);
  await engine.host.waitForEnd(survivor.process, signal);
  if (!engine.host.isAlive(survivor.process)) return 'ended';
  if (engine.stop.signal.aborted) return 'left';
  await engine.host.endGroup(survivor.process, 5000);
  return 'ended';
};

/** By the pid in the journal; by the tag in its environment when the crash came before the pid was written. */
const find = async (
  engine: Engine,
  address: string,
  known: Known,
): Promise<{ process: ProcessIdentity; command: string } | undefined> => {
  if (known.process)
    return engine.host.isAlive(known.process) ? { process: known.process, command: known.command ?? '' } : undefined;
  const [found] = await engine.host.findByEnvironment(tagVariable, `${engine.run}/${address}`);
  if (!found) return undefined;
  const { command, ...process } = found;
  return { process, command };
};
