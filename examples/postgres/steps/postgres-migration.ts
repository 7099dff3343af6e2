// postgres.migration: one SQL file applied once, in one transaction with the row that remembers it and what it made.
import { defineStep, type StepContext, StepError, z } from 'lab';
import { psql } from './postgres-sql.ts';

const input = z.strictObject({
  file: z.string().describe('The SQL, relative to the project'),
  name: z.string().describe('What it is remembered as, in the table schema_migrations'),
});

const relations = "from pg_class where relnamespace = 'public'::regnamespace";

const before = `set client_min_messages = warning;
create table if not exists schema_migrations (
  name text primary key, sha256 text not null, relations text[] not null, at timestamptz not null default now());
delete from schema_migrations where name = :'name';
select array_agg(oid) as known ${relations} \\gset
`;

/** What is there now and was not before the file: the tables, views and indexes it made. */
const remember = `insert into schema_migrations (name, sha256, relations)
  select :'name', :'sha256', array(select oid::regclass::text ${relations} and oid <> all(:'known'));`;

interface Applied {
  readonly sha256: string;
  /** What it made that is not there any more. */
  readonly gone: readonly string[];
}

const appliedAs = async (context: StepContext, name: string): Promise<Applied | undefined> => {
  const known = await psql(context, "select to_regclass('schema_migrations') is not null");
  if (known !== 't') return undefined;
  const query = `select json_build_object('sha256', sha256, 'gone',
    array(select each from unnest(relations) as each where to_regclass(each) is null))
    from schema_migrations where name = :'name'`;
  const text = await psql(context, query, { name });
  return text === '' ? undefined : (JSON.parse(text) as Applied);
};

export const postgresMigration = defineStep({
  name: 'postgres.migration',
  summary: 'One SQL file, applied exactly once to the database that PGDATABASE names',
  input,
  files: ({ file }) => [file],
  describe: ({ name }) => `apply ${name}`,
  async check({ file, name }, context) {
    const applied = await appliedAs(context, name);
    if (!applied) return { holds: false, saw: 'not applied' };
    if (applied.gone.length > 0) return { holds: false, saw: `applied, but ${applied.gone.join(', ')} is gone` };
    const sha256 = await context.host.hashFile(`${context.projectDir}/${file}`);
    const same = applied.sha256 === sha256;
    return { holds: same, saw: same ? 'applied' : 'applied, but the file says something else now' };
  },
  async run({ file, name }, context) {
    const path = `${context.projectDir}/${file}`;
    const [text, sha256] = await Promise.all([context.host.readFile(path), context.host.hashFile(path)]);
    if (text === undefined || sha256 === undefined) throw new StepError(`there is no file ${file}`);
    const applied = await appliedAs(context, name);
    if (applied && applied.sha256 !== sha256)
      throw new StepError(`${name} was applied as it was before it was edited; put it back, and add a new migration`);
    // Its definition may have changed and changed back: what is there stays.
    if (applied?.gone.length === 0) return {};
    // A kill at any instant leaves both the file's work and the row, or neither.
    await psql(context, `${before}${text}\n;${remember}`, { name, sha256 }, ['--single-transaction']);
    return {};
  },
});
