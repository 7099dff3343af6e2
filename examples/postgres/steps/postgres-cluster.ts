// postgres.cluster: the folder with the data, made in one go, so that half a cluster is never taken for a whole one.
import { defineStep, type StepContext, StepError } from 'lab';
import { asUser, type Cluster, clusterInput, dataOf, programs, stopServer } from './postgres-world.ts';

export const postgresCluster = defineStep({
  name: 'postgres.cluster',
  summary: 'A PostgreSQL cluster in a folder of its own that nobody else may enter',
  input: clusterInput,
  describe: ({ folder }) => `initdb in ${folder}`,
  creates: ({ folder }) => [{ kind: 'postgres-cluster', name: folder }],
  async check(cluster, context) {
    const version = (await context.host.readFile(`${dataOf(cluster)}/PG_VERSION`))?.trim();
    return { holds: version !== undefined, saw: version ? `PostgreSQL ${version}` : 'there is no cluster' };
  },
  async run(cluster, context) {
    await makeFolder(cluster, context);
    // What a killed initdb left lies under another name; only the whole cluster gets the real one.
    const draft = `${dataOf(cluster)}.new`;
    await context.must(['rm', '-rf', '--', draft]);
    const initdb = [`${await programs(context, cluster.folder)}/initdb`, '-D', draft, '-U', 'postgres', '-E', 'UTF8'];
    // Whoever may enter the folder of the socket is let in; nobody comes over the network.
    const access = ['--locale=C.UTF-8', '--auth-local=trust', '--auth-host=reject'];
    await context.must([...asUser(cluster, context), ...initdb, ...access], { cwd: '/' });
    await context.must(['mv', '-T', '--', draft, dataOf(cluster)]);
    return {};
  },
  async undo(cluster, context) {
    await stopServer(cluster, context);
    await context.must(['rm', '-rf', '--', cluster.folder]);
  },
  async absent({ folder }, context) {
    const there = await context.host.stat(folder);
    return { holds: there === undefined, saw: there ? `${folder} is still there` : 'gone' };
  },
});

const makeFolder = async (cluster: Cluster, context: StepContext): Promise<void> => {
  const { folder, user } = cluster;
  const owner = context.host.uid === 0 ? ['-o', user, '-g', user] : [];
  await context.must(['install', '-d', '-m', '700', ...owner, '--', folder]);
  const entered = await context.command([...asUser(cluster, context), 'test', '-x', folder], { cwd: '/', quiet: true });
  if (entered.exitCode !== 0)
    throw new StepError(
      `${user} may not enter ${folder}, because of a folder above it; choose another with --set folder=`,
    );
};
