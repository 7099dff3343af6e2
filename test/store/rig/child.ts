// Runs a fixture script as a process of its own: it says lines, it is told lines, and it can be killed.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';

export interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  /** The next line it says, as JSON. Rejects with what it wrote to stderr when it ends without one. */
  says<T = unknown>(): Promise<T>;
  tell(line: string): void;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
}

export interface ChildOptions {
  readonly uid?: number;
  /** A command that starts it, such as `unshare --net`. */
  readonly through?: readonly string[];
}

/** Compiles a fixture once; the result starts any number of processes from it. */
export const prepareChild = async (
  fixture: URL,
): Promise<{ start(args: readonly string[], options?: ChildOptions): Child; remove(): void }> => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-store-child-'));
  chmodSync(folder, 0o755); // another user may have to read it
  const script = join(folder, 'child.mjs');
  await build({
    entryPoints: [fixture.pathname],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  return {
    start: (args, options = {}) => startChild([script, ...args], options),
    remove: () => rmSync(folder, { recursive: true }),
  };
};

const startChild = (args: readonly string[], { uid, through = [] }: ChildOptions): Child => {
  const [command = '', ...rest] = [...through, process.execPath, ...args];
  const child = spawn(command, rest, { cwd: '/', ...(uid === undefined ? {} : { uid, gid: uid }) });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  // One that could not be started has nothing to say, and ends as well.
  child.once('error', (error) => {
    errors += String(error);
  });
  const ended = new Promise<void>((settle) => child.once('close', () => settle()));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    ended,
    async says<T>() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the child ended: ${errors}`);
      return JSON.parse(value) as T;
    },
    tell: (line) => child.stdin.write(`${line}\n`),
  };
};

/** For tests that start many processes or touch many files; only a machine in trouble comes near it. */
export const patient = { timeout: 120_000 };
