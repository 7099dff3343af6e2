// scale.mjs [--sizes 2/4/3/4,4/16/24/16] [--runs N] [--svg FILE]: deploys the embedded lab in several sizes (spines/leaves/nodes/clients)
// and takes it down again; prints time, CPU and memory by size as a table, and draws them.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, time } from './measure.mjs';

const program = fileURLToPath(new URL('../../bin/lab.js', import.meta.url));
const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '2/4/3/4,2/8/8/8,4/16/24/16' },
    runs: { type: 'string', default: '1' },
    svg: { type: 'string' },
  },
});

/** Proportional memory, in MiB, of what a run left running: a page that several processes share is counted once in all. */
const memoryOf = (run) => {
  let kilobytes = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`LAB_STEP=${run}/`)) continue;
      kilobytes += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0);
    } catch {
      // It ended meanwhile.
    }
  }
  return kilobytes / 1024;
};

const lab = (state, words) => ({
  argv: [process.execPath, program, ...words, '--variant', 'frr-netns', '--yes', '--no-tty', '--state-dir', state],
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
});

/** Ends as the lab does, also when it failed half-way. */
const takeDown = (state) =>
  new Promise((resolve) => {
    const { argv, cwd } = lab(state, ['run', 'teardown']);
    spawn(argv[0], argv.slice(1), { cwd, stdio: 'ignore' }).on('close', resolve);
  });

const measure = async (size) => {
  const [spines, leaves, nodes, clients] = size.split('/');
  // The usual room for pods has sixteen networks.
  const pods = Number(nodes) > 16 ? { pods: '10.244.0.0/16' } : {};
  const set = Object.entries({ spines, leaves, nodes, clients, ...pods }).flatMap(([name, value]) => [
    '--set',
    `${name}=${value}`,
  ]);
  const state = mkdtempSync(join(tmpdir(), 'lab-scale-'));
  try {
    const deploy = await time(lab(state, ['run', 'deploy', ...set]));
    const again = await time(lab(state, ['run', 'deploy']));
    const run = readdirSync(join(state, 'runs')).sort()[0];
    const memory = memoryOf(run);
    const events = readFileSync(join(state, 'runs', run, 'journal.jsonl'), 'utf8');
    const steps = events.split('"step.finished"').length - 1;
    return { deploy, again, memory, steps };
  } finally {
    await takeDown(state);
    rmSync(state, { recursive: true, force: true });
  }
};

const middle = (all, read) => median(all.map(read));

const bars = (rows) => {
  const width = 640;
  const most = Math.max(...rows.map(({ deploy }) => deploy));
  const row = ({ size, deploy, again, memory }, at) => {
    const y = 40 + at * 56;
    const bar = (seconds, top, kind) =>
      `<rect x="130" y="${top}" width="${Math.max(2, (seconds / most) * 380).toFixed(1)}" height="16" class="${kind}"/>`;
    return [
      `<text x="120" y="${y + 22}" text-anchor="end">${size}</text>`,
      bar(deploy, y, 'deploy'),
      `<text x="${(136 + (deploy / most) * 380).toFixed(1)}" y="${y + 12}">${deploy.toFixed(1)} s, ${memory.toFixed(0)} MiB</text>`,
      bar(again, y + 20, 'again'),
      `<text x="${(136 + (again / most) * 380).toFixed(1)}" y="${y + 32}">${again.toFixed(1)} s</text>`,
    ].join('\n');
  };
  const height = 50 + rows.length * 56;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Time to deploy the embedded lab by size">
<style>text{font:12px sans-serif;fill:#333}.deploy{fill:#3b6ea5}.again{fill:#9bbb7c}@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>
<text x="10" y="22">spines/leaves/nodes/clients: deploy (blue, with the memory of the lab), again with nothing to do (green)</text>
${rows.map(row).join('\n')}
</svg>
`;
};

const rows = [];
process.stdout.write(
  '| spines/leaves/nodes/clients | steps | deploy s | CPU s | again s | again CPU s | memory MiB |\n| --- | --- | --- | --- | --- | --- | --- |\n',
);
for (const size of values.sizes.split(',')) {
  const all = [];
  for (let count = 0; count < Number(values.runs); count += 1) all.push(await measure(size));
  const row = {
    size,
    steps: all[0].steps,
    deploy: middle(all, ({ deploy }) => deploy.wall),
    cpu: middle(all, ({ deploy }) => deploy.cpu),
    again: middle(all, ({ again }) => again.wall),
    againCpu: middle(all, ({ again }) => again.cpu),
    memory: middle(all, ({ memory }) => memory),
  };
  rows.push(row);
  const { steps, deploy, cpu, again, againCpu, memory } = row;
  process.stdout.write(
    `| ${size} | ${steps} | ${deploy.toFixed(1)} | ${cpu.toFixed(1)} | ${again.toFixed(1)} | ${againCpu.toFixed(1)} | ${memory.toFixed(0)} |\n`,
  );
}
if (values.svg !== undefined) writeFileSync(values.svg, bars(rows));
