// Bundles the program into dist/ in chunks, so that a command loads only what it uses, and lets V8 keep what it compiled of them.
import { isAscii } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';
import { wrapped } from '../bin/load.js';

const root = fileURLToPath(new URL('..', import.meta.url));
// Somewhere else for tests, so that no other build comes between.
const dist = resolve(process.argv[2] ?? join(root, 'dist'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const target = 'node20.19';

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
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
  ...{ cel: '@marcbachmann/cel-js', commander: 'commander', lowdb: 'lowdb', yaml: 'yaml', zod: 'zod' },
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
  // jiti finds its own files beside itself.
  external: ['jiti'],
  define: { LAB_VERSION: JSON.stringify(version), LAB_BUILD: '"the build"', 'import.meta.url': '__url' },
});

// Only CommonJS can be compiled ahead (`vm.Script` takes V8's code, modules don't), and it starts about 5 ms sooner besides.
const chunks = {};
const files = {};
const noteFile = (path) => {
  const { size, mtimeMs } = statSync(path);
  files[basename(path)] = { size, changed: mtimeMs, ascii: isAscii(readFileSync(path)) };
};
const digest = createHash('sha256');
for (const { text } of outputFiles) digest.update(text);
const id = digest.digest('hex').slice(0, 16);
for (const { path, text } of outputFiles) {
  const { code } = await transform(text.replaceAll('"the build"', `"${id}"`), {
    format: 'cjs',
    platform: 'node',
    target,
    supported: { 'dynamic-import': false },
    // Names stay as they are, and lines short, for whoever reads a stack.
    minifyWhitespace: true,
    lineLimit: 160,
    banner: text.includes('__url') ? "const __url = require('node:url').pathToFileURL(__filename).href;" : '',
  });
  writeFileSync(path, code);
  noteFile(path);
  chunks[basename(path)] = {};
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
const writeIndex = () =>
  writeFileSync(join(dist, 'index.json'), JSON.stringify({ node: process.version, chunks, files, lazyBuiltins }));

writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n');
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

// Chunks that the same commands use, and no others, make a pack; the entries stay files of their own.
const packs = new Map();
for (const [name, commands] of Object.entries(use('usage'))) {
  if (name in metafile.outputs && metafile.outputs[name].entryPoint) continue;
  const key = commands.join(' ');
  packs.set(key, [...(packs.get(key) ?? []), name]);
}
for (const names of [...packs.values()].filter((each) => each.length > 1)) {
  const text = `[\n${names.map((name) => wrapped(readFileSync(join(dist, name), 'utf8'))).join(',\n')}\n]\n`;
  // Named after what is in it, as chunks are: a program that runs during another build never takes one for another.
  const pack = `pack-${createHash('sha256').update(text).digest('hex').slice(0, 8)}.js`;
  const path = join(dist, pack);
  writeFileSync(path, text);
  noteFile(path);
  for (const [at, name] of names.entries()) Object.assign(chunks[name], { pack, at });
}
writeIndex();

for (const [name, code] of Object.entries(use('code'))) files[name].code = code;
writeIndex();
