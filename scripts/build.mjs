// Bundles the program into one file, what other projects import into another, and the browser's part of the pages into two more; then
// keeps the code that V8 compiles of the program. What is there already is replaced file by file: whoever runs it has loaded it whole.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
// Somewhere else for tests, so that no other build comes between.
const dist = resolve(process.argv[2] ?? join(root, 'dist'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const options = { absWorkingDir: root, outdir: dist, bundle: true, write: false };
const { outputFiles: page } = await build({
  ...options,
  entryPoints: ['web/page.ts', 'web/page.css'],
  minify: true,
  format: 'iife',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  charset: 'utf8',
});
const { outputFiles: program } = await build({
  ...options,
  entryPoints: { lab: 'src/cli/main.ts', api: 'src/api.ts' },
  format: 'cjs',
  platform: 'node',
  mainFields: ['module', 'main'],
  target: 'node20.19',
  // `vm.Script` has no `import()` of its own.
  supported: { 'dynamic-import': false },
  // Names stay as they are, and lines short, for whoever reads a stack.
  minifyWhitespace: true,
  lineLimit: 160,
  // jiti finds its own files beside itself.
  external: ['jiti'],
  define: { LAB_VERSION: JSON.stringify(version), LAB_BUILD: '"the build"', 'import.meta.dirname': '__dirname' },
});

const id = createHash('sha256');
for (const { contents } of program) id.update(contents);
const buildId = id.digest('hex').slice(0, 16);
/** esbuild escapes texts itself, but no regular expressions. */
const inAscii = (text) =>
  text.replaceAll(/[^ -~\n]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);

mkdirSync(dist, { recursive: true });
const write = (name, text) => {
  const draft = join(dist, `${name}.${process.pid}`);
  writeFileSync(draft, text);
  renameSync(draft, join(dist, name));
};
write('package.json', '{ "type": "commonjs" }\n');
for (const { path, text } of page) write(basename(path), text);
for (const { path, text } of program) write(basename(path), inAscii(text.replaceAll('"the build"', `"${buildId}"`)));

const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'keep-code.cjs'), dist], {
  encoding: 'utf8',
});
// The program works as well without it.
if (status !== 0)
  process.stderr.write(`No compiled code is kept, so that every command starts more slowly.\n${stderr}`);
