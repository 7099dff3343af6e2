// Lab against other tools with the same work. Each peer that is there gets its rows; the slow ones few runs.
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pair, run } from './measure.mjs';
import { given, titleOf } from './peers/peers.mjs';
import { ms, prepared, ratioRow, skipped, times } from './rows.mjs';
import { chain, failing, forLab } from './workloads.mjs';

/** One row for each peer, by what `measure` makes of it. */
const perPeer = async (id, what, { found, goals, measure }) => {
  const rows = [];
  for (const [name, goal] of Object.entries(goals)) {
    const title = `${what} ÷ ${name}`;
    if (found[name] === undefined) rows.push(skipped(id, title, `${name} is not there`));
    else rows.push(await measure({ name, tool: found[name], title, goal }));
  }
  return rows;
};

/** A fresh run of the same steps. */
export const freshRuns = (id, what, { folder, found, runs, steps, jobs = 1, lab, goals }) =>
  perPeer(id, what, {
    ...{ found, goals },
    measure: async ({ name, tool, title, goal }) => {
      const place = join(folder, `${name.replaceAll(' ', '-')}-${steps.length}-${jobs}`);
      const peer = await given(name, tool, { folder: place, steps, jobs });
      return ratioRow(id, title, await pair(lab.run, peer.fresh, { runs }), goal, titleOf(name));
    },
  });

const oneStep = async (setting) => {
  const steps = chain(1);
  const lab = await prepared(forLab(join(setting.folder, 'one-peers'), steps));
  const same = { ...setting, steps, lab };
  const s3 = {
    ...{ 'npm run wireit': 1 / 6, wireit: 1 / 2.5, nx: 1 / 15, turbo: 1 / 6, dbos: 1 / 5 },
    ...{ restate: undefined, openworkflow: undefined, ansible: 1 / 15, snakemake: 1 / 15 },
    ...{ moon: undefined, doit: undefined, 'listr2+execa+lowdb': undefined },
  };
  return [
    ...(await freshRuns('S3', 'run of one step', { ...same, goals: s3 })),
    ...(await freshRuns('S4', 'run of one step', { ...same, goals: { mise: 1.8, make: undefined, just: undefined } })),
  ];
};

/** Of these a step costs a third of a second. */
const slow = ['ansible', 'turbo'];

/** What one more step costs, from a short run and a long one. */
const oneMore = (few, many, more) => ({ wall: (many.wall - few.wall) / more, cpu: (many.cpu - few.cpu) / more });

const oneMoreStep = async ({ folder, found, runs }) => {
  const own = {};
  for (const length of [10, 100]) own[length] = await prepared(forLab(join(folder, `more-${length}`), chain(length)));
  const goals = {
    ...{ dbos: 3, restate: 3, openworkflow: 2 },
    ...{ wireit: 3, 'listr2+execa+lowdb': 3, snakemake: 5, nx: 7, ansible: 80, turbo: 80 },
    ...{ moon: undefined, mise: undefined, doit: undefined, just: undefined },
  };
  return perPeer('P2', 'one more step', {
    ...{ found, goals },
    measure: async ({ name, tool, goal }) => {
      const isSlow = slow.includes(name);
      const pairs = async (ours, length) => {
        const place = join(folder, `more-${name}-${length}`);
        const peer = await given(name, tool, { folder: place, steps: chain(length) });
        return pair(own[ours].run, peer.fresh, isSlow ? { runs: 1, warm: 0 } : { runs });
      };
      const few = await pairs(10, 10);
      const many = await pairs(100, isSlow ? 30 : 100);
      const lab = oneMore(few.a, many.a, 90);
      const peer = oneMore(few.b, many.b, isSlow ? 20 : 90);
      const better = { wall: peer.wall / lab.wall, cpu: peer.cpu / lab.cpu };
      return {
        id: 'P2',
        what: `one more step: ${name} ÷ lab`,
        figure: `${times(better.wall)} (CPU ${times(better.cpu)})`,
        detail: `${ms(peer.wall)}, CPU ${ms(peer.cpu)} for ${titleOf(name)} against ${ms(lab.wall)}, CPU ${ms(lab.cpu)}`,
        ...(goal !== undefined && { goal: `>= ${goal} x`, met: Math.max(better.wall, better.cpu) >= goal }),
      };
    },
  });
};

/** A chain of 20 that failed half-way, and then goes on at once: who waits for a lease of the process that ended waits in the figure. */
const resumes = async ({ folder, found, runs }) => {
  const [length, half] = [20, 10];
  const steps = failing(chain(length), half);
  const lab = forLab(join(folder, 'resume-peers'), steps, { satisfied: 'once' });
  const { argv, cwd } = lab.first();
  await run(argv, { cwd });
  writeFileSync(join(lab.folder, 'mended'), '');
  const resume = () => {
    const state = lab.fresh();
    cpSync(argv.at(-1), state, { recursive: true });
    return lab.again(state, ['resume']);
  };
  const goals = {
    ...{ dbos: 1 / 10, openworkflow: 1 / 100, restate: 1 / 5, ansible: 1 / 20, snakemake: 1 / 5 },
    ...{ wireit: undefined, nx: undefined, turbo: undefined },
  };
  return perPeer('R2', `resume of ${length} with ${half} left`, {
    ...{ found, goals },
    measure: async ({ name, tool, title, goal }) => {
      const place = join(folder, `resume-${name}`);
      const peer = await given(name, tool, { folder: place, steps, cached: name !== 'ansible', at: half });
      // Half a minute each.
      const few = name === 'openworkflow' ? Math.min(runs, 2) : runs;
      return ratioRow('R2', title, await pair(resume, peer.resume, { runs: few, warm: 0 }), goal, titleOf(name));
    },
  });
};

const nothingToDo = async (setting, id, length, goals) => {
  const { folder, found, runs } = setting;
  const lab = await prepared(forLab(join(folder, `again-peers-${length}`), chain(length), { satisfied: 'once' }));
  const state = join(lab.folder, 'known');
  return perPeer(id, `nothing to do, ${length} steps`, {
    ...{ found, goals },
    measure: async ({ name, tool, title, goal }) => {
      const place = join(folder, `again-${name}-${length}`);
      const peer = await given(name, tool, { folder: place, steps: chain(length), cached: true });
      await peer.finish();
      const few = name === 'ansible' ? 1 : Math.min(runs, 3);
      const measured = await pair(() => lab.again(state), peer.again, { runs: few, warm: name === 'ansible' ? 0 : 1 });
      return ratioRow(id, title, measured, goal, name);
    },
  });
};

const again = async (setting) => [
  ...(await nothingToDo(setting, 'N2', 100, {
    ...{ wireit: 1 / 6, nx: 1 / 20, snakemake: 1 / 12, moon: 1 / 20 },
    ...(setting.full && { ansible: 1 / 300 }),
  })),
  ...(await nothingToDo(setting, 'N2', 1000, { doit: 1 / 4, ...(setting.full && { wireit: 1 / 20 }) })),
  ...(await nothingToDo(setting, 'N3', 100, { turbo: undefined, make: undefined, ninja: undefined })),
  ...(setting.full ? await nothingToDo(setting, 'N3', 10_000, { make: undefined, ninja: undefined }) : []),
];

export const againstPeers = async (setting) => {
  const rows = [];
  for (const part of [oneStep, oneMoreStep, resumes, again]) rows.push(...(await part(setting)));
  return rows;
};
