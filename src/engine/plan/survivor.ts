// Processes that outlived the attempt or the undo that started them: nothing is started, and nothing taken away, beside them.
import type { ProcessIdentity } from '../../core/event.ts';
import type { Failure } from '../../core/failure.ts';
import { isDone } from '../../core/run-state.ts';
import { bounded } from '../bounded.ts';
import type { Engine } from '../engine.ts';
import type { MarkedProcess } from '../ports.ts';
import { actionTag, launcherMark, numberVariable, tagVariable, undoneVariable, undoTag } from '../step/context.ts';
import type { Known } from './judge.ts';

interface Survivor {
  readonly process: ProcessIdentity;
  readonly command: string;
  /**
   * `leader`: started by `lab` itself. `left`: what such a one left behind. `launcher`: started to leave something running, and what
   * is left of it may stay.
   */
  readonly kind: 'leader' | 'left' | 'launcher';
}

/** What starts something in the background is over within moments. */
const launcherMs = 10_000;

/** How long what nobody drives any more may take to end by itself: an undo, or what is left of an attempt. */
export const leftMs = 60_000;

/** What is known of the processes of an attempt that did not end well. */
export interface Suspect extends Pick<Known, 'address' | 'command' | 'processes' | 'spawned'> {
  readonly run: string;
  readonly timeoutMs?: number | undefined;
  /** Whether its work is done all the same, so that what is left of it may stay. */
  readonly isDone?: () => Promise<boolean>;
}

export const suspectOf = (engine: Engine, { address, run, command, processes, spawned }: Known): Suspect => ({
  ...{ address, run: run ?? engine.run },
  ...(command !== undefined && { command }),
  ...(processes && { processes }),
  ...(spawned !== undefined && { spawned }),
});

export interface StillAlive {
  readonly address: string;
  readonly pid: number;
  readonly command: string;
}

export const survivorFailure = ({ pid, command }: StillAlive): Failure => ({ kind: 'survivor', pid, command });

/** `none`: there is none. `ended`: there was one, and it is not in the way any more. Else the one that is to be left alone. */
export const awaitSurvivor = async (engine: Engine, suspect: Suspect): Promise<'none' | 'ended' | StillAlive> => {
  const survivors = await find(engine, suspect);
  for (const survivor of survivors) {
    if (survivor.kind === 'launcher') await waitAtMost(engine, survivor.process, launcherMs);
    else if (!(await settle(engine, suspect, survivor)))
      return { address: suspect.address, pid: survivor.process.pid, command: survivor.command };
  }
  return survivors.length === 0 ? 'none' : 'ended';
};

/** Of an attempt without an end, or one whose action did not end well; what an action that ended well leaves is meant to stay. */
export const mayHaveSurvived = (known: Known): boolean => !isDone(known) && known.acted !== true;

/** Whether its end was not seen: its work may be done by now. */
export const wasCutOff = ({ status, failure }: Known): boolean =>
  status === 'started' || failure?.kind === 'survivor' || failure?.kind === 'cancelled';

/** True when it is not in the way any more. */
const settle = async (engine: Engine, suspect: Suspect, { process, command, kind }: Survivor): Promise<boolean> => {
  const { address, timeoutMs } = suspect;
  const isOver = async (): Promise<boolean> =>
    !engine.host.isAlive(process) || (kind === 'left' && (await suspect.isDone?.()) === true);
  if (await isOver()) return true; // it ended while another one was waited for
  const limitMs = kind === 'leader' ? timeoutMs : Math.min(timeoutMs ?? leftMs, leftMs);
  return decide(engine, { address, process, command }, { limitMs, isOver });
};

interface Patience {
  readonly limitMs: number | undefined;
  readonly isOver: () => Promise<boolean>;
}

/** Names it and asks what is to be done; true when it is over. */
const decide = async (
  engine: Engine,
  named: {
    readonly address: string;
    readonly process: ProcessIdentity;
    readonly command: string;
    readonly undo?: true;
  },
  { limitMs, isOver }: Patience,
): Promise<boolean> => {
  const { process, ...description } = named;
  const decision = await engine.survivor({ ...description, pid: process.pid });
  await engine.emit({ type: 'step.survived', ...named, decision });
  if (decision === 'leave') return false;
  if (decision === 'wait') {
    if (await waitUntilOver(engine, process, { limitMs, isOver })) return true;
    if (engine.stop.signal.aborted) return false;
  }
  await engine.host.endGroup(process, 5000);
  return !engine.host.isAlive(process);
};

