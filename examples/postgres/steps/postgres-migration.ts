// postgres.migration: one SQL file applied once, in one transaction with the line that remembers it.
import { defineStep, type StepContext, StepError, z } from 'lab';

const input = z.strictObject({
  file: z.string().describe('The SQL, relative to the project'),
  name: z.string().describe('What it is remembered as, in the table schema_migrations'),
});

const psql = (context: StepContext, variables: Readonly<Record<string, string>>, sql: string) =>
  context.must(
    [
      ...['psql', '--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1'],
      ...Object.entries(variables).map(([name, value]) => `--set=${name}=${value}`),
      ...['--single-transaction', '--file=-'],
    ],
    { stdin: sql },
  );

const table = `set client_min_messages = warning;
create table if not exists schema_migrations (name text primary key, sha256 text not null, at timestamptz default now());
`;

export const postgresMigration = defineStep({
  name: 'postgres.migration',
  summary: 'One SQL file, applied exactly once to the database that PGDATABASE names',
  input,
  files: ({ file }) => [file],
  describe: ({ name }) => `apply ${name}`,
  async check({ file, name }, context) {
    const known = "select to_regclass('schema_migrations') is not null";
    if ((await psql(context, {}, known)).stdout.trim() !== 't') return { holds: false, saw: 'nothing was applied yet' };
    const query = `select sha256 from schema_migrations where name = :'name'`;
    const applied = (await psql(context, { name }, query)).stdout.trim();
    if (applied === '') return { holds: false, saw: 'not applied' };
    const sha256 = await context.host.hashFile(`${context.projectDir}/${file}`);
    return applied === sha256
      ? { holds: true, saw: 'applied' }
      : { holds: false, saw: 'applied, but the file says something else now' };
  },
  async run({ file, name }, context) {
    const path = `${context.projectDir}/${file}`;
    const [text, sha256] = await Promise.all([context.host.readFile(path), context.host.hashFile(path)]);
    if (text === undefined || sha256 === undefined) throw new StepError(`there is no file ${file}`);
    const applied = (await psql(context, { name }, `${table}select 1 from schema_migrations where name = :'name';`))
      .stdout;
    if (applied.trim() !== '')
      throw new StepError(`${name} was applied as it was before it was edited; put it back, and add a new migration`);
    // The file and the line that remembers it share a transaction: a kill at any instant leaves both or neither.
    const remember = `insert into schema_migrations (name, sha256) values (:'name', :'sha256');`;
    await psql(context, { name, sha256 }, `${text}\n;${remember}\n`);
    return {};
  },
});
