// Reads one output stream of a child: keeps its end, hands every piece on, and holds the child back while the consumer is busy.
import type { Readable } from 'node:stream';
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
  private pending = 0;
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
    return this.pending > 0;
  }

  get done(): boolean {
    return this.closed && !this.busy;
  }

  /** Stops reading. Who still holds the other end gets EPIPE. */
  detach(): void {
    this.stream.destroy();
    this.finish();
  }

  private take(piece: Uint8Array): void {
    this.received += piece.length;
    this.movedAt = performance.now();
    this.kept.append(piece);
    if (!this.consumer.consume || this.failed) return;
    try {
      const consumed = this.consumer.consume(piece);
      if (consumed instanceof Promise) this.hold(consumed);
    } catch (error) {
      this.fail(error);
    }
    // Also when another piece is the cause: Node resumes the streams of a child that has exited, paused or not.
    if (this.busy) this.stream.pause();
  }

  private hold(consumed: Promise<void>): void {
    this.pending++;
    consumed
      .catch((error: unknown) => this.fail(error))
      .then(() => this.release())
      .catch((error: unknown) => this.fail(error));
  }

  private release(): void {
    this.pending--;
    if (this.busy) return;
    this.movedAt = performance.now();
    this.stream.resume();
    if (this.closed) this.consumer.onDone();
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
