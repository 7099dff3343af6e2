// What the step types of this project share: where PostgreSQL is, whom it runs as, and whether a cluster's server is up.
import { type StepContext, StepError } from 'lab';

export interface Cluster {
  readonly folder: string;
  /** PostgreSQL refuses to run as root; root hands its programs over to this user. */
  readonly user: string;
}

export const dataOf = ({ folder }: Cluster): string => `${folder}/data`;
export const socketsOf = ({ folder }: Cluster): string => `${folder}/sockets`;

/** The newest PostgreSQL that Debian's packages brought. @throws StepError when there is none. */
export const programs = async (context: StepContext): Promise<string> => {
  const versions = (await context.host.list('/usr/lib/postgresql')).filter((name) => /^\d+$/.test(name)).map(Number);
  const newest = versions.sort((a, b) => b - a)[0];
  if (newest === undefined) throw new StepError('PostgreSQL is not installed; try: apt-get install postgresql');
  return `/usr/lib/postgresql/${newest}/bin`;
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
  const pgCtl = `${await programs(context)}/pg_ctl`;
  const argv = [pgCtl, 'stop', '-w', '-m', 'fast', '-D', dataOf(cluster)];
  await context.must([...asUser(cluster, context), ...argv], { cwd: '/' });
};