/** Its end is seen at once; whether its work is done is asked every few seconds. */
const askEveryMs = 2000;

const waitUntilOver = async (
  engine: Engine,
  process: ProcessIdentity,
  { limitMs = Number.POSITIVE_INFINITY, isOver }: Patience,
): Promise<boolean> => {
  const { clock } = engine.host;
  const deadline = clock.monotonic() + limitMs;
  for (let left = limitMs; left > 0 && !engine.stop.signal.aborted; left = deadline - clock.monotonic()) {
    await waitAtMost(engine, process, Math.min(left, askEveryMs));
    if (await isOver()) return true;
  }
  return isOver();
};

const waitAtMost = (engine: Engine, process: ProcessIdentity, timeoutMs: number): Promise<void> =>
  bounded({ clock: engine.host.clock, signal: engine.stop.signal, timeoutMs }, ({ signal }) =>
    engine.host.waitForEnd(process, signal),
  );

/**
 * What killed runs were taking things away with: nothing is judged, made or taken away beside it. What an undo left that ended well
 * is meant to stay. Returns what is still at work.
 */
export const settleUndos = async (
  engine: Engine,
  hasEnded: (run: string, address: string) => boolean,
): Promise<readonly StillAlive[]> => {
  const alive: StillAlive[] = [];
  for (const found of await engine.host.findByEnvironment(tagVariable, undoTag(engine))) {
    const { launcher, undone } = marksOf(found);
    const process = identityOf(found);
    const [run = '', address = ''] = splitOnce(undone);
    if (launcher || (run !== '' && hasEnded(run, address)) || !engine.host.isAlive(process)) continue;
    const command = engine.masker.text(found.command);
    const isOver = async (): Promise<boolean> => !engine.host.isAlive(process);
    const settled = await decide(engine, { address, process, command, undo: true }, { limitMs: leftMs, isOver });
    if (!settled) alive.push({ address, pid: process.pid, command });
  }
  return alive;
};

const splitOnce = (text: string): readonly string[] => {
  const at = text.indexOf('/');
  return at < 0 ? [] : [text.slice(0, at), text.slice(at + 1)];
};

/**
 * By the pids in the journal; by the mark in its environment when the crash came before the pid was written, and for what the last
 * command of the attempt has left. What an earlier command left is meant to stay: that one had ended well.
 */
const find = async (engine: Engine, suspect: Suspect): Promise<readonly Survivor[]> => {
  const { address, run, command = '', processes = [], spawned = 0 } = suspect;
  const recorded = processes.filter((process) => engine.host.isAlive(process));
  const pids = new Set(recorded.map(({ pid }) => pid));
  const { text } = engine.masker;
  const marked: Survivor[] = [];
  for (const found of await engine.host.findByEnvironment(tagVariable, actionTag(run, address))) {
    if (pids.has(found.pid)) continue;
    const { number, launcher } = marksOf(found);
    if (launcher ? number <= spawned : number < Math.max(spawned, 1)) continue;
    const kind = launcher ? 'launcher' : number > spawned ? 'leader' : 'left';
    marked.push({ process: identityOf(found), command: text(found.command), kind });
  }
  return [...recorded.map((process): Survivor => ({ process, command, kind: 'leader' })), ...marked];
};

interface Marks {
  readonly number: number;
  readonly launcher: boolean;
  readonly undone: string;
}

const marksOf = ({ marks = {} }: MarkedProcess): Marks => {
  const number = marks[numberVariable] ?? '';
  return {
    number: number === '' ? 0 : Number.parseInt(number, 10),
    launcher: number.endsWith(launcherMark),
    undone: marks[undoneVariable] ?? '',
  };
};

const identityOf = ({ pid, startTime, bootId }: MarkedProcess): ProcessIdentity => ({ pid, startTime, bootId });
