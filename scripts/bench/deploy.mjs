// The embedded lab held against scripts that build the very same one from the same files: one with two routers at a time, one with a
// process for each command. Each deploy is taken down again before the next begins.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, run, time, which } from './measure.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = fileURLToPath(new URL('recipe/up.sh', import.meta.url));
const what = 'deploy of the embedded lab';

const lab = (state, words) => ({
  argv: [
    process.execPath,
    join(root, 'bin/lab.js'),
    ...words,
    '--variant',
    'frr-netns',
    '--yes',
    '--no-tty',
    '--state-dir',
    state,
  ],
  cwd: root,
});

const missing = async () => {
  if (process.getuid?.() !== 0) return 'the script needs root';
  if (!existsSync('/usr/lib/frr/zebra')) return 'FRR is not installed';
  for (const tool of ['ip', 'nginx', 'iptables-restore', 'curl', 'unshare', 'sysctl'])
    if ((await which(tool)) === undefined) return `${tool} is not installed`;
  return undefined;
};

/** @throws when the teardown fails; what it left is then in `state`. */
const takeDown = (state) => time(lab(state, ['run', 'teardown']));

/** Deploy, deploy with nothing to do, verify and teardown, in a state of their own. */
const once = async (folder) => {
  const state = mkdtempSync(join(folder, 'lab-'));
  try {
    const deploy = await time(lab(state, ['run', 'deploy']));
    const again = await time(lab(state, ['run', 'deploy']));
    const verify = await time(lab(state, ['run', 'verify']));
    return { deploy, again, verify, teardown: await takeDown(state) };
  } catch (error) {
    await takeDown(state);
    throw error;
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
};

const seconds = ({ wall, cpu }) => `${wall.toFixed(2)} s (CPU ${cpu.toFixed(2)})`;

export const deploys = async ({ folder, runs }) => {
  const reason = await missing();
  if (reason !== undefined) return [{ id: 'D3', what, figure: 'skipped', detail: reason }];
  const files = join(folder, 'recipe');
  const { code, stderr } = await run(
    [
      process.execPath,
      join(root, 'bin/lab.js'),
      'render',
      '--variant',
      'frr-netns',
      '--out',
      files,
      '--state-dir',
      join(folder, 'render'),
    ],
    { cwd: root },
  );
  if (code !== 0) throw new Error(`lab render ended with ${code}: ${stderr}`);
  const all = [];
  for (let count = 0; count < runs; count += 1) {
    all.push({
      ...(await once(folder)),
      parallel: await time({ argv: [script, 'parallel', files] }),
      serial: await time({ argv: [script, 'serial', files] }),
    });
  }
  const middle = (name) => ({
    wall: median(all.map((each) => each[name].wall)),
    cpu: median(all.map((each) => each[name].cpu)),
  });
  const against = (name) => median(all.map((each) => each.deploy.wall / each[name].wall));
  return [
    ...['parallel', 'serial'].map((name) => ({
      id: 'D3',
      what: `${what} ÷ ${name} script`,
      figure: `${against(name).toFixed(2)} x`,
      detail: `${seconds(middle('deploy'))} against ${seconds(middle(name))}`,
    })),
    ...['again', 'verify', 'teardown'].map((name) => ({
      id: 'D3',
      what: `embedded lab: ${name}`,
      figure: seconds(middle(name)),
    })),
  ];
};
