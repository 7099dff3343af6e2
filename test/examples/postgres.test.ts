// The example of another kind, for real: a PostgreSQL deployed, broken, healed, killed, resumed and taken down by its own files.
import { execFile } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, openLab, outcomesOf, textOfFile } from '../rig/lab.ts';

const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
const bin = versions.map((version) => `/usr/lib/postgresql/${version}/bin`).find((dir) => existsSync(`${dir}/initdb`));
const why = bin === undefined ? ' (skipped: PostgreSQL is not installed; scripts/prepare-tests.sh does that)' : '';

const example = fileURLToPath(new URL('../../examples/postgres', import.meta.url));
const run = promisify(execFile);

interface Copy {
  readonly dir: string;
  readonly lab: Lab;
  /** What SQL prints, asked as root of the database. */
  sql(variant: string, statement: string): Promise<string>;
  serverPid(variant: string): number;
  [Symbol.asyncDispose](): Promise<void>;
}

const openCopy = (): Copy => {
  const dir = mkdtempSync(join(tmpdir(), 'lab-pg-'));
  // The user that the server runs as has to get through to its folder.
  chmodSync(dir, 0o755);
  cpSync(example, dir, { recursive: true });
  const lab = openLab(dir);
  return {
    ...{ dir, lab },
    async sql(variant, statement) {
      const to = ['-X', '-tA', '-h', join(dir, `data-${variant}`), '-p', '5432', '-U', 'postgres', '-d', 'shop'];
      return (await run(`${bin}/psql`, [...to, '-c', statement], { timeout: 60_000 })).stdout.trim();
    },
    serverPid: (variant) =>
      Number(readFileSync(join(dir, `data-${variant}/data/postmaster.pid`), 'utf8').split('\n')[0]),
    async [Symbol.asyncDispose]() {
      await lab[Symbol.asyncDispose]();
      for (const pid of serversIn(dir)) process.kill(pid, 'SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

/** Servers whose data lies below the folder. */
const serversIn = (dir: string): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && textOfFile(`/proc/${name}/cmdline`).includes(`-D\0${dir}/`))
    .map(Number);

const changed = (stdout: string): readonly string[] =>
  Object.entries(outcomesOf(stdout))
    .filter(([, outcome]) => outcome === 'changed')
    .map(([address]) => address)
    .sort();

interface Plan {
  readonly steps: readonly { readonly address: string; readonly verdict: string; readonly reason: string }[];
}

const toRun = async (lab: Lab): Promise<Readonly<Record<string, string>>> => {
  const { steps } = JSON.parse((await lab.run('plan', '--json')).stdout) as Plan;
  return Object.fromEntries(
    steps.filter(({ verdict }) => verdict === 'run').map(({ address, reason }) => [address, reason]),
  );
};

describe.skipIf(bin === undefined)(`the database of the example${why}`, () => {
  let copy: Copy;
  let lab: Lab;
  beforeAll(async () => {
    copy = openCopy();
    lab = copy.lab;
    const deployed = await lab.run('run', 'deploy', '--variant', 'dev', '--json');
    expect(deployed.stderr).toBe('');
    expect(deployed.code).toBe(0);
  });
  afterAll(async () => {
    await copy[Symbol.asyncDispose]();
  });

  it('holds what its files say, and listens to nobody on the network', async () => {
    expect(await copy.sql('dev', 'select count(*) from customer')).toBe('1000');
    expect(
      await copy.sql('dev', 'select pg_get_userbyid(datdba) from pg_database where datname = current_database()'),
    ).toBe('shop');
    expect(await copy.sql('dev', "select current_setting('listen_addresses')")).toBe('');
    expect(await copy.sql('dev', "select current_setting('fsync')")).toBe('on');
    expect((await lab.run('run', 'verify', '--quiet')).code).toBe(0);
  });

  it('does not run as root', () => {
    const [, owner] = /^Uid:\s+(\d+)/m.exec(textOfFile(`/proc/${copy.serverPid('dev')}/status`)) ?? [];
    expect(Number(owner)).not.toBe(0);
  });

  it('is satisfied the second time, and nothing changes', async () => {
    const pid = copy.serverPid('dev');
    const again = await lab.run('run', 'deploy', '--json');
    expect(changed(again.stdout)).toEqual([]);
    expect(again.code).toBe(0);
    expect(copy.serverPid('dev')).toBe(pid);
  });

  it('is healed after its server was killed, by starting just that', async () => {
    process.kill(copy.serverPid('dev'), 'SIGKILL');
    await until(() => serversIn(copy.dir).length === 0);
    expect((await toRun(lab))['server']).toContain('the server is not running');
    const healed = await lab.run('run', 'deploy', '--json');
    expect(changed(healed.stdout)).toEqual(['server']);
    expect(healed.code).toBe(0);
  });

  it('is healed after a table was dropped, by the migrations that are missed and the seed', async () => {
    await copy.sql('dev', 'drop table purchase cascade');
    const plan = await toRun(lab);
    expect(Object.keys(plan)).toEqual(['migration[002-orders]', 'migration[003-revenue]', 'seed']);
    expect(plan['migration[002-orders]']).toMatch(/applied, but .*purchase.* is gone/);
    const healed = await lab.run('run', 'deploy', '--json');
    expect(changed(healed.stdout)).toEqual(['migration[002-orders]', 'migration[003-revenue]', 'seed']);
    expect((await lab.run('run', 'verify', '--quiet')).code).toBe(0);
  });

  it('takes on a setting that changed, by a server started anew', async () => {
    const healed = await lab.run('run', 'deploy', '--set', 'durable=false', '--json');
    expect(changed(healed.stdout)).toEqual(['server']);
    expect(await copy.sql('dev', "select current_setting('fsync')")).toBe('off');
    expect((await lab.run('run', 'deploy', '--set', 'durable=true', '--quiet')).code).toBe(0);
  });

  it('keeps later steps from running when a migration fails, and goes on once it is mended', async () => {
    const file = join(copy.dir, 'sql/migrations/004-notes.sql');
    const migrations = 'migrations=001-customers,002-orders,003-revenue,004-notes';
    writeFileSync(file, 'create table note (text text);\ninsert into notes values (1);\n');
    const failed = await lab.run('run', 'deploy', '--set', migrations, '--no-tty');
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('relation "notes" does not exist');
    expect(await copy.sql('dev', "select to_regclass('note') is null")).toBe('t');
    writeFileSync(file, "create table note (text text);\ninsert into note values ('1');\n");
    const resumed = await lab.run('resume', '--json');
    expect(resumed.code).toBe(0);
    expect(changed(resumed.stdout)).toEqual(['migration[004-notes]']);
  });

  it('refuses a migration that was edited after it was applied', async () => {
    const file = join(copy.dir, 'sql/migrations/001-customers.sql');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, `${text}-- edited\n`);
    const refused = await lab.run('run', 'deploy', '--no-tty');
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('001-customers was applied as it was before it was edited');
    writeFileSync(file, text);
    expect((await lab.run('resume', '--quiet')).code).toBe(0);
  });

  it('is left where it is by a deploy elsewhere, and taken down with that, completely', async () => {
    const elsewhere = join(copy.dir, 'elsewhere');
    const moved = await lab.run('run', 'deploy', '--set', `folder=${elsewhere}`, '--set', 'customers=10', '--no-tty');
    expect(moved.code).toBe(0);
    expect(moved.stdout).toContain(`still there: postgres-cluster ${join(copy.dir, 'data-dev')} (cluster)`);
    expect(serversIn(copy.dir)).toHaveLength(2);
    const down = await lab.run('run', 'teardown', '--no-tty');
    expect(down.code).toBe(0);
    expect(serversIn(copy.dir)).toEqual([]);
    expect(['data-dev', 'elsewhere'].filter((name) => existsSync(join(copy.dir, name)))).toEqual([]);
    expect((await lab.run('status')).stdout).toContain('Nothing is deployed.');
  });
});

describe.skipIf(bin === undefined)(`a deploy of the example that is killed${why}`, () => {
  it.each(['cluster', 'migration[001-customers]'])(
    'after %s is resumed to the same end, and taken down',
    async (step) => {
      await using copy = openCopy();
      const { lab } = copy;
      const deploy = lab.start('run', 'deploy', '--variant', 'test', '--json');
      await deploy.event((event) => event.type === 'step.finished' && event.address === step);
      deploy.child.kill('SIGKILL');
      await deploy.ended;
      const finished = deploy.events.flatMap((event) => (event.type === 'step.finished' ? [event.address] : []));
      const resumed = await lab.run('resume', '--survivors', 'wait', '--json');
      expect(resumed.code).toBe(0);
      expect(changed(resumed.stdout).filter((address) => finished.includes(address))).toEqual([]);
      expect(await copy.sql('test', 'select count(*) from customer')).toBe('25');
      expect(await copy.sql('test', "select current_setting('fsync')")).toBe('off');
      expect((await lab.run('run', 'verify', '--quiet')).code).toBe(0);
      expect((await lab.run('run', 'teardown', '--quiet')).code).toBe(0);
      expect(serversIn(copy.dir)).toEqual([]);
      expect(existsSync(join(copy.dir, 'data-test'))).toBe(false);
    },
  );
});

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
};
