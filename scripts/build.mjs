// Bundles the program into a folder of dist/ in chunks, so that a command loads only what it uses, and lets V8 keep what it compiled of
// them. A run may take hours and loads some chunks late: the program it was started with stays where it is until the build after this.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { wrapped } from '../bin/load.js';
import { packChunks } from './pack.mjs';
import { makeCurrent } from './program-folders.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
// Somewhere else for tests, so that no other build comes between.
const programs = resolve(process.argv[2] ?? join(root, 'dist'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const target = 'node20.19';

mkdirSync(programs, { recursive: true });
const dist = mkdtempSync(join(programs, 'program-'));
let isWhole = false;
process.once('exit', () => {
  if (!isWhole) rmSync(dist, { recursive: true, force: true });
});
// What runs in the browser: one script and one style, which the program puts into its pages.
await build({
  absWorkingDir: root,
  entryPoints: ['web/page.ts', 'web/page.css'],
  outdir: dist,
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  charset: 'utf8',
});

// Parts with a chunk of their own, since many commands never use them: a chunk is loaded when something of it is first used.
const apart = {
  ...{ cel: '@marcbachmann/cel-js', commander: 'commander', lowdb: 'lowdb', yaml: 'yaml' },
  ...{ expression: 'src/core/expression.ts', template: 'src/core/template.ts', schemas: 'src/core/workflow.ts' },
  ...{
    inputs: 'src/parse/inputs.ts',
    'inputs-file': 'src/cli/inputs-file.ts',
    load: 'src/parse/load.ts',
    causes: 'src/parse/causes.ts',
    fabric: 'src/fabric/fabric.ts',
  },
  ...{ snippet: 'src/view/snippet.ts', 'state-schema': 'src/store/state-schema.ts', steps: 'steps/index.ts' },
  transcript: 'src/rehearse/transcript.ts',
};

/** The program asks zod for a third of what it has, by name; a project's own types get all of it, apart. */
const zodByName = {
  name: 'zod by name',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^zod$/ }, ({ importer }) =>
      importer.endsWith('/src/api.ts') ? { path: join(root, 'node_modules/zod/index.cjs') } : undefined,
    );
    onLoad({ filter: /\/(src|steps)\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace("import { z } from 'zod';", "import * as z from 'zod';"),
      loader: 'ts',
    }));
  },
};

const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/cli/main.ts', api: 'src/api.ts', 'command-line': 'src/cli/command-line.ts', ...apart },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  mainFields: ['module', 'main'],
  target,
  write: false,
  metafile: true,
  plugins: [zodByName],
  // jiti finds its own files beside itself.
  external: ['jiti'],
  define: { LAB_VERSION: JSON.stringify(version), LAB_BUILD: '"the build"', 'import.meta.dirname': '__dirname' },
});

// Only CommonJS can be compiled ahead (`vm.Script` takes V8's code, modules don't), and it starts about 5 ms sooner besides.
const commonJs = {
  format: 'cjs',
  platform: 'node',
  target,
  supported: { 'dynamic-import': false },
  // Names stay as they are, and lines short, for whoever reads a stack.
  minifyWhitespace: true,
  lineLimit: 160,
};
const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
/**
 * With `import()` as `bin/load.js` answers it, or Node in a project's own program; and in ASCII, of which esbuild leaves out patterns:
 * one character more would make two bytes of each.
 */
const forLoader = (code) =>
  code
    .replaceAll(/__toESM\(require\(("\.\/[^"]+")\)\)/g, '(require.now??require)($1)')
    .replaceAll(/[^ -~\n]/g, escaped);
const write = (name, text) => writeFileSync(join(dist, name), text);
const digest = createHash('sha256');
for (const { text } of outputFiles) digest.update(text);
const id = digest.digest('hex').slice(0, 16);
const texts = new Map(outputFiles.map(({ path, text }) => [basename(path), text.replaceAll('"the build"', `"${id}"`)]));
for (const [name, text] of texts) {
  const { code } = await transform(text, commonJs);
  write(name, forLoader(code));
}

// Parts of Node that take milliseconds to load, and are not always used. Those that are functions can't be stood for.
const heavy = [
  'child_process',
  'crypto',
  'fs/promises',
  'http',
  'https',
  'net',
  'os',
  'readline',
  'readline/promises',
  'timers/promises',
  'tty',
  'v8',
  'zlib',
];
const lazyBuiltins = heavy.map((name) => `node:${name}`);
/** Where chunks are that are not in a file of their own, and the code of files that have some: every start reads it. */
const packed = {};
const codes = {};
const writeIndex = () => write('index.json', JSON.stringify({ node: process.version, packed, codes, lazyBuiltins }));

writeIndex();

const use = (what) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'compile.cjs'), dist, what], {
    encoding: 'utf8',
  });
  if (status === 0) return JSON.parse(stdout);
  // Without packs and compiled code the program works as well, so a failure here is told and does not fail the build.
  process.stderr.write(`The program was not prepared to start fast (${what}).\n${stderr}`);
  return {};
};

// Everything of what the program itself asks for by name may be used.
const whole = new Set(
  Object.entries(metafile.outputs)
    .filter(([, { entryPoint }]) => entryPoint)
    .map(([path]) => basename(path)),
);

// Chunks that the same commands use, and no others, make a pack. What is small goes along with what more commands use: its file would
// take longer to open than it takes to read there.
const small = 4096;
const packs = new Map();
for (const [name, commands] of Object.entries(use('usage'))) {
  const key = commands.join(' ');
  const pack = packs.get(key) ?? { commands, names: [], size: 0 };
  packs.set(key, { ...pack, names: [...pack.names, name], size: pack.size + texts.get(name).length });
}
const bySize = [...packs.values()].sort((a, b) => a.size - b.size);
for (const pack of bySize.filter(({ size }) => size < small)) {
  const others = bySize.filter(
    ({ size, commands }) => size >= small && pack.commands.every((each) => commands.includes(each)),
  );
  const host = others.sort((a, b) => a.commands.length - b.commands.length)[0];
  host?.names.push(...pack.names.splice(0));
}
for (const { names } of bySize.filter((each) => each.names.length > 1)) {
  const text = wrapped(forLoader(await packChunks(names, { texts, whole, options: commonJs })));
  // Named after what is in it, as chunks are: a program that runs during another build never takes one for another.
  const pack = `pack-${createHash('sha256').update(text).digest('hex').slice(0, 8)}.js`;
  write(pack, text);
  for (const [at, name] of names.entries()) packed[name] = { pack, at };
}
writeIndex();

for (const [name, code] of Object.entries(use('code'))) {
  const { size, mtimeMs } = statSync(join(dist, name));
  codes[name] = { ...code, size, changed: mtimeMs };
}
writeIndex();

// From here on somebody may use it, whatever fails.
isWhole = true;
makeCurrent(programs, basename(dist));
