// npm run bench [-- --full] [--json] [--only PART,…] [--peers FOLDER] [--runs N]: how fast lab is, as ratios against floors and peers
// measured in the same run; each goal with its figure. Asserts nothing: what is met depends on the machine as well.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { againstPeers } from './against-peers.mjs';
import { deploys } from './deploy.mjs';
import * as goals from './goals.mjs';
import { findPeers } from './peers/peers.mjs';
import { endServers } from './peers/servers.mjs';
import { stateWriting } from './state-writing.mjs';

const parts = {
  start: goals.startUp,
  peers: againstPeers,
  chain: goals.chains,
  state: stateWriting,
  wide: goals.wide,
  ideal: goals.ideals,
  again: goals.again,
  memory: goals.memory,
  waiting: goals.waiting,
  deploy: deploys,
};

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    peers: { type: 'string' },
    runs: { type: 'string', default: '5' },
  },
});

const wanted = values.only?.split(',') ?? Object.keys(parts);
const unknown = wanted.filter((name) => !(name in parts));
const runs = Number(values.runs);
if (unknown.length > 0 || !(runs >= 1)) {
  process.stderr.write(`The parts are ${Object.keys(parts).join(', ')}; --runs takes a number.\n`);
  process.exit(2);
}

const machine = () => ({
  cpu: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.version,
  load: loadavg().map((each) => Number(each.toFixed(1))),
});

const line = ({ id, what, figure, goal = '', met }) => {
  const verdict = met === undefined ? '' : met ? 'met' : 'NOT met';
  return `${id.padEnd(6)} ${what.padEnd(52)} ${figure.padEnd(34)} ${goal.padEnd(11)} ${verdict}`.trimEnd();
};

const folder = mkdtempSync(join(tmpdir(), 'lab-bench-'));
try {
  const before = machine();
  const found = await findPeers(values.peers);
  const rows = [];
  if (!values.json)
    process.stdout.write(
      `${before.cpu}, ${before.memoryGiB} GiB, Linux ${before.kernel}, Node ${before.node}, load ${before.load.join(' ')}\nMedians of ${runs} pairs; a goal is met when the wall or, where others use the machine too, the CPU ratio is within it.\n\n`,
    );
  for (const name of wanted) {
    for (const row of await parts[name]({ folder, found, runs, full: values.full })) {
      rows.push({ part: name, ...row });
      if (values.json) continue;
      process.stdout.write(`${line(row)}\n${row.detail ? `       ${row.detail}\n` : ''}`);
    }
  }
  if (values.json)
    process.stdout.write(`${JSON.stringify({ machine: before, after: machine(), runs, rows }, null, 2)}\n`);
} finally {
  await endServers();
  rmSync(folder, { recursive: true, force: true });
}
