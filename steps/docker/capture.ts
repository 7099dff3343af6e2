// The step type that watches packets at several points while clients ask the service; sniffers are containers that share the points' networks.
import * as z from 'zod';
import { defineStep, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { untilTrue } from '../shared/until-true.ts';
import { labelledContainers } from './inspect.ts';
import { countAt, type PointCount, verdictOf } from './packet-trace.ts';

const pointShape = z.strictObject({
  name: z.string().describe('What a person calls it'),
  container: z.string(),
  interface: z.string(),
  role: z.enum(['fabric', 'outside']).describe('Whether service traffic belongs there'),
  filter: z.string().default('').describe('In the language of tcpdump; without it: `filter` of the step'),
});
const input = z.strictObject({
  image: z.string().describe('An image that has tcpdump'),
  label: z.string().default('lab.capture').describe('Marks the sniffers, so that those of a killed run are found'),
  filter: z.string().describe('What a packet of the service is, in the language of tcpdump'),
  points: z.array(pointShape).min(1).describe('Where packets are counted'),
  clients: z.array(z.string()).min(1).describe('Containers that ask'),
  url: z.string().describe('What the clients ask for'),
  requests: z.int().min(1).max(10_000).default(30).describe('From each client, each over a connection of its own'),
  remedy: z.string().default('').describe('Which setting keeps the traffic inside'),
});
type Input = z.output<typeof input>;
type Point = z.output<typeof pointShape>;
interface Sniffer {
  readonly point: Point;
  readonly id: string;
}

export const dockerCapture = defineStep({
  name: 'docker.capture',
  summary: 'Counts packets at several points while clients ask a service',
  input,
  outputs: {
    verdict: 'whether service traffic left the fabric, in a sentence',
    hops: 'packets by point',
    flows: 'who spoke to whom, by point, the busiest first',
    outside: 'packets outside the fabric',
    answered: 'requests answered',
  },
  describe: ({ points, requests, clients, url }) =>
    `watch ${points.length} points during ${requests} requests from each of ${clients.join(', ')} to ${url}`,
  async run(step, context) {
    await sweep(step, context);
    try {
      return await watch(step, context);
    } finally {
      await sweep(step, context.closing());
    }
  },
  undo: (step, context) => sweep(step, context),
  async absent({ label }, context) {
    const [left] = await labelledContainers(context, label);
    return { holds: left === undefined, saw: left === undefined ? 'no sniffer is left' : `${left} is still there` };
  },
});

const watch = async (step: Input, context: StepContext): Promise<Readonly<Record<string, unknown>>> => {
  const sniffers = await Promise.all(step.points.map((point) => startSniffer(point, step, context)));
  const answers = await Promise.all(step.clients.map((client) => ask(client, step, context)));
  const counts = await Promise.all(sniffers.map((sniffer) => stopSniffer(sniffer, context)));
  const answered = answers.reduce((total, each) => total + each, 0);
  const asked = step.requests * step.clients.length;
  if (answered === 0) throw new StepError(`none of ${asked} requests to ${step.url} was answered`);
  for (const { name, packets, flows } of counts)
    context.log(`${String(packets).padStart(7)} packets  ${name}${flows.length === 0 ? '' : `: ${flows.join(', ')}`}`);
  const outside = counts.filter(({ role }) => role === 'outside').reduce((total, { packets }) => total + packets, 0);
  const hops = Object.fromEntries(counts.map(({ name, packets }) => [name, packets]));
  const flows = Object.fromEntries(counts.map((count) => [count.name, count.flows]));
  return { verdict: verdictOf(counts, { answered, asked, remedy: step.remedy }), hops, flows, outside, answered };
};

const startSniffer = async (point: Point, { image, label, filter }: Input, context: StepContext): Promise<Sniffer> => {
  const options = ['--detach', '--label', label, '--network', `container:${point.container}`, '--cap-add', 'NET_RAW'];
  const tcpdump = ['-i', point.interface, '-p', '-nn', '-q', '-l', '--immediate-mode', point.filter || filter];
  const started = await context.must(['docker', 'run', ...options, '--entrypoint', 'tcpdump', image, ...tcpdump], {
    quiet: true,
  });
  const id = started.stdout.trim();
  await untilTrue(context, 20_000, async () => {
    const { stderr } = await context.command(['docker', 'logs', id], { quiet: true });
    const last = stderr.trim().split('\n').at(-1) ?? '';
    return { holds: /listening on/.test(stderr), saw: `sniffer at ${point.name}: ${last || 'no word yet'}` };
  });
  return { point, id };
};

/** How many answers came; each request closes its connection, so that each is balanced anew. */
const ask = async (client: string, { url, requests }: Input, context: StepContext): Promise<number> => {
  const curl = ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}\\n', '-m', '5', '-H', 'Connection: close'];
  const target = `${url}?request=[1-${requests}]`;
  const result = await context.command(['docker', 'exec', client, ...curl, target], { quiet: true });
  return result.stdout.split('\n').filter((code) => code === '200').length;
};

const stopSniffer = async ({ point, id }: Sniffer, context: StepContext): Promise<PointCount> => {
  await context.must(['docker', 'kill', '--signal', 'INT', id], { quiet: true });
  await context.must(['docker', 'wait', id], { quiet: true });
  const { stdout } = await context.must(['docker', 'logs', id], { quiet: true, keepBytes: 16 << 20 });
  return countAt(point, stdout);
};

/** Takes away every sniffer there is, those of a killed run as well. */
const sweep = async ({ label }: Input, context: StepContext): Promise<void> => {
  const left = await labelledContainers(context, label);
  if (left.length > 0) await context.must(['docker', 'rm', '--force', ...left], { quiet: true });
};
