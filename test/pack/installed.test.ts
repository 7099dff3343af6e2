// What `npm pack` makes, installed in a folder of its own as another project would have it.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

interface Ended {
  readonly code: number | string;
  readonly text: string;
}

const call = (program: string, args: readonly string[], cwd = folder): Promise<Ended> =>
  new Promise((resolve) => {
    const { LAB_STATE_DIR: _, ...env } = process.env;
    execFile(program, args, { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? 'signal') : 0, text: stdout + stderr }),
    );
  });
const lab = (...args: string[]) => call('npx', ['--no-install', 'lab', ...args]);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lab-installed-'));
  const packed = await call('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], repository);
  const [tarball = ''] = /lab-.*\.tgz/.exec(packed.text) ?? [];
  writeFileSync(join(folder, 'package.json'), '{ "name": "elsewhere", "private": true, "type": "module" }\n');
  const installed = await call('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', `./${tarball}`]);
  expect(installed).toMatchObject({ code: 0 });
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package, installed elsewhere', () => {
  it('has the program and its types, and neither tests nor sources', () => {
    const inside = (path: string): boolean => existsSync(join(folder, 'node_modules/lab', path));
    expect(['dist/lab.js', 'dist/types/api.d.ts', 'assets', 'workflows'].filter((path) => !inside(path))).toEqual([]);
    expect(['test', 'src', 'scripts'].filter(inside)).toEqual([]);
  });

  it('begins a project that is right, deploys, verifies and is taken down', async () => {
    expect(await lab('new', 'mine')).toMatchObject({
      code: 0,
      text: expect.stringContaining('workflows/mine/deploy.yaml'),
    });
    for (const words of [['validate'], ['run', 'deploy', '--no-tty'], ['run', 'verify'], ['status']])
      expect(await lab(...words), words.join(' ')).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, 'lab/note'))).toBe(true);
    expect(await lab('run', 'teardown', '--no-tty')).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, 'lab'))).toBe(false);
  });

  it('runs a step type in TypeScript, whose mistakes of type the compiler finds', async () => {
    mkdirSync(join(folder, 'steps'), { recursive: true });
    const source = (argument: string): string => `import { defineStep, z } from 'lab';

export const greet = defineStep({
  name: 'greet.file',
  summary: 'A file that greets.',
  input: z.strictObject({ name: z.string() }),
  async run({ name }, context) {
    await context.must(['touch', ${argument}]);
    return {};
  },
});
`;
    const file = join(folder, 'steps/greet.ts');
    const settings = { strict: true, module: 'nodenext', target: 'es2023', noEmit: true, types: [] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: settings, include: ['steps'] }));
    const compile = () => call(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', folder]);
    writeFileSync(file, source('42'));
    expect(await compile()).toMatchObject({
      text: expect.stringContaining("'number' is not assignable to type 'string'"),
    });
    writeFileSync(file, source('name'));
    expect(await compile()).toEqual({ code: 0, text: '' });
    const workflow = join(folder, 'workflows/mine/greet.yaml');
    writeFileSync(
      workflow,
      'name: greet\nsteps:\n  - id: greet\n    uses: greet.file\n    with: { name: greeted }\n    health: [{ probe: file, path: greeted }]\n',
    );
    expect(await lab('run', 'greet', '--no-tty')).toMatchObject({ code: 0 });
    expect(existsSync(join(folder, 'greeted'))).toBe(true);
  });
});
