// Where an attempt's output goes: to the step's log, opened with the first byte, and to views; secrets are taken out on the way.
import type { ContextSettings } from './context.ts';
import type { Engine } from './engine.ts';
import type { StepLog } from './ports.ts';

export interface OutputLog {
  readonly write: NonNullable<ContextSettings['onOutput']>;
  /** Writes out what was held back. Resolves with the log's path when there was output. @throws what the log throws. */
  close(): Promise<string | undefined>;
}

export const openOutputLog = (
  engine: Engine,
  { address, attempt }: { readonly address: string; readonly attempt: number },
): OutputLog => {
  let log: Promise<StepLog> | undefined;
  let closed = false;
  const channels = { stdout: channel(engine), stderr: channel(engine) };
  const put = async (stream: 'stdout' | 'stderr', text: string): Promise<void> => {
    if (text === '') return;
    log ??= engine.openLog(address, attempt);
    await (await log).write(text);
    await engine.emit({ type: 'step.output', address, stream, text: text.length > 4096 ? text.slice(-4096) : text });
  };
  return {
    async write(stream, chunk) {
      // What a step type says after its end has no log any more.
      if (!closed) await put(stream, channels[stream].push(chunk));
    },
    async close() {
      closed = true;
      await put('stdout', channels.stdout.flush());
      await put('stderr', channels.stderr.flush());
      const opened = await log;
      await opened?.close();
      return opened?.path;
    },
  };
};

/** Bytes to text without secrets; a character or a secret may be cut by the border of two chunks. */
const channel = (engine: Engine): { push(chunk: Uint8Array): string; flush(): string } => {
  const begin = () => ({ decoder: new TextDecoder(), masked: engine.masker.stream() });
  // Most commands print on one of the two channels, or on none.
  let begun: ReturnType<typeof begin> | undefined;
  return {
    push(chunk) {
      begun ??= begin();
      return begun.masked.push(begun.decoder.decode(chunk, { stream: true }));
    },
    flush: () => (begun ? begun.masked.push(begun.decoder.decode()) + begun.masked.flush() : ''),
  };
};
