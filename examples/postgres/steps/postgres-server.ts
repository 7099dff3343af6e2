// postgres.server: the running server, with exactly the settings the workflow names.
import { defineStep, type StepContext, z } from 'lab';
import { asUser, type Cluster, dataOf, programs, serverPid, socketsOf, stopServer } from './postgres-world.ts';

const input = z.strictObject({
  folder: z.string().startsWith('/').describe('The folder of its cluster'),
  user: z.string().default('postgres'),
  port: z.int().min(1024).max(65535).describe('On 127.0.0.1, and in the name of the socket'),
  settings: z
    .record(z.string().regex(/^[a-z_]+$/), z.string().regex(/^[\w.]+$/))
    .default({})
    .describe('What else to say in postgresql.conf'),
});
type Server = z.output<typeof input>;

const configuration = (server: Server): string =>
  Object.entries({
    listen_addresses: '127.0.0.1',
    port: `${server.port}`,
    unix_socket_directories: socketsOf(server),
    ...server.settings,
  })
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join('');

const configurationFile = (cluster: Cluster): string => `${dataOf(cluster)}/postgresql.conf`;

const answers = async (server: Server, context: StepContext): Promise<boolean> => {
  const argv = [`${await programs(context)}/pg_isready`, '-q', '-h', socketsOf(server), '-p', `${server.port}`];
  return (await context.command(argv, { quiet: true })).exitCode === 0;
};

export const postgresServer = defineStep({
  name: 'postgres.server',
  summary: 'The server of a cluster, running with these settings and answering',
  input,
  outputs: { pid: 'its first process' },
  describe: ({ folder, port }) => `pg_ctl start in ${folder}, port ${port}`,
  creates: ({ folder, port }) => [
    { kind: 'postgres-server', name: `port ${port}`, within: `postgres-cluster/${folder}` },
  ],
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
    const log = `${dataOf(server)}/server.log`;
    const argv = [`${await programs(context)}/pg_ctl`, 'start', '-w', '-t', '60', '-l', log, '-D', dataOf(server)];
    // In the background: the server is to outlive this run.
    await context.must([...asUser(server, context), ...argv], { cwd: '/', background: true });
    return { pid: await serverPid(server, context) };
  },
  undo: (server, context) => stopServer(server, context),
  async absent(server, context) {
    const pid = await serverPid(server, context);
    return { holds: pid === undefined, saw: pid === undefined ? 'not running' : `pid ${pid} still runs` };
  },
});
