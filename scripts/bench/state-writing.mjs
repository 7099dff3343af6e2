// What keeping state costs by itself: a line in the journal with what waits for it, against a whole file that is written anew.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { JSONFilePreset } from 'lowdb/node';
import { times } from './rows.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const count = 10_000;

/** The store's own journal: of the program nothing else is to be in the figure. */
const ownJournal = async () => {
  const outfile = join(root, 'dist/scripts/journal.mjs');
  const entry = join(root, 'src/store/journal.ts');
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external' });
  return (await import(pathToFileURL(outfile))).openJournal;
};

/** As a chain does it: the end of a step and the start of the next are on the disk before that one acts. */
const journalSeconds = async (folder) => {
  const journal = await (await ownJournal())(join(folder, 'journal.jsonl'));
  const began = performance.now();
  for (let at = 0; at < count; at += 1) {
    const [address, fingerprint] = [`s${at}`, 'f'.repeat(64)];
    const started = { type: 'step.started', address, attempt: 1, fingerprint, command: '/bin/true', creates: [] };
    const finished = { type: 'step.finished', address, outcome: 'changed', durationMs: 2, evidence: [], outputs: {} };
    const appended = [journal.append(started, Date.now())];
    if (at > 0) appended.push(journal.append({ ...finished, address: `s${at - 1}` }, Date.now()));
    await Promise.all(appended.map(({ durable }) => durable));
  }
  await journal.close();
  return (performance.now() - began) / 1000;
};

const sizes = [0, 1000, 2500, 5000, 7500, 10_000];
const writesEach = 5;

/** Two writes a step, of a file that grows meanwhile: measured at some sizes, and summed up between them. */
const lowdbSeconds = async (folder) => {
  const state = await JSONFilePreset(join(folder, 'state.json'), { steps: {} });
  const entry = { status: 'done', attempt: 1, startedAt: Date.now(), endedAt: Date.now(), exitCode: 0, stdout: '' };
  const costs = [];
  for (const size of sizes) {
    for (let at = Object.keys(state.data.steps).length; at < size; at += 1)
      state.data.steps[`s${at}`] = { id: `s${at}`, fingerprint: 'f'.repeat(64), ...entry };
    await state.write();
    const began = performance.now();
    for (let at = 0; at < writesEach; at += 1) await state.write();
    costs.push((performance.now() - began) / 1000 / writesEach);
  }
  const between = (at) => ((costs[at] + costs[at - 1]) / 2) * (sizes[at] - sizes[at - 1]) * 2;
  return sizes.slice(1).reduce((sum, _, at) => sum + between(at + 1), 0);
};

export const stateWriting = async ({ folder }) => {
  const place = join(folder, 'state-writing');
  mkdirSync(place);
  const [journal, lowdb] = [await journalSeconds(place), await lowdbSeconds(place)];
  return [
    {
      id: 'P5',
      what: `state writing alone, ${count} steps ÷ lowdb`,
      figure: times(journal / lowdb),
      detail: `${journal.toFixed(1)} s, synced, against ${lowdb.toFixed(0)} s, not synced (from the time of a write at ${sizes.length} sizes)`,
      goal: '<= 1/50',
      met: journal / lowdb <= 1 / 50,
    },
  ];
};
