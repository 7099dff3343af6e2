// What makes the same promise: that a step that is done is not done again. Each is a short program with steps in it.
import { cpSync, existsSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { postgresql, restateServer } from './servers.mjs';
import { inside, which } from './where.mjs';

const program = (name) => fileURLToPath(new URL(`programs/${name}`, import.meta.url));
const work = ({ folder, steps }) => writeFileSync(join(folder, 'work.json'), JSON.stringify({ steps }));

/** The libraries one would take at first. */
export const libraries = {
  where: () => (existsSync(program('libraries.mjs')) ? program('libraries.mjs') : undefined),
  write: (setting) => {
    work(setting);
    return { argv: [process.execPath, setting.tool] };
  },
};

/** Where Debian has PostgreSQL's programs, which it does not put on the path. */
const wherePostgres = async () => {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).toSorted((a, b) => b - a) : [];
  const programs = versions
    .map((version) => join(root, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'postgres')));
  return programs ?? (await which('postgres'))?.replace(/\/postgres$/, '');
};

/** A program beside the packages it imports, and the server it records in. */
const durable = ({ name, packages, server, whereServer, start, setUp }) => ({
  server,
  where: async (root) => {
    const [modules, found] = [inside(root, `${packages}/node_modules`), await whereServer(root)];
    return modules && found && { modules, found };
  },
  write: async (setting) => {
    const { folder, tool } = setting;
    work(setting);
    symlinkSync(tool.modules, join(folder, 'node_modules'));
    for (const file of [`${name}.mjs`, 'work.mjs']) cpSync(program(file), join(folder, file));
    return { argv: [process.execPath, `${name}.mjs`], env: await start(tool.found), setUp };
  },
});

const onPostgres = { server: 'PostgreSQL', whereServer: wherePostgres, start: postgresql };
export const dbos = durable({ name: 'dbos', packages: 'dbos-inc-dbos-sdk', ...onPostgres });
export const openworkflow = durable({ name: 'openworkflow', packages: 'openworkflow', ...onPostgres });

const restateProgram = 'restatedev-restate-server/node_modules/@restatedev/restate-server-linux-x64/bin/restate-server';
export const restate = durable({
  ...{ name: 'restate', packages: 'restatedev-restate-sdk', server: 'restate-server', start: restateServer },
  whereServer: (root) => inside(root, restateProgram),
  setUp: `'${process.execPath}' restate.mjs register`,
});
