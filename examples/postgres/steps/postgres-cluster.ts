// postgres.cluster: the folder with the data, made in one go, so that half a cluster is never taken for a whole one.
import { defineStep, z } from 'lab';
import { asUser, dataOf, programs, socketsOf, stopServer } from './postgres-world.ts';

const input = z.strictObject({
  folder: z.string().startsWith('/').describe('Where the cluster lives; absolute'),
  user: z.string().default('postgres').describe('Whom it belongs to when root makes it'),
});

export const postgresCluster = defineStep({
  name: 'postgres.cluster',
  summary: 'A PostgreSQL cluster of its own, with a folder for its socket that nobody else may enter',
  input,
  describe: ({ folder }) => `initdb in ${folder}`,
  creates: ({ folder }) => [{ kind: 'postgres-cluster', name: folder }],
  async check(cluster, context) {
    const version = (await context.host.readFile(`${dataOf(cluster)}/PG_VERSION`))?.trim();
    if (version === undefined) return { holds: false, saw: 'there is no cluster' };
    const sockets = await context.host.stat(socketsOf(cluster));
    return { holds: sockets !== undefined, saw: sockets ? `PostgreSQL ${version}` : 'the socket folder is gone' };
  },
  async run(cluster, context) {
    const owner = context.host.uid === 0 ? ['-o', cluster.user, '-g', cluster.user] : [];
    await context.must(['install', '-d', '-m', '700', ...owner, cluster.folder, socketsOf(cluster)]);
    if ((await context.host.stat(dataOf(cluster))) !== undefined) return {};
    // What a killed initdb left lies under another name; only the whole cluster gets the real one.
    const draft = `${dataOf(cluster)}.new`;
    await context.must(['rm', '-rf', '--', draft]);
    const initdb = [
      `${await programs(context)}/initdb`,
      '-D',
      draft,
      '-U',
      'postgres',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
    ];
    // Whoever may enter the socket folder is let in; everybody else needs a password.
    await context.must([...asUser(cluster, context), ...initdb, '--auth-local=trust', '--auth-host=scram-sha-256'], {
      cwd: '/',
    });
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
