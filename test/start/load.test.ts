// The program as it was built: how it starts when the compiled code kept for it is missing, or no longer fits.
import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));
let copy: string;
let program: string;
let code: string;
let project: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'lab-start-'));
  execFileSync('cp', ['-a', ...['bin', 'dist', 'package.json'].map((part) => join(repository, part)), copy]);
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
  program = join(copy, 'dist/lab.js');
  code = join(copy, 'dist/lab.code');
  project = join(copy, 'project');
  cpSync(join(repository, 'test/start/project'), project, { recursive: true });
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const lab = async (...args: string[]): Promise<{ code: number | null; text: string }> => {
  const child = spawn(process.execPath, [join(copy, 'bin/lab.js'), ...args], {
    cwd: project,
    env: { ...process.env, LAB_STATE_DIR: join(project, 'state') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, text };
};

describe('the start of the program', () => {
  it('has its compiled code accepted by V8', async () => {
    const script = `
      const { script } = require(process.argv[1]).loadProgram(process.argv[2]);
      console.log(script.cachedDataRejected);`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '-e',
      script,
      join(copy, 'bin/load.js'),
      join(copy, 'dist'),
    ]);
    expect(stdout).toBe('false\n');
  });

  it('is written in ASCII, as it is read', () => {
    expect(readFileSync(program).every((byte) => byte < 128)).toBe(true);
  });

  it('shows characters of other scripts as they are', async () => {
    expect((await lab('run', 'go', '--no-tty')).code).toBe(0);
    const page = join(project, 'page.html');
    expect((await lab('report', '--out', page)).code).toBe(0);
    expect(readFileSync(page, 'utf8')).toContain('aria-label="Change between light and dark">◐<');
  });

  it('goes by the text of the program when it is another than its code was compiled of', async () => {
    const before = readFileSync(program, 'utf8');
    // As long as before: V8 itself would not notice.
    const first = 'var __defProp=Object.defineProperty;';
    expect(before).toContain(first);
    writeFileSync(program, before.replace(first, 'process.exit(9);'.padEnd(first.length)));
    expect((await lab('runs')).code).toBe(9);
    writeFileSync(program, before);
  });

  it.each([
    ['damaged', () => writeFileSync(code, Buffer.concat([readFileSync(code).subarray(0, 4), Buffer.alloc(4_000, 7)]))],
    ['cut off', () => writeFileSync(code, 'x')],
    ['gone', () => rmSync(code)],
  ])('works with compiled code that is %s', async (_, spoil) => {
    spoil();
    const { code, text } = await lab('run', 'go', '--no-tty');
    expect(text).toContain('Succeeded: go');
    expect(code).toBe(0);
  });

  it('says what to do when nothing is built', async () => {
    renameSync(program, `${program}.away`);
    const said = await lab('runs');
    renameSync(`${program}.away`, program);
    expect(said).toEqual({ code: 70, text: expect.stringContaining('npm run build') });
  });

  it('has the file that a project imports `lab` from', async () => {
    const script = `console.log(Object.keys(require(process.argv[1])).sort().join());`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, join(copy, 'dist/api.js')]);
    expect(stdout).toBe('StepError,defineProbe,defineStep,z\n');
  });
});

describe('an unchanged project', () => {
  it('is opened as it was found, until any of its files changes', async () => {
    const file = join(project, 'workflows/one/go.yaml');
    const text = readFileSync(file, 'utf8');
    expect((await lab('run', 'go', '--no-tty')).code).toBe(0);
    expect((await lab('run', 'go', '--no-tty')).text).toContain('Succeeded: go');
    writeFileSync(file, text.replace('[echo, hello]', '[ecko, hello]'));
    expect((await lab('run', 'go', '--no-tty')).text).toMatch(/failed.*ecko/s);
    writeFileSync(file, text.replace('run: [echo', 'rum: [echo'));
    const wrong = await lab('run', 'go', '--no-tty');
    expect(wrong).toMatchObject({ code: 3 });
    expect(wrong.text).toContain('rum');
  });

  it('is not written about by what only looks', async () => {
    rmSync(join(project, 'state'), { recursive: true, force: true });
    writeFileSync(join(project, 'workflows/one/go.yaml'), 'name: go\nsteps:\n  - id: a\n    run: [echo, hello]\n');
    for (const words of [['list'], ['plan', 'go'], ['status'], ['validate']]) await lab(...words);
    expect(readdirSync(project)).not.toContain('state');
  });
});
