// Build tools and runners of plain commands. A file for each step that is done is all the state that make and ninja have.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inside, which } from './where.mjs';

const done = (ids) => ids.map((id) => `done/${id}`).join(' ');

export const make = {
  where: () => which('make'),
  write: ({ folder, steps, jobs, tool }) => {
    mkdirSync(join(folder, 'done'), { recursive: true });
    const rules = steps.map(({ id, needs, argv }) => `done/${id}: ${done(needs)}\n\t@${argv.join(' ')} && touch $@`);
    writeFileSync(join(folder, 'Makefile'), `all: ${done(steps.map(({ id }) => id))}\n${rules.join('\n')}\n`);
    return { argv: [tool, '-s', `-j${jobs}`] };
  },
};

export const ninja = {
  where: () => which('ninja'),
  write: ({ folder, steps, jobs, tool }) => {
    const commands = [...new Set(steps.map(({ argv }) => argv.join(' ')))];
    const rules = commands.map((text, at) => `rule r${at}\n  command = ${text} && touch $out\n`);
    const builds = steps.map(
      ({ id, needs, argv }) => `build done/${id}: r${commands.indexOf(argv.join(' '))} ${done(needs)}\n`,
    );
    writeFileSync(join(folder, 'build.ninja'), `${rules.join('')}${builds.join('')}`);
    return { argv: [tool, '--quiet', `-j${jobs}`] };
  },
};

/** Its recipes run side by side only where they are marked so. */
export const just = {
  where: (root) => inside(root, 'rust-just/node_modules/rust-just-linux-x64/bin/just') ?? which('just'),
  write: ({ folder, steps, jobs, tool }) => {
    const mark = jobs > 1 ? '[parallel]\n' : '';
    const recipes = steps.map(({ id, needs, argv }) => `${mark}${id}: ${needs.join(' ')}\n  @${argv.join(' ')}\n`);
    writeFileSync(join(folder, 'justfile'), `${mark}all: ${steps.map(({ id }) => id).join(' ')}\n${recipes.join('')}`);
    return { argv: [tool, '--quiet', 'all'] };
  },
};

export const mise = {
  where: (root) => inside(root, 'jdxcode-mise/node_modules/@jdxcode/mise/bin/mise') ?? which('mise'),
  write: ({ folder, steps, jobs, tool }) => {
    const list = (names) => `[${names.map((name) => `"${name}"`).join(', ')}]`;
    const tasks = steps.map(
      ({ id, needs, argv }) => `[tasks.${id}]\nrun = "${argv.join(' ')}"\ndepends = ${list(needs)}\n`,
    );
    const all = `[tasks.all]\ndepends = ${list(steps.map(({ id }) => id))}\n`;
    writeFileSync(join(folder, 'mise.toml'), `${tasks.join('')}${all}`);
    const home = join(folder, '..', 'mise');
    const env = {
      ...{ MISE_OFFLINE: '1', MISE_YES: '1', MISE_TRUSTED_CONFIG_PATHS: '/' },
      ...{ MISE_DATA_DIR: `${home}/data`, MISE_CACHE_DIR: `${home}/cache`, MISE_STATE_DIR: `${home}/state` },
    };
    return { argv: [tool, 'run', '--quiet', '--jobs', String(jobs), 'all'], env };
  },
};
