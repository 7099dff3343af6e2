// A task list, a way to start programs and a file with state, put together as one would: the whole state is written as each step
// starts and ends.
import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { Listr } from 'listr2';
import { JSONFilePreset } from 'lowdb/node';

const { steps } = JSON.parse(readFileSync('work.json', 'utf8'));
const state = await JSONFilePreset('state.json', { steps: {} });
const note = (id, what) => state.update(({ steps: all }) => Object.assign(all, { [id]: { ...all[id], ...what } }));

const tasks = steps.map(({ id, argv }) => ({
  title: id,
  skip: () => state.data.steps[id]?.status === 'done',
  task: async () => {
    await note(id, { status: 'running', startedAt: Date.now() });
    const { exitCode, stdout } = await execa(argv[0], argv.slice(1));
    await note(id, { status: 'done', exitCode, stdout, endedAt: Date.now() });
  },
}));
try {
  await new Listr(tasks, { renderer: 'simple' }).run();
} catch {
  process.exitCode = 1;
}
