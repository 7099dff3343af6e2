// Both output streams of a child as one thing: when they are done, when they last moved, and letting go of them.
import { usualLimit } from '../core/size.ts';
import type { CommandRequest } from '../engine/ports.ts';
import type { Launched } from './launch.ts';
import { OutputReader } from './output-reader.ts';

export interface ChildOutputs {
  readonly stdout: OutputReader;
  readonly stderr: OutputReader;
  /** Resolves when both are closed and consumed. */
  readonly whenDone: Promise<void>;
  done(): boolean;
  /** True while the consumer holds a piece of either. */
  busy(): boolean;
  /** Resolves when done, at the latest after that many milliseconds. */
  wait(ms: number): Promise<void>;
  /** Stops reading: what comes from then on goes to the end of a file, or without one is refused with EPIPE. */
  detach(file?: string): void;
}

export interface OutputSettings extends Pick<CommandRequest, 'onOutput' | 'keepBytes'> {
  readonly onFailure: (error: unknown) => void;
}

export const readOutputs = (child: Launched, settings: OutputSettings): ChildOutputs => {
  const { onOutput, onFailure, keepBytes = usualLimit } = settings;
  let finish: () => void;
  const whenDone = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const done = (): boolean => stdout.done && stderr.done;
  const open = (name: 'stdout' | 'stderr'): OutputReader => {
    const stream = child[name];
    if (!stream) throw new Error(`the child's ${name} is not ours to read`);
    return new OutputReader(stream, {
      keepBytes,
      onFailure,
      onDone: () => done() && finish(),
      ...(onOutput && { consume: (piece) => onOutput(name, piece) }),
    });
  };
  const stdout = open('stdout');
  const stderr = open('stderr');
  return {
    stdout,
    stderr,
    whenDone,
    done,
    busy: () => stdout.busy || stderr.busy,
    wait: (ms) => withinTime(whenDone, ms),
    detach(file) {
      stdout.detach(file);
      stderr.detach(file);
    },
  };
};

const withinTime = (done: Promise<void>, ms: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void done.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
