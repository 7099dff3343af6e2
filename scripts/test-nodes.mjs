// test-nodes.mjs [VERSION ...]: all tests with each of these versions of Node, in a clone of its own of what is committed.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const root = fileURLToPath(new URL('..', import.meta.url));
const versions = process.argv.length > 2 ? process.argv.slice(2) : ['20.19.0', '22', '24', '25'];
const folder = mkdtempSync(join(tmpdir(), 'lab-nodes-'));
// Some tests start processes of other users, who have to get at Node.
chmodSync(folder, 0o755);

const perform = execa({ stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' });

/** The folder of the version's executable, which npm's own packages of Node carry. */
const fetched = async (version) => {
  const home = join(folder, version);
  mkdirSync(home);
  await perform({ cwd: home })`npm pack --silent node-${process.platform}-${process.arch}@${version}`;
  const [packed] = readdirSync(home);
  await perform({ cwd: home })`tar -xzf ${packed}`;
  return join(home, 'package', 'bin');
};

const test = async (version) => {
  const PATH = [await fetched(version), process.env.PATH].join(delimiter);
  const cwd = join(folder, version, 'clone');
  await perform`git clone --quiet ${root} ${cwd}`;
  const inClone = perform({ cwd, env: { PATH } });
  await inClone`node --version`;
  await inClone`npm ci`;
  await inClone`npm test`;
};

process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const results = [];
for (const version of versions)
  results.push(
    await test(version).then(
      () => `Node ${version}: passed`,
      (error) => `Node ${version}: ${error.shortMessage ?? error.message}`,
    ),
  );
process.stdout.write(`${results.join('\n')}\n`);
process.exitCode = results.every((each) => each.endsWith(': passed')) ? 0 : 1;
