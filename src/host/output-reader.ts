// Reads one output stream of a child: keeps its end, hands every piece on, and holds the child back while the consumer is busy.
import type { Readable } from 'node:stream';
import { readOn } from './read-on.ts';
import { RetainedOutput } from './retained-output.ts';

export interface OutputConsumer {
  readonly keepBytes: number;
  readonly consume?: (piece: Uint8Array) => void | Promise<void>;
  /** Called once when `consume` throws or rejects; nothing is handed on after that. */
  readonly onFailure: (error: unknown) => void;
  /** Called when the stream is closed or detached, and all that was handed on is consumed. */
  readonly onDone: () => void;
}

export class OutputReader {
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
