// What makes the same promise: that a step that is done is not done again. Both are short programs with steps in them.
import { cpSync, existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inside } from './where.mjs';

const program = (name) => fileURLToPath(new URL(`programs/${name}`, import.meta.url));
const work = ({ folder, steps, jobs }) => writeFileSync(join(folder, 'work.json'), JSON.stringify({ steps, jobs }));

/** The libraries one would take at first. */
export const libraries = {
  where: () => (existsSync(program('libraries.mjs')) ? program('libraries.mjs') : undefined),
  write: (setting) => {
    work(setting);
    return { argv: [process.execPath, setting.tool] };
  },
};

/** Needs a PostgreSQL, named by BENCH_POSTGRES (its URL with a database); that server's own work is not in the figures. */
export const dbos = {
  where: (root) => process.env.BENCH_POSTGRES && inside(root, 'dbos-inc-dbos-sdk/node_modules'),
  write: (setting) => {
    work(setting);
    symlinkSync(setting.tool, join(setting.folder, 'node_modules'));
    cpSync(program('dbos.mjs'), join(setting.folder, 'dbos.mjs'));
    return { argv: [process.execPath, 'dbos.mjs'] };
  },
};
