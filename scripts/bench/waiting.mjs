// A hundred steps that wait for a hundred files: how soon each is noticed, and what the waiting costs.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median } from './measure.mjs';

const program = fileURLToPath(new URL('../../bin/lab.js', import.meta.url));
const count = 100;
const quietSeconds = 10;

/** CPU seconds of a process so far, all its threads. */
const cpuOf = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

export const waiting = async ({ folder }) => {
  const project = join(folder, 'waiting');
  const variant = join(project, 'workflows', 'bench');
  mkdirSync(variant, { recursive: true });
  mkdirSync(join(project, 'made'));
  writeFileSync(join(variant, 'variant.yaml'), 'name: bench\n');
  const each = (at) => `  - id: w${at}\n    needs: []\n    health: [{ probe: file, path: made/${at}, within: 5m }]\n`;
  writeFileSync(
    join(variant, 'go.yaml'),
    `name: go\nsteps:\n${Array.from({ length: count }, (_, at) => each(at)).join('')}`,
  );
  const child = spawn(process.execPath, [program, 'run', 'go', '--json', '--state-dir', join(project, 'state')], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (piece) => {
    text += piece;
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  await sleep(quietSeconds * 1000);
  const before = { cpu: cpuOf(child.pid), at: performance.now() };
  await sleep(quietSeconds * 1000);
  const share = (cpuOf(child.pid) - before.cpu) / ((performance.now() - before.at) / 1000);
  const made = new Map();
  for (let at = 0; at < count; at += 1) {
    writeFileSync(join(project, 'made', String(at)), '');
    made.set(`w${at}`, Date.now());
    await sleep(20);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`the waiting run ended with ${code}`);
  const delays = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type === 'step.finished')
    .map(({ address, at }) => at - made.get(address));
  const middle = median(delays);
  return [
    {
      id: 'W',
      what: `noticing, ${count} files waited for since ${2 * quietSeconds} s`,
      figure: `${middle.toFixed(0)} ms (most ${Math.max(...delays)} ms)`,
      goal: '<= 100 ms',
      met: middle <= 100,
    },
    {
      id: 'W',
      what: 'CPU while they wait',
      figure: `${(share * 100).toFixed(1)} % of a core`,
      goal: '<= 2 %',
      met: share <= 0.02,
    },
  ];
};
