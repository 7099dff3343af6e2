// What is measured, and what is asked of it.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freshRuns } from './against-peers.mjs';
import { alone, pair, run, time } from './measure.mjs';
import { given } from './peers/peers.mjs';
import { ms, node, prepared, ratioRow, times } from './rows.mjs';
import { chain, failing, forBash, forLab, layers, longestPath, naps } from './workloads.mjs';

const program = fileURLToPath(new URL('../../bin/lab.js', import.meta.url));

export const startUp = async ({ folder, runs }) => {
  const rows = [];
  for (const [words, goal] of [
    [['--version'], 1.25],
    [['--help'], 1.25],
    [['run', '--help'], 1.25],
  ]) {
    const measured = await pair(() => ({ argv: [process.execPath, program, ...words] }), node, { runs });
    rows.push(ratioRow('S1', `lab ${words.join(' ')}`, measured, goal, 'node -e 0'));
  }
  const lab = await prepared(forLab(join(folder, 'one'), chain(1)));
  rows.push(ratioRow('S2', 'run of one step, project known', await pair(lab.run, node, { runs }), 1.8, 'node -e 0'));
  rows.push(ratioRow('S2', 'run of one step, project new', await pair(lab.first, node, { runs }), 1.8, 'node -e 0'));
  const look = (words) => () => ({
    argv: [process.execPath, program, ...words, '--state-dir', join(lab.folder, 'known')],
    cwd: lab.folder,
  });
  for (const words of [['status'], ['runs'], ['plan', 'go']])
    rows.push(
      ratioRow('S1', `lab ${words.join(' ')}`, await pair(look(words), node, { runs }), undefined, 'node -e 0'),
    );
  return rows;
};

export const chains = async (setting) => {
  const { folder, runs, full } = setting;
  const rows = [];
  const marginal = {};
  for (const length of full ? [10, 100, 1000] : [10, 100]) {
    const steps = chain(length);
    const lab = await prepared(forLab(join(folder, `chain-${length}`), steps));
    const bash = forBash(join(folder, `chain-bash-${length}`), steps);
    const measured = await pair(lab.run, bash, { runs: length > 100 ? Math.min(runs, 3) : runs });
    marginal[length] = measured.a;
    rows.push(ratioRow('P1', `chain of ${length} ÷ bash`, measured, length === 10 ? undefined : 3, 'bash'));
    if (length >= 100) rows.push(...(await freshChains({ ...setting, steps, lab })));
  }
  const each = (from, to, key) => (marginal[to][key] - marginal[from][key]) / (to - from);
  rows.push({
    id: 'P2',
    what: 'one more step, 10 to 100',
    figure: `${ms(each(10, 100, 'wall'))}, CPU ${ms(each(10, 100, 'cpu'))}`,
    detail: 'durable, each',
  });
  if (full) {
    const steps = chain(10_000);
    const lab = await prepared(forLab(join(folder, 'chain-10000'), steps));
    const one = await alone(lab.run, { runs: 1, warm: 0 });
    marginal[10_000] = one;
    const growth = each(1000, 10_000, 'cpu') / each(10, 100, 'cpu');
    rows.push({
      id: 'P4',
      what: 'one more step, 1,000 to 10,000 ÷ 10 to 100',
      figure: `${times(growth)} (CPU)`,
      detail: `10,000 steps in ${one.wall.toFixed(1)} s`,
      goal: '<= 1.3 x',
      met: growth <= 1.3,
    });
  }
  return rows;
};

/** The goals are for a thousand steps; a hundred are quicker, and have start-up in them. */
const freshChains = ({ runs, steps, ...setting }) => {
  const isLong = steps.length === 1000;
  const goals = isLong ? { ninja: 0.9, make: 1.1 } : { ninja: 0.9, make: 1.1, just: undefined, mise: undefined };
  return freshRuns('P3', `chain of ${steps.length}`, {
    ...setting,
    steps,
    runs: isLong ? Math.min(runs, 3) : runs,
    goals,
  });
};

export const wide = async (setting) => {
  const { folder, runs, full } = setting;
  const rows = [];
  for (const [count, width] of full
    ? [
        [48, 2],
        [12, 8],
        [120, 8],
      ]
    : [
        [48, 2],
        [12, 8],
      ]) {
    const steps = layers(count, width);
    const lab = await prepared(forLab(join(folder, `wide-${count}-${width}`), steps, { jobs: width }));
    const bash = forBash(join(folder, `wide-bash-${count}-${width}`), steps, width);
    const measured = await pair(lab.run, bash, { runs });
    rows.push(
      ratioRow('D1', `${count * width} steps, ${width} wide ÷ bash &`, measured, width === 8 ? 2.6 : undefined, 'bash'),
    );
  }
  return rows;
};

