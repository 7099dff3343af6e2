// Requests to the service as its users make them: who answers, over which links the packets go, and whether any leave the fabric.
import * as z from 'zod';
import { defineProbe, defineStep, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { entry, findCapsule } from '../netns/capsule-entry.ts';
import { countServers, grownBy, leak, leakSentence, leftOutByChance, packetsIn } from './readings.ts';

const requests = z.int().min(1).max(10_000).default(30).describe('How many, each over a connection of its own');

const spreadInput = z.strictObject({
  url: z.string().describe('The URL that is asked'),
  requests,
  servers: z
    .array(z.string())
    .describe(
      'The pods that should answer, no other, and as many of them as so many requests meet: with 15 for each, all',
    ),
});

export const serviceSpread = defineProbe({
  name: 'service.spread',
  summary:
    'Asks a service many times and counts who answers; holds when each request is answered and just the expected pods did',
  input: spreadInput,
  values: { answers: 'how many were answered', servers: 'answers by pod' },
  describe: ({ url }) => `answers of ${url}`,
  async look({ url, requests: count, servers: expected }, context) {
    const { answers, servers } = await ask(context, { url, count });
    const names = Object.keys(servers);
    const missing = expected.filter((name) => !names.includes(name));
    const strange = names.filter((name) => !expected.includes(name));
    const byChance = leftOutByChance(expected.length, count);
    const complete = missing.length <= byChance;
    const shares = few(Object.entries(servers).map(([name, each]) => `${name} ${each}`));
    const notes = [
      complete ? '' : `none from ${few(missing)}${byChance > 0 ? `, of which chance explains ${byChance}` : ''}`,
      strange.length > 0 ? `not expected: ${few(strange)}` : '',
    ].filter((note) => note !== '');
    const saw = [`${answers} of ${count} answered${shares === '' ? '' : `: ${shares}`}`, ...notes].join('; ');
    return {
      holds: answers === count && complete && strange.length === 0,
      saw,
      values: { answers, servers },
      data: { servers },
    };
  },
});

/** A hundred pods in a line tell a person no more than a few. */
const few = (names: readonly string[]): string => {
  const most = 8;
  return names.length <= most + 1
    ? names.join(', ')
    : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
};

/** Each request closes its connection, so that each is balanced anew; where the step is, unless `from` names a place. */
const ask = async (
  context: StepContext,
  { url, count, from }: { url: string; count: number; from?: string },
): Promise<{ answers: number; servers: Readonly<Record<string, number>> }> => {
  const target = `${url}${url.includes('?') ? '&' : '?'}request=[1-${count}]`;
  const argv = ['curl', '--silent', '--max-time', '2', '--header', 'Connection: close', target];
  const result = await context.command(argv, {
    quiet: true,
    keepBytes: 16 << 20,
    ...(from !== undefined && { at: from }),
  });
  if (result.ended === 'spawn-failed') throw new StepError(`curl could not be started: ${result.error?.message ?? ''}`);
  return countServers(result.stdout);
};

const pathInput = z.strictObject({
  url: z.string().describe('The URL that is asked'),
  requests,
  from: z.string().describe('The client that asks'),
  links: z
    .array(
      z.looseObject({
        name: z.string(),
        kind: z.string(),
        a: z.looseObject({ namespace: z.string(), interface: z.string() }),
      }),
    )
    .describe('Cables to watch'),
  outside: z.string().default('mgmt').describe('The kind of cable that is not the fabric'),
  remedy: z.string().default('').describe('What keeps the traffic inside, said when some leaves'),
});

export const servicePath = defineProbe({
  name: 'service.path',
  summary:
    'Counts packets on every cable while a client asks the service; holds when none takes a cable outside the fabric',
  input: pathInput,
  values: {
    packets: 'packets by cable',
    outside: 'packets on cables outside the fabric',
    answers: 'how many requests were answered',
  },
  describe: ({ from }) => `path of service traffic from ${from}`,
  async look(path, context) {
    const { answers, outside, packets } = await measure(path, context);
    const saw = leakSentence({ answers, count: path.requests, outside, remedy: path.remedy });
    return {
      holds: outside === 0 && answers === path.requests,
      saw,
      values: { packets, outside, answers },
      data: { packets, outside, answers },
    };
  },
});

const traceInput = pathInput.extend({
  watch: z
    .int()
    .min(0)
    .default(0)
    .describe('Seconds in which packets are counted without asking, while the client asks on another host; 0 to ask'),
});

/** The same as something to be done, for a person who wants to see it. */
export const serviceTrace = defineStep({
  name: 'service.trace',
  summary: 'Sends requests from a client and counts the packets on every cable',
  input: traceInput,
  outputs: {
    verdict: 'whether service traffic left the fabric, in a sentence',
    hops: 'packets by cable',
    outside: 'packets outside the fabric',
    answers: 'requests answered',
  },
  describe: ({ from, url, requests: count }) => `${count} requests from ${from} to ${url}`,
  async run(path, context) {
    const { answers, outside, packets } = await measure(path, context);
    if (path.watch === 0 && answers === 0)
      throw new StepError(`none of ${path.requests} requests from ${path.from} was answered`);
    for (const [cable, count] of Object.entries(packets)) context.log(`${String(count).padStart(7)} packets  ${cable}`);
    return {
      verdict:
        path.watch > 0
          ? `counted for ${path.watch} s; ${leak(outside, path.remedy)}`
          : leakSentence({ answers, count: path.requests, outside, remedy: path.remedy }),
      hops: packets,
      outside,
      answers,
    };
  },
});

type Path = z.output<typeof pathInput> & { readonly watch?: number };

const measure = async (
  { url, requests: count, from, links, outside: kind, watch = 0 }: Path,
  context: StepContext,
): Promise<{ answers: number; outside: number; packets: Readonly<Record<string, number>> }> => {
  const before = await counters(context, links);
  if (watch > 0) {
    context.progress(`counting for ${watch} s what ${from} asks for on another host`);
    await context.host.clock.sleep(watch * 1000, context.signal);
  }
  const { answers } = watch > 0 ? { answers: 0 } : await ask(context, { url, count, from });
  const packets = grownBy(before, await counters(context, links), links);
  const outside = links.filter((link) => link.kind === kind).reduce((sum, { name }) => sum + (packets[name] ?? 0), 0);
  return { answers, outside, packets };
};

/** Packets in and out, by namespace and interface: of all namespaces of the capsule in one process, or of the links' places one by one. */
const counters = async (context: StepContext, links: Path['links']): Promise<ReturnType<typeof packetsIn>> => {
  const pid = await findCapsule(context);
  const options = { quiet: true, keepBytes: 64 << 20 };
  if (pid !== undefined) {
    const script =
      'for f in /run/netns/*; do n=${f##*/}; echo "@ $n"; ip -n "$n" -s -j link show | tr -d "\n"; echo; done';
    const argv = [...entry(context.host, pid), 'sh', '-c', script];
    return packetsIn((await context.must(argv, { ...options, here: true })).stdout);
  }
  const places = [...new Set(links.map(({ a }) => a.namespace))];
  const told = places.map(async (at) => {
    const { stdout } = await context.must(['ip', '-s', '-j', 'link', 'show'], { ...options, at });
    return `@ ${at}\n${stdout.replaceAll('\n', '')}\n`;
  });
  return packetsIn((await Promise.all(told)).join(''));
};
