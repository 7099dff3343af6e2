// Reads what a child prints, stream by stream, and hands over to `cat` what is printed after us.
import { spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { usualLimit } from '../core/quantity.ts';
import type { CommandRequest } from '../engine/ports.ts';
import type { Launched } from './launch.ts';
import { RetainedOutput } from './retained-output.ts';

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

interface OutputSettings extends Pick<CommandRequest, 'onOutput' | 'keepBytes'> {
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

interface OutputConsumer {
  readonly keepBytes: number;
  readonly consume?: (piece: Uint8Array) => void | Promise<void>;
  /** Called once when `consume` throws or rejects; nothing is handed on after that. */
  readonly onFailure: (error: unknown) => void;
  /** Called when the stream is closed or detached, and all that was handed on is consumed. */
  readonly onDone: () => void;
}

class OutputReader {
  readonly kept: RetainedOutput;
  /** Bytes that came so far. */
  received = 0;
  /** Monotonic milliseconds of the last piece. */
  movedAt = 0;
  private readonly stream: Readable;
  private readonly consumer: OutputConsumer;
  private inHand = false;
  /** What came although the stream is paused: a piece, at most two. */
  private readonly waiting: Uint8Array[] = [];
  private closed = false;
  private failed = false;

  constructor(stream: Readable, consumer: OutputConsumer) {
    this.stream = stream;
    this.consumer = consumer;
    this.kept = new RetainedOutput(consumer.keepBytes);
    stream.on('data', (piece: Uint8Array) => this.take(piece));
    stream.on('close', () => this.finish());
    // A broken pipe ends like any other: 'close' follows, and the exit code tells the rest.
    stream.on('error', () => {});
  }

  /** True while the consumer holds a piece. */
  get busy(): boolean {
    return this.inHand;
  }

  get done(): boolean {
    return this.closed && !this.busy;
  }

  /** Stops reading. What comes from then on goes to the end of a file; without one, who still holds the other end gets EPIPE. */
  detach(file?: string): void {
    if (this.closed) return;
    // What Node has read already, it hands on.
    while (this.stream.read() !== null);
    if (file !== undefined && !this.stream.destroyed) readOn(this.stream, file);
    this.stream.destroy();
    this.finish();
  }

  private take(piece: Uint8Array): void {
    this.received += piece.length;
    this.movedAt = performance.now();
    this.kept.append(piece);
    if (!this.consumer.consume || this.failed) return;
    if (this.inHand) this.waiting.push(piece);
    else this.hand(piece);
    // Again for each that comes: Node resumes the streams of a child that has exited, paused or not.
    if (this.inHand) this.stream.pause();
  }

  private hand(piece: Uint8Array): void {
    try {
      const consumed = this.consumer.consume?.(piece);
      if (!(consumed instanceof Promise)) return;
      this.inHand = true;
      consumed
        .catch((error: unknown) => this.fail(error))
        .then(() => this.release())
        .catch((error: unknown) => this.fail(error));
    } catch (error) {
      this.fail(error);
    }
  }

  private release(): void {
    this.inHand = false;
    this.movedAt = performance.now();
    while (!this.inHand) {
      const next = this.waiting.shift();
      if (!next) break;
      if (!this.failed) this.hand(next);
    }
    if (this.inHand) return;
    if (this.closed) this.consumer.onDone();
    else this.stream.resume();
  }

  private fail(error: unknown): void {
    if (this.failed) return;
    this.failed = true;
    this.consumer.onFailure(error);
  }

  private finish(): void {
    if (this.closed) return;
    this.closed = true;
    if (!this.busy) this.consumer.onDone();
  }
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;

/** Begins to append to a file what still comes; the caller closes its own end then. @throws when the file can't be opened. */
const readOn = (stream: Readable, file: string): void => {
  const target = openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
  try {
    // In a session, an environment and a folder of no step: whoever looks for what a step left must not find it, nor end it.
    const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
    const cat = spawn('cat', { cwd: '/', env, detached: true, stdio: [stream, target, 'ignore'] });
    // A machine without `cat`: the pipe is closed, and who writes to it gets EPIPE.
    cat.on('error', () => {});
    cat.unref();
  } finally {
    closeSync(target);
  }
};
