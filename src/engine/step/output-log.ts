// Where an attempt's output goes: to the step's log, opened with the first byte, and to views; secrets are taken out on the way.
import { StringDecoder } from 'node:string_decoder';
import type { EventBody } from '../../core/event.ts';
import type { Engine } from '../engine.ts';
import type { StepLog } from '../ports.ts';
import type { ContextSettings } from './context.ts';

export interface OutputLog {
  readonly write: NonNullable<ContextSettings['onOutput']>;
  /** Where what is left running may print to from then on: the log; nowhere, and with a notice, where secrets can't be taken out. */
  readonly left: NonNullable<ContextSettings['leftOutput']>;
  /** Writes out what was held back. Resolves with the log's path when there was output. @throws what the log throws. */
  close(): Promise<string | undefined>;
}

export const openOutputLog = (
  engine: Engine,
  { address, attempt }: { readonly address: string; readonly attempt: number },
): OutputLog => {
  let log: Promise<StepLog> | undefined;
  let closed = false;
  let told = false;
  const channels = { stdout: channel(engine), stderr: channel(engine) };
  const show = async (stream: 'stdout' | 'stderr', text: string): Promise<void> => {
    if (text === '') return;
    await engine.emit({ type: 'step.output', address, stream, text: text.length > 4096 ? text.slice(-4096) : text });
  };
  const put = async (stream: 'stdout' | 'stderr', bytes: Buffer): Promise<void> => {
    if (bytes.length === 0) return;
    log ??= engine.openLog(address, attempt);
    await (await log).write(bytes);
    await show(stream, channels[stream].decode(bytes));
  };
  const nowhere = async (): Promise<string> => {
    if (!told && !closed) await engine.emit(outputLeft(address));
    told = true;
    return '/dev/null';
  };
  const end = async (stream: 'stdout' | 'stderr'): Promise<void> => {
    await put(stream, channels[stream].flush());
    await show(stream, channels[stream].decode());
  };
  return {
    async write(stream, chunk) {
      // What a step type says after its end has no log any more.
      if (!closed) await put(stream, channels[stream].push(chunk));
    },
    async left() {
      if (closed || engine.masker.hides) return nowhere();
      log ??= engine.openLog(address, attempt);
      return (await log).path;
    },
    async close() {
      closed = true;
      await end('stdout');
      await end('stderr');
      const opened = await log;
      await opened?.close();
      return opened?.path;
    },
  };
};

const outputLeft = (address: string): EventBody => ({
  type: 'notice',
  level: 'warning',
  code: 'output-left',
  message: `${address} left something running that holds its output; what that prints from now on is not kept, as secrets could not be taken out of it. To keep it, start it with >FILE 2>&1.`,
});

interface Channel {
  push(chunk: Uint8Array): Buffer;
  flush(): Buffer;
  /** As text, for those who look on: a character may be cut by the border of two chunks. Without bytes: what is left of one. */
  decode(bytes?: Uint8Array): string;
}

/** Bytes without secrets, one of which may be cut by the border of two chunks. */
const channel = ({ masker }: Engine): Channel => {
  const masked = masker.stream();
  // Most commands print on one of the two channels, or on none.
  let decoder: StringDecoder | undefined;
  const bytesOf = (chunk: Uint8Array): Buffer => Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return {
    push: (chunk) =>
      masker.hides ? Buffer.from(masked.push(bytesOf(chunk).toString('latin1')), 'latin1') : bytesOf(chunk),
    flush: () => Buffer.from(masked.flush(), 'latin1'),
    decode(bytes) {
      if (!bytes) return decoder?.end() ?? '';
      decoder ??= new StringDecoder('utf8');
      return decoder.write(bytes);
    },
  };
};
