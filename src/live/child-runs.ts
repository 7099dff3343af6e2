// Starts `lab …` for a button: as a process of its own that outlives the page and its server, its words in a file they can follow.
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanText } from '../view/text.ts';

export interface ChildRun {
  readonly command: string;
  readonly running: boolean;
  /** Undefined while it runs, and for one that was ended by a signal. */
  readonly code: number | undefined;
}

const keptBytes = 64 * 1024;

export class ChildRuns {
  last: ChildRun | undefined;
  /** Made when the first button is used. */
  private folder: string | undefined;
  private count = 0;
  /** As it was last read. */
  private said = { file: '', size: 0, text: '' };

  /** False while another still runs. */
  start(
    argv: readonly string[],
    { command, cwd, ended }: { command: string; cwd: string; ended: () => void },
  ): boolean {
    if (this.last?.running) return false;
    this.count += 1;
    this.folder ??= mkdtempSync(join(tmpdir(), 'lab-ui-'));
    const output = openSync(this.file, 'wx', 0o600);
    const child = spawn(process.execPath, argv, { cwd, detached: true, stdio: ['ignore', output, output] });
    closeSync(output);
    this.last = { command, running: true, code: undefined };
    const end = (code: number | undefined): void => {
      this.last = { command, running: false, code };
      ended();
    };
    child.once('exit', (code) => end(code ?? undefined));
    child.once('error', () => end(127));
    child.unref();
    return true;
  }

  /** What the last one has said, its end when that is much. */
  get output(): string {
    if (this.count === 0) return '';
    const { size } = statSync(this.file);
    if (this.said.file !== this.file || this.said.size !== size)
      this.said = { file: this.file, size, text: cleanText(endOf(this.file, size)) };
    return this.said.text;
  }

  /** The children keep what they have open. */
  dispose(): void {
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
  }

  private get file(): string {
    return join(this.folder ?? '', `${this.count}.txt`);
  }
}

const endOf = (file: string, size: number): string => {
  const bytes = Buffer.alloc(Math.min(size, keptBytes));
  const opened = openSync(file, 'r');
  try {
    return bytes.subarray(0, readSync(opened, bytes, 0, bytes.length, size - bytes.length)).toString('utf8');
  } finally {
    closeSync(opened);
  }
};
