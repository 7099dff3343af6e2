// A project of a test in a temporary folder, and the real program run in it, with nothing of this machine's own settings.
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Project {
  readonly dir: string;
  readonly state: string;
  write(path: string, text: string): void;
  read(path: string): string;
  has(path: string): boolean;
  remove(path: string): void;
  lab(...args: readonly string[]): Promise<Ended>;
  /** The program without waiting for its end. */
  start(args: readonly string[]): { readonly child: ReturnType<typeof spawn>; readonly ended: Promise<Ended> };
  /** Ids of the runs there are, oldest first. */
  runs(): readonly string[];
  /** Every file of the state with its size and time of change. */
  stateFiles(): readonly string[];
}

/** The steps write one line for each of their deeds into `deeds`, and keep a file each in `world`. */
export const tinyFiles: Readonly<Record<string, string>> = {
  'workflows/tiny/variant.yaml': `name: tiny
inputs:
  size: { type: integer, default: 1, minimum: 1, maximum: 9, description: How many parts }
`,
  'workflows/tiny/deploy.yaml': `name: deploy
steps:
  - id: base
    name: The base
    shell: echo base >> deeds; mkdir -p world; touch world/base
    health: [{ probe: file, path: world/base, within: 0s }]
    creates: [{ kind: file, name: base }]
    undo: { shell: "echo undo base >> deeds; rm -f world/base", absent: [{ probe: command, run: [test, "!", -e, world/base] }] }
  - id: part
    foreach: { n: "\${{ ['a', 'b', 'c'].filter(each, each == 'a' || inputs.size > 1) }}" }
    needs: [base]
    shell: echo part-\${{ n }} >> deeds; touch world/part-\${{ n }}
    health: [{ probe: file, path: "world/part-\${{ n }}", within: 0s }]
    creates: [{ kind: file, name: "part-\${{ n }}" }]
    undo: { shell: "echo undo part-\${{ n }} >> deeds; rm -f world/part-\${{ n }}", absent: [{ probe: command, run: [test, "!", -e, "world/part-\${{ n }}"] }] }
  - id: once
    needs: [base]
    shell: echo once >> deeds
    satisfied: once
    creates: [{ kind: mark, name: once }]
    undo: { shell: echo undo once >> deeds }
  - id: gate
    needs: [part, once]
    shell: echo gate >> deeds; test ! -e broken
    satisfied: once
  - id: well
    needs: [gate]
    health: [{ probe: command, name: all parts, run: [test, -e, world/part-a], within: 0s }]
`,
  'workflows/tiny/teardown.yaml': 'name: teardown\nundoes: deploy\n',
  'workflows/tiny/verify.yaml':
    'name: verify\nsteps:\n  - id: look\n    health: [{ probe: file, path: world/base, within: 0s }]\n',
  'workflows/other/variant.yaml': 'name: other\norder: 200\n',
  'workflows/other/deploy.yaml': 'name: deploy\nsteps:\n  - { id: say, run: [echo, other] }\n',
};

export const openProject = (
  program: { readonly main: string },
  files: Readonly<Record<string, string>> = tinyFiles,
): Project => {
  const dir = mkdtempSync(join(tmpdir(), 'lab-cli-'));
  // Again where something was still made in it: what a program that was killed had started may outlive it for a moment.
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 }));
  const state = join(dir, 'state');
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const start: Project['start'] = (args) => {
    const child = spawn(process.execPath, [program.main, ...args], {
      cwd: dir,
      env: { PATH: process.env['PATH'] ?? '', HOME: dir, TERM: 'dumb' },
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
      child.once('close', (code, signal) => resolve({ code, signal, ...text }));
    });
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    return { child, ended };
  };
  return {
    ...{ dir, state, write, start },
    read: (path) => readFileSync(join(dir, path), 'utf8'),
    has: (path) => existsSync(join(dir, path)),
    remove: (path) => rmSync(join(dir, path), { recursive: true, force: true }),
    lab: (...args) => start(args).ended,
    runs: () => (existsSync(join(state, 'runs')) ? readdirSync(join(state, 'runs')).sort() : []),
    stateFiles: () =>
      readdirSync(state, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`)
        .sort(),
  };
};

/** What the steps did since the last time this was asked. */
export const deedsOf = (project: Project): readonly string[] => {
  if (!project.has('deeds')) return [];
  const deeds = project.read('deeds').split('\n').slice(0, -1);
  project.remove('deeds');
  return deeds;
};

/** Resolves when the condition holds. */
export const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
};