export const ideals = async ({ folder, runs, found }) => {
  const rows = [];
  for (const [id, what, steps, jobs, goal] of [
    ['D2', 'sleeps in 20 layers of 8', naps(), 8, 1.45],
    ['D3', 'one long path among 60 others, 4 at once', longestPath(), 4, 1.25],
  ]) {
    const lab = await prepared(forLab(join(folder, `ideal-${id}`), steps, { jobs }));
    const measured = await alone(lab.run, { runs: Math.min(runs, 3) });
    const others = await idealsOfOthers(`ideal-${id}`, { folder, found, steps, jobs });
    rows.push({
      id,
      what,
      figure: `${times(measured.wall)} the ideal of 1 s`,
      detail: `least ${times(measured.least)}; ${others.map(([name, wall]) => `${name} ${times(wall)}`).join(', ')}`,
      goal: `<= ${goal} x`,
      met: measured.wall <= goal && (id === 'D2' || others.every(([, wall]) => measured.wall < wall)),
    });
  }
  return rows;
};

/** Those that can be told how many may run at once. */
const parallel = ['make', 'ninja', 'mise', 'wireit', 'doit', 'snakemake', 'moon', 'nx'];

const idealsOfOthers = async (label, { folder, found, steps, jobs }) => {
  const all = [];
  for (const name of parallel.filter((each) => found[each] !== undefined)) {
    const peer = await given(name, found[name], { folder: join(folder, `${label}-${name}`), steps, jobs });
    all.push([name, (await alone(peer.fresh, { runs: 1, warm: 0 })).wall]);
  }
  return all;
};

export const again = async ({ folder, runs, full }) => {
  const rows = [];
  const goals = { 10: 1.5, 100: 1.6, 1000: 2.2, 10000: 6 };
  for (const length of full ? [10, 100, 1000, 10_000] : [10, 100, 1000]) {
    const lab = await prepared(forLab(join(folder, `again-${length}`), chain(length), { satisfied: 'once' }));
    const state = join(lab.folder, 'known');
    const measured = await pair(() => lab.again(state), node, { runs: length > 1000 ? 3 : runs });
    rows.push(ratioRow('N1', `nothing to do, ${length} steps`, measured, goals[length], 'node -e 0'));
  }
  for (const length of full ? [20, 200] : [20]) rows.push(await resumed({ folder, runs, length }));
  rows.push({
    id: 'R3',
    what: 'steps that run twice after kill -9',
    figure: 'asserted',
    detail: 'test/faults/killed.test.ts kills at every durable operation: none but those that then ran',
  });
  return rows;
};

/** Half of a chain is left after what failed was mended: held against a fresh run of that half. */
const resumed = async ({ folder, runs, length }) => {
  const half = length / 2;
  const lab = forLab(join(folder, `resume-${length}`), failing(chain(length), half), { satisfied: 'once' });
  const broken = lab.first();
  await time({ ...broken, codes: [1] });
  const state = broken.argv.at(-1);
  writeFileSync(join(lab.folder, 'mended'), '');
  const resume = () => {
    const copy = lab.fresh();
    cpSync(state, copy, { recursive: true });
    return lab.again(copy, ['resume']);
  };
  const fresh = await prepared(forLab(join(folder, `fresh-${half}`), chain(half), { satisfied: 'once' }));
  return ratioRow(
    'R1',
    `resume of ${length} with ${half} left ÷ fresh run of ${half}`,
    await pair(resume, fresh.run, { runs }),
    1.25,
    'the fresh run',
  );
};

export const memory = async ({ folder, full }) => {
  const rows = [];
  const goals = { 1: 50, 1000: 65, 10000: 110 };
  for (const length of full ? [1, 1000, 10_000] : [1, 1000]) {
    const lab = await prepared(forLab(join(folder, `memory-${length}`), chain(length)));
    const { argv, cwd } = lab.run();
    const { stdout, stderr } = await run(
      [argv[0], '--require', fileURLToPath(new URL('./peak.cjs', import.meta.url)), ...argv.slice(1)],
      { cwd },
    );
    const peak = Number(/peak (\d+)/.exec(stderr + stdout)?.[1]) / 1024;
    rows.push({
      id: 'M1',
      what: `peak memory, ${length} steps`,
      figure: `${peak.toFixed(0)} MiB`,
      goal: `<= ${goals[length]} MiB`,
      met: peak <= goals[length],
    });
  }
  return rows;
};

export const waiting = async (setting) => (await import('./waiting.mjs')).waiting(setting);
