// The program as it was built: how it starts when what speeds up its start is missing, or no longer fits.
import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));
let copy: string;
let dist: string;
let project: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'lab-start-'));
  // Not by Node, which rounds times: with others than it was compiled for no code counts.
  execFileSync('cp', ['-a', ...['bin', 'dist', 'package.json'].map((part) => join(repository, part)), copy]);
  symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
  dist = join(copy, 'dist', readFileSync(join(copy, 'dist/current'), 'utf8').split('\n')[0] ?? '');
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

const index = () => JSON.parse(readFileSync(join(dist, 'index.json'), 'utf8'));
const chunks = (): readonly string[] => readdirSync(dist).filter((name) => name.endsWith('.js'));

describe('the start of the program', () => {
  it('has compiled code for what every run uses', () => {
    const { node, packed, codes } = index();
    expect(node).toBe(process.version);
    expect(codes[packed['main.js'].pack].length).toBeGreaterThan(0);
  });

  it('has its compiled code accepted by V8', async () => {
    const script = `
      const { load, scripts } = require(process.argv[1]).createLoader(process.argv[2]);
      load('main.js');
      console.log([...scripts.values()].map((each) => each.cachedDataRejected).join());`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, join(copy, 'bin/load.js'), dist]);
    expect(stdout).toMatch(/^false(,false)*\n$/);
  });

  it('finds in one file what every command uses', () => {
    const { packed } = index();
    expect(packed['main.js']).toBeDefined();
    const beside = Object.values<{ pack: string }>(packed).filter(({ pack }) => pack === packed['main.js'].pack);
    expect(beside.length).toBeGreaterThan(5);
  });

  it('can begin with any chunk', () => {
    const { createLoader } = createRequire(import.meta.url)(join(copy, 'bin/load.js'));
    const { packed } = index();
    expect(chunks()).toEqual(expect.arrayContaining(Object.keys(packed)));
    // The script of the page is none.
    for (const name of chunks().filter((each) => each !== 'page.js' && !each.startsWith('pack-'))) {
      const exported = createLoader(dist).load(name);
      // Packed with others or not, what it exports is there: none waits for one that waits for it.
      for (const each of Object.keys(exported)) expect(exported[each], `${each} of ${name}`).toBeDefined();
    }
  });

  it('goes by the text of a pack that is newer than its compiled code', async () => {
    const { packed } = index();
    const file = join(dist, packed['main.js'].pack);
    const before = readFileSync(file, 'utf8');
    // As long as before: V8 itself would not notice.
    const first = 'var __defProp=Object.defineProperty;';
    expect(before).toContain(first);
    writeFileSync(file, before.replaceAll(first, 'process.exit(9);'.padEnd(first.length)));
    expect((await lab('runs')).code).toBe(9);
    writeFileSync(file, before);
  });

  it('answers with its version without being loaded', async () => {
    const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
    expect(await lab('--version')).toEqual({ code: 0, text: `${version}\n` });
  });

  it('tells the same help without being loaded as with it', async () => {
    const kept = [await lab(), await lab('--help'), await lab('run', '-h'), await lab('redo', '--help')];
    renameSync(join(dist, 'help'), join(dist, 'helpless'));
    expect([await lab(), await lab('--help'), await lab('run', '-h'), await lab('redo', '--help')]).toEqual(kept);
    renameSync(join(dist, 'helpless'), join(dist, 'help'));
    expect(kept.map(({ code }) => code)).toEqual([2, 0, 0, 0]);
    expect(kept[2]?.text).toMatch(/^Usage: lab run .*--redo.*Exit codes/s);
  });

  it('reads its chunks as the text they are', async () => {
    expect((await lab('run', 'go', '--no-tty')).code).toBe(0);
    const page = join(project, 'page.html');
    expect((await lab('report', '--out', page)).code).toBe(0);
    expect(readFileSync(page, 'utf8')).toContain('aria-label="Change between light and dark">◐<');
  });

  it('goes by the text of a chunk that is newer than its compiled code', async () => {
    const name = chunks().find((each) => each.startsWith('list-')) ?? '';
    expect(index().codes[name].length).toBeGreaterThan(0);
    const file = join(dist, name);
    const before = readFileSync(file, 'utf8');
    // As long as before: V8 itself would not notice.
    writeFileSync(file, `${"process.stdout.write('edited\\n'); process.exit(9);".padEnd(before.length - 1)}\n`);
    expect(await lab('list')).toEqual({ code: 9, text: 'edited\n' });
    writeFileSync(file, before);
  });

  it.each([
    ['damaged', () => writeFileSync(join(dist, 'code.bin'), Buffer.alloc(4_000_000, 7))],
    ['cut off', () => writeFileSync(join(dist, 'code.bin'), 'x')],
    ['gone', () => rmSync(join(dist, 'code.bin'))],
    [
      'of another Node',
      () => {
        writeFileSync(join(dist, 'index.json'), JSON.stringify({ ...index(), node: 'v0.0.0' }));
      },
    ],
    [
      'older than all chunks',
      () => {
        for (const name of chunks()) utimesSync(join(dist, name), new Date(), new Date());
        const { packed } = index();
        appendFileSync(join(dist, packed['main.js'].pack), '\n');
      },
    ],
  ])('works with compiled code that is %s', async (_, spoil) => {
    spoil();
    const { code, text } = await lab('run', 'go', '--no-tty');
    expect(text).toContain('Succeeded: go');
    expect(code).toBe(0);
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
