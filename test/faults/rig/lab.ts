// A project of a test: its workflow, its small world, and the program run in it as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { RunEvent } from '../../../src/core/event.ts';
import { readJournal } from '../../../src/store/journal.ts';

const preload = new URL('fault.cjs', import.meta.url).pathname;

export interface Fault {
  /** The number of the operation, from 1. */
  readonly at?: number;
  /** Count only operations of this name. */
  readonly only?: string;
  /** Count only operations behind the first of this name. */
  readonly after?: string;
  /** `stop`: it is stopped there as by SIGSTOP, until it gets SIGCONT. */
  readonly when?: 'before' | 'after' | 'stop';
  /** Die after the first write that holds this text. */
  readonly wrote?: string;
  readonly fail?: { readonly code: string; readonly from: number; readonly times?: number };
  readonly clock?: { readonly from: number; readonly byMs: number };
  /** A file that is told every operation. */
  readonly trace?: string;
  /** A folder that gets the whole project as it stands before every operation, under the operation's number. */
  readonly snapshots?: string;
}

/** The project as it stood before an operation; whoever continues it there finds no process of it alive, as after a power cut. */
export interface Moment {
  /** Of the operation, from 1. */
  readonly at: number;
  readonly name: string;
  /** How much of each file was on the disk for sure, by its path in the project. */
  readonly synced: Readonly<Record<string, number>>;
  /** A project of its own. */
  readonly restore: () => Lab;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

export class Lab {
  readonly dir = mkdtempSync(join(tmpdir(), 'lab-faults-'));
  readonly stateDir: string;
  readonly world: string;
  readonly #main: string;

  constructor(main: string, workflows: Readonly<Record<string, string>>, stateDir?: string) {
    this.#main = main;
    this.stateDir = stateDir ?? join(this.dir, 'state');
    this.world = join(this.dir, 'world');
    mkdirSync(this.world);
    mkdirSync(join(this.dir, 'workflows', 'tiny'), { recursive: true });
    writeFileSync(join(this.dir, 'workflows', 'tiny', 'variant.yaml'), 'name: tiny\n');
    for (const [name, text] of Object.entries(workflows)) this.write(name, text);
    onTestFinished(() => rmSync(this.dir, { recursive: true, force: true }));
  }

  write(workflow: string, text: string): void {
    writeFileSync(join(this.dir, 'workflows', 'tiny', `${workflow}.yaml`), text);
  }

  /** Another project in the same state, as it stands on the disk. */
  copy(): Lab {
    return this.#restore(this.dir);
  }

  /** Runs to the end, and keeps every moment on the way. */
  async moments(args: readonly string[]): Promise<{ readonly ended: Ended; readonly moments: readonly Moment[] }> {
    const snapshots = mkdtempSync(join(tmpdir(), 'lab-moments-'));
    onTestFinished(() => rmSync(snapshots, { recursive: true, force: true }));
    const ended = await this.run(args, { snapshots });
    const moments = readdirSync(snapshots)
      .map(Number)
      .sort((a, b) => a - b)
      .map((at) => {
        const folder = join(snapshots, String(at));
        const { name, synced } = JSON.parse(readFileSync(join(folder, 'moment.json'), 'utf8')) as Moment;
        return { at, name, synced, restore: () => this.#restore(join(folder, 'project')) };
      });
    return { ended, moments };
  }

  #restore(folder: string): Lab {
    const lab = new Lab(this.#main, {});
    cpSync(folder, lab.dir, { recursive: true });
    return lab;
  }

  start(args: readonly string[], fault?: Fault, wrap: readonly string[] = []): Started {
    const node = [...(fault ? ['--require', preload] : []), this.#main, ...args, '--state-dir', this.stateDir];
    const [command = '', ...rest] = [...wrap, process.execPath, ...node];
    const { NODE_ENV: _, ...environment } = process.env;
    const child = spawn(command, rest, {
      cwd: this.dir,
      env: {
        ...environment,
        TERM: 'dumb',
        ...(fault && { LAB_FAULT: JSON.stringify({ dir: this.stateDir, ...fault }) }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => {
      text.stdout += chunk.toString();
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      text.stderr += chunk.toString();
    });
    const ended = new Promise<Ended>((resolve) => {
      // `close` would wait for what the program left running with its output.
      child.once('exit', (code, signal) => setImmediate(() => resolve({ code, signal, ...text })));
    });
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    return { process: child, ended };
  }

  run(args: readonly string[], fault?: Fault, wrap?: readonly string[]): Promise<Ended> {
    return this.start(args, fault, wrap).ended;
  }

  /** Goes on after a death as a person would: resume, or run when there was nothing yet to resume. */
  async recover(workflow = 'build'): Promise<Ended> {
    const resumed = await this.run(['resume', '--survivors', 'wait']);
    return resumed.code === 6 ? this.run(['run', workflow, '--survivors', 'wait']) : resumed;
  }

  /** The lines that the steps wrote of what they did. */
  deeds(): readonly string[] {
    const file = join(this.world, 'deeds');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  }

  runs(): readonly string[] {
    const runs = join(this.stateDir, 'runs');
    return existsSync(runs) ? readdirSync(runs).sort() : [];
  }

  journalOf(run: string): string {
    return join(this.stateDir, 'runs', run, 'journal.jsonl');
  }

  async events(): Promise<readonly RunEvent[]> {
    const all: RunEvent[] = [];
    for (const run of this.runs()) {
      const file = this.journalOf(run);
      if (existsSync(file)) all.push(...readJournal(file).events);
    }
    return all;
  }
}

/** Resolves when the condition holds. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
};
