// Runs the real program in a process of its own, with a state folder of its own, and cleans up after itself also when a test fails.
import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from '../../src/core/event.ts';

const program = fileURLToPath(new URL('../../bin/lab.js', import.meta.url));
const repository = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with the first event that fits, or undefined when the program ends before. For `--json` only. */
  event(fits: (event: RunEvent) => boolean): Promise<RunEvent | undefined>;
  readonly events: readonly RunEvent[];
}

export interface Lab {
  readonly state: string;
  start(...args: string[]): Running;
  run(...args: string[]): Promise<Ended>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A lab with an empty state folder; `project` is this repository unless told. Disposing tears down what is deployed. */
export const openLab = (project = repository): Lab => openLabAs({ project, program });

/** The same as an ordinary user, from a copy of the program that such a user can read. Root only. */
export const openLabAsNobody = (): Lab => {
  const nobody = 65_534;
  const copy = mkdtempSync(join(tmpdir(), 'lab-copy-'));
  chownSync(copy, nobody, nobody);
  for (const part of ['bin', 'dist', 'assets', 'workflows', 'package.json'])
    cpSync(join(repository, part), join(copy, part), { recursive: true });
  const lab = openLabAs({ project: copy, program: join(copy, 'bin/lab.js'), user: nobody });
  return {
    ...lab,
    async [Symbol.asyncDispose]() {
      await lab[Symbol.asyncDispose]();
      rmSync(copy, { recursive: true, force: true });
    },
  };
};

/** The same with what stands before every command of it, which enters where it is to run, and the folders of its programs. */
export const openLabThrough = (
  place: Required<Pick<Opening, 'through' | 'path'>> & Partial<Pick<Opening, 'project'>>,
): Lab => openLabAs({ project: repository, program, ...place });

interface Opening {
  readonly project: string;
  readonly program: string;
  readonly user?: number;
  readonly through?: readonly string[];
  readonly path?: string | undefined;
}

const openLabAs = ({ project, program: file, user, through = [], path = process.env['PATH'] }: Opening): Lab => {
  const state = mkdtempSync(join(tmpdir(), 'lab-e2e-'));
  if (user !== undefined) chownSync(state, user, user);
  const running = new Set<ChildProcess>();
  const start = (...args: string[]): Running => {
    const [command = '', ...rest] = [...through, process.execPath, file, ...args];
    const child = spawn(command, rest, {
      ...{ cwd: project, env: { ...environment(state), PATH: path }, stdio: ['ignore', 'pipe', 'pipe'] },
      ...(user !== undefined && { uid: user, gid: user }),
    });
    running.add(child);
    child.once('close', () => running.delete(child));
    return follow(child);
  };
  const run = (...args: string[]): Promise<Ended> => start(...args).ended;
  return {
    state,
    start,
    run,
    async [Symbol.asyncDispose]() {
      for (const child of running) child.kill('SIGKILL');
      await run('run', 'teardown', '--new', '--quiet');
      rmSync(state, { recursive: true, force: true });
    },
  };
};

/** Nothing of the developer's own settings reaches the program. */
const environment = (state: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  LANG: 'C.UTF-8',
  LAB_STATE_DIR: state,
});

const follow = (child: ChildProcess): Running => {
  const events: RunEvent[] = [];
  const waiters = new Set<() => void>();
  let stdout = '';
  let stderr = '';
  let partial = '';
  let over = false;
  const wake = (): void => {
    for (const waiter of [...waiters]) waiter();
  };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const lines = `${partial}${text}`.split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('{"seq"')) events.push(JSON.parse(line) as RunEvent);
    wake();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // One that could not be started has ended too, and says why.
  child.once('error', (error) => {
    stderr += String(error);
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => {
      over = true;
      wake();
      resolve({ code, signal, stdout, stderr });
    });
  });
  const event = (fits: (event: RunEvent) => boolean): Promise<RunEvent | undefined> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = events.find(fits);
        if (!found && !over) return;
        waiters.delete(look);
        resolve(found);
      };
      waiters.add(look);
      look();
    });
  return { child, ended, event, events };
};

/** The outcomes of a run by address, from its `--json` output. */
export const outcomesOf = (stdout: string): Readonly<Record<string, string>> => {
  const events = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as RunEvent);
  return Object.fromEntries(
    events.flatMap((event) => (event.type === 'step.finished' ? [[event.address, event.outcome] as const] : [])),
  );
};

/** A file of /proc; empty when its process ended meanwhile. */
export const textOfFile = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
