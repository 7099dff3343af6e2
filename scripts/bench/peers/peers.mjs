// The programs lab is held against, by name, and how each is given work: afresh in a copy of its folder, or again where it was done.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../measure.mjs';
import * as buildTools from './build-tools.mjs';
import { dbos, libraries, openworkflow, restate } from './engines.mjs';
import { moon, npmWireit, nx, turbo, wireit } from './node-tools.mjs';
import * as pythonTools from './python-tools.mjs';

const peers = {
  ...buildTools,
  ...{ wireit, 'npm run wireit': npmWireit, turbo, nx, moon },
  ...pythonTools,
  ...{ 'listr2+execa+lowdb': libraries, dbos, openworkflow, restate },
};

/** Those that are there: where, by name. */
export const findPeers = async (root) => {
  const found = {};
  for (const [name, { where }] of Object.entries(peers)) {
    const tool = await where(root);
    if (tool) found[name] = tool;
  }
  return found;
};

/** Its name, and whose work its figures leave out. */
export const titleOf = (name) => {
  const { server } = peers[name];
  return server ? `${name} (without what ${server} does)` : name;
};

const prepare = async (setUp, where) => {
  const { code, stderr } = await run(['bash', '-c', setUp], where);
  if (code !== 0) throw new Error(`${setUp} ended with ${code}: ${stderr}`);
};

/**
 * Gives a peer its work. `fresh()` is a run of it in a copy in which nothing is done; `again()`, once `finish()` has run, one in which
 * all is; `resume()`, one that goes on from step `at`, where a run has just ended as that step fails until it is mended.
 */
export const given = async (name, tool, { folder, steps, jobs = 1, cached = false, at = 0 }) => {
  mkdirSync(folder, { recursive: true });
  const { argv, env, setUp, resume = () => argv } = await peers[name].write({ folder, steps, jobs, tool, cached });
  if (setUp) await prepare(setUp, { cwd: folder, env });
  let count = 0;
  const copy = () => {
    count += 1;
    cpSync(folder, `${folder}-${count}`, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    return `${folder}-${count}`;
  };
  return {
    fresh: () => ({ argv, cwd: copy(), env }),
    finish: () => run(argv, { cwd: folder, env }),
    again: () => ({ argv, cwd: folder, env }),
    resume: async () => {
      const cwd = copy();
      const { code } = await run(argv, { cwd, env });
      if (code === 0) throw new Error(`${name} did not fail at step ${at}`);
      for (const place of name === 'turbo' ? ['p/mended'] : ['mended']) writeFileSync(join(cwd, place), '');
      return { argv: resume(at), cwd, env };
    },
  };
};
