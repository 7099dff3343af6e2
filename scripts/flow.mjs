// `npm run flow`: how much of the program everyday commands go through: source files of which a function ran, and functions that ran, for a
// workflow of one step with one probe. What V8 saw of the unbundled sources; packages are not counted.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transform } from 'esbuild';
import { execa } from 'execa';

const root = fileURLToPath(new URL('..', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'lab-flow-'));
const program = mkdtempSync(join(root, 'dist', 'flow-'));

const compileSources = async () => {
  const sources = ['src', 'steps'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  );
  writeFileSync(join(program, 'package.json'), '{ "type": "module" }\n');
  for (const source of sources) {
    const { code } = await transform(readFileSync(join(root, source), 'utf8'), {
      loader: 'ts',
      target: 'node20.19',
      define: { LAB_BUILD: '"flow"' },
    });
    const file = join(program, source.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, code.replaceAll(/((?:from|import\()\s*["']\.[^"']*)\.ts(["'])/g, '$1.js$2'));
  }
  writeFileSync(
    join(program, 'lab.js'),
    "import { main } from './src/cli/main.js';\nawait main(process.argv.slice(2));\n",
  );
};

const project = (name, workflow) => {
  const variant = join(place, name, 'workflows', 'one');
  mkdirSync(variant, { recursive: true });
  writeFileSync(join(variant, 'variant.yaml'), 'name: one\n');
  writeFileSync(join(variant, 'deploy.yaml'), workflow);
};

/** The files and functions that a command enters. @throws Error when it does not end with `expected`. */
const enter = async (name, words, expected = 0) => {
  const coverage = mkdtempSync(join(place, 'coverage-'));
  const { exitCode, all } = await execa(process.execPath, [join(program, 'lab.js'), ...words], {
    cwd: join(place, name),
    env: { NODE_V8_COVERAGE: coverage, LAB_STATE_DIR: join(place, name, 'state') },
    reject: false,
    all: true,
  });
  if (exitCode !== expected) throw new Error(`lab ${words.join(' ')} ended with ${exitCode}\n${all}`);
  const sources = pathToFileURL(program).href;
  const scripts = readdirSync(coverage)
    .flatMap((file) => JSON.parse(readFileSync(join(coverage, file), 'utf8')).result)
    .filter(({ url }) => url.startsWith(`${sources}/src/`) || url.startsWith(`${sources}/steps/`));
  // The first is the module itself.
  const ran = scripts.map(({ functions }) => functions.slice(1).filter(({ ranges }) => ranges[0].count > 0));
  const entered = ran.filter((functions) => functions.length > 0);
  return { modules: scripts.length, files: entered.length, functions: entered.flat().length };
};

const oneStep = `name: deploy
steps:
  - id: one
    run: [touch, made]
    health: [{ probe: file, path: made }]
`;
const three = `name: deploy
steps:
  - id: kept
    run: [touch, kept]
    health: [{ probe: file, path: kept }]
  - id: failing
    run: [test, -e, go]
  - id: left
    run: ['true']
`;

try {
  await compileSources();
  project('one', oneStep);
  project('three', three);
  const rows = [['run of one step, project new', await enter('one', ['run', 'deploy', '--no-tty'])]];
  rmSync(join(place, 'one', 'made'));
  rows.push(['the same, project known', await enter('one', ['run', 'deploy', '--no-tty'])]);
  rows.push(['nothing to do', await enter('one', ['run', 'deploy', '--no-tty'])]);
  rows.push(['status', await enter('one', ['status'])]);
  await enter('three', ['run', 'deploy', '--no-tty'], 1);
  writeFileSync(join(place, 'three', 'go'), '');
  rows.push(['resume, one kept, one failed, one left', await enter('three', ['resume', '--no-tty'])]);
  process.stdout.write('flow                                      files  functions  modules loaded\n');
  for (const [name, { files, functions, modules }] of rows)
    process.stdout.write(
      `${name.padEnd(40)}${String(files).padStart(7)}${String(functions).padStart(11)}${String(modules).padStart(16)}\n`,
    );
} finally {
  for (const folder of [place, program]) rmSync(folder, { recursive: true, force: true });
}
