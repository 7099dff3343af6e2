// postgres.server: the running server, with exactly the settings the workflow names, reached by a socket in its folder.
import { defineStep, type StepContext, StepError, z } from 'lab';
import { asUser, type Cluster, clusterInput, dataOf, programs, serverPid, stopServer } from './postgres-world.ts';

const input = clusterInput.extend({
  settings: z
    .record(z.string().regex(/^[a-z_]+$/), z.string().regex(/^[\w.]+$/))
    .default({})
    .describe('What else to say in postgresql.conf'),
});
type Server = z.output<typeof input>;

const configuration = ({ folder, settings }: Server): string =>
  Object.entries({ listen_addresses: '', port: '5432', unix_socket_directories: folder, ...settings })
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join('');

const configurationFile = (cluster: Cluster): string => `${dataOf(cluster)}/postgresql.conf`;

const answers = async ({ folder }: Server, context: StepContext): Promise<boolean> => {
  const argv = [`${await programs(context, folder)}/pg_isready`, '-q', '-h', folder, '-p', '5432'];
  return (await context.command(argv, { quiet: true })).exitCode === 0;
};

export const postgresServer = defineStep({
  name: 'postgres.server',
  summary: 'The server of a cluster, running with these settings and answering',
  input,
  outputs: { pid: 'its first process' },
  describe: ({ folder }) => `pg_ctl start in ${folder}`,
  creates: ({ folder }) => [{ kind: 'postgres-server', name: folder, within: `postgres-cluster/${folder}` }],
  async check(server, context) {
    const pid = await serverPid(server, context);
    if (pid === undefined) return { holds: false, saw: 'the server is not running' };
    const configured = (await context.host.readFile(configurationFile(server))) === configuration(server);
    if (!configured) return { holds: false, saw: 'the server runs with other settings' };
    const holds = await answers(server, context);
    return { holds, saw: holds ? `pid ${pid} answers` : `pid ${pid} does not answer`, outputs: { pid } };
  },
  async run(server, context) {
    // Stopped before the file is written: so whatever runs has read what the file says, even if this is killed in between.
    await stopServer(server, context);
    await context.host.writeFile(configurationFile(server), configuration(server), 0o644);
    await start(server, context);
    return { pid: await serverPid(server, context) };
  },
  undo: (server, context) => stopServer(server, context),
  async absent(server, context) {
    const pid = await serverPid(server, context);
    return { holds: pid === undefined, saw: pid === undefined ? 'not running' : `pid ${pid} still runs` };
  },
});

const start = async (server: Server, context: StepContext): Promise<void> => {
  const log = `${dataOf(server)}/server.log`;
  const pgCtl = `${await programs(context, server.folder)}/pg_ctl`;
  const argv = [...asUser(server, context), pgCtl, 'start', '-w', '-t', '60', '-l', log, '-D', dataOf(server)];
  // In the background: the server is to outlive this run.
  const { exitCode } = await context.command(argv, { cwd: '/', background: true });
  if (exitCode === 0) return;
  const tail = ((await context.host.readFile(log)) ?? '').trimEnd().split('\n').slice(-5);
  throw new StepError(`the server did not start: ${tail.at(-1)}`, { command: argv.join(' '), tail });
};
