// postgres.sql makes the server do something, postgres.query asks it something. Both reach the server, the role and the database
// that PGHOST, PGUSER and PGDATABASE of the step name, and nothing else: psql is told by arguments, which outrank all settings.
import { defineProbe, defineStep, type StepContext, StepError, z } from 'lab';
import { programs } from './postgres-world.ts';

type Variables = Readonly<Record<string, string | number>>;

const variables = z
  .record(z.string().regex(/^[a-z_]+$/), z.union([z.string(), z.number()]))
  .default({})
  .describe(`Values for the SQL, which psql quotes: :'name' as text, :"name" as an identifier, :name as it is`);

const script = z
  .strictObject({
    sql: z.string().optional().describe('The statements'),
    file: z.string().optional().describe('Or a file with them, relative to the project'),
    variables,
    transaction: z
      .boolean()
      .default(true)
      .describe('All or nothing; some statements, such as create database, need false'),
  })
  .refine(({ sql, file }) => (sql === undefined) !== (file === undefined), 'either `sql` or `file`');

/** Runs SQL and returns what it printed. @throws StepError with PostgreSQL's own words. */
export const psql = async (context: StepContext, sql: string, given: Variables = {}, more: readonly string[] = []) => {
  const { PGHOST = '', PGUSER = 'postgres', PGDATABASE = 'postgres' } = context.env;
  const server = [`--host=${PGHOST}`, '--port=5432', `--username=${PGUSER}`, `--dbname=${PGDATABASE}`];
  const form = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1'];
  const values = Object.entries(given).map(([name, value]) => `--set=${name}=${value}`);
  const program = `${await programs(context, PGHOST)}/psql`;
  const argv = [program, ...server, ...form, ...values, ...more, '--file=-'];
  const { exitCode, stdout, stderr } = await context.command(argv, { stdin: sql, quiet: true });
  if (exitCode === 0) return stdout.trim();
  const tail = stderr.trimEnd().split('\n');
  // The first line says what is wrong; the ones below it point at the place.
  const message = tail[0]?.replace(/^psql:(<stdin>:\d+:)?\s*(error:)?\s*/, '') || 'psql gave no answer';
  throw new StepError(message, { command: argv.join(' '), tail });
};

export const postgresSql = defineStep({
  name: 'postgres.sql',
  summary: 'Statements for the server; its health checks say whether they are still needed',
  input: script,
  files: ({ file }) => (file === undefined ? [] : [file]),
  describe: ({ sql, file }) => `psql: ${file ?? sql?.trim()}`,
  async run({ sql, file, variables, transaction }, context) {
    const text = file === undefined ? sql : await context.host.readFile(`${context.projectDir}/${file}`);
    if (text === undefined) throw new StepError(`there is no file ${file}`);
    await psql(context, text, variables, transaction ? ['--single-transaction'] : []);
    return {};
  },
});

export const postgresQuery = defineProbe({
  name: 'postgres.query',
  summary: 'One query; holds when it yields a row',
  input: z.strictObject({ query: z.string().describe('A select, without a semicolon'), variables }),
  values: { rows: 'the rows, each a map from column to value' },
  describe: ({ query }) => query,
  async look({ query, variables }, context) {
    const text = await psql(context, `select coalesce(json_agg(row), '[]') from (${query}) as row;`, variables);
    const rows = JSON.parse(text) as readonly unknown[];
    return { holds: rows.length > 0, saw: told(rows), values: { rows } };
  },
});

const told = (rows: readonly unknown[]): string => {
  if (rows.length === 0) return 'no row';
  const text = rows
    .map((row) =>
      Object.values(row as object)
        .map(String)
        .join(' '),
    )
    .join(', ');
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
};
