// What the types of this project share: where PostgreSQL is, whom it runs as, how a cluster is reached and its server found.
import { type StepContext, StepError, z } from 'lab';

/** The name of a socket may have 107 bytes, and PostgreSQL appends its own to the folder. */
const longestFolder = 107 - '/.s.PGSQL.5432'.length;

export const clusterInput = z.strictObject({
  folder: z
    .string()
    .startsWith('/', 'an absolute folder')
    .max(longestFolder, `at most ${longestFolder} characters, or its socket gets no name; choose another folder`)
    .describe('Where the cluster and its socket live; absolute'),
  user: z
    .string()
    .default('postgres')
    .describe('Whom it belongs to when root makes it: PostgreSQL refuses to run as root'),
});
export type Cluster = z.output<typeof clusterInput>;

export const dataOf = ({ folder }: Cluster): string => `${folder}/data`;

/** The folder of the programs that fit the cluster; of the newest ones before it is made. @throws StepError when they are not installed. */
export const programs = async (context: StepContext, folder: string): Promise<string> => {
  const own = (await context.host.readFile(`${folder}/data/PG_VERSION`))?.trim();
  const installed = (await context.host.list('/usr/lib/postgresql')).filter((name) => /^\d+$/.test(name));
  const wanted = own ?? installed.sort((a, b) => Number(b) - Number(a))[0];
  if (wanted === undefined) throw new StepError('PostgreSQL is not installed; try: apt-get install postgresql');
  if (!installed.includes(wanted))
    throw new StepError(
      `the cluster is one of PostgreSQL ${wanted}, and ${installed.join(', ') || 'none'} is installed`,
    );
  return `/usr/lib/postgresql/${wanted}/bin`;
};

/** What stands before a command that must not run as root. */
export const asUser = ({ user }: Cluster, context: StepContext): readonly string[] =>
  context.host.uid === 0 ? ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', '--'] : [];

/** The first process of the server, by its pid file; undefined when it is not running. */
export const serverPid = async (cluster: Cluster, context: StepContext): Promise<number | undefined> => {
  const text = await context.host.readFile(`${dataOf(cluster)}/postmaster.pid`);
  const pid = Number(text?.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  // The number may belong to somebody else by now.
  const command = await context.host.readFile(`/proc/${pid}/cmdline`).catch(() => undefined);
  return command?.split('\0').includes(dataOf(cluster)) === true ? pid : undefined;
};

export const stopServer = async (cluster: Cluster, context: StepContext): Promise<void> => {
  if ((await serverPid(cluster, context)) === undefined) return;
  const pgCtl = `${await programs(context, cluster.folder)}/pg_ctl`;
  const argv = [pgCtl, 'stop', '-w', '-m', 'fast', '-D', dataOf(cluster)];
  await context.must([...asUser(cluster, context), ...argv], { cwd: '/' });
};
