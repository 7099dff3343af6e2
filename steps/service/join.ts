// What was counted on each host of a split lab while one client asked, joined link by link.
import * as z from 'zod';
import { defineStep, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { fileInProject } from '../shared/file-in-project.ts';
import { leakSentence } from './readings.ts';

const input = z.strictObject({
  traces: z.array(z.string()).min(1).describe('Files of what `lab run trace --json` printed, one from each host'),
  hosts: z.array(z.string()).min(1).describe('The hosts of the lab'),
  links: z.array(z.looseObject({ name: z.string(), kind: z.string() })).describe('The cables of the whole lab'),
  outside: z.string().default('mgmt').describe('The kind of cable that is not the fabric'),
  remedy: z.string().default('').describe('What keeps the traffic inside, said when some leaves'),
});

export const serviceJoin = defineStep({
  name: 'service.join',
  summary: 'Joins what trace counted on each host of a split lab; a cable between hosts is counted at both ends',
  input,
  outputs: {
    verdict: 'whether service traffic left the fabric, in a sentence',
    hops: 'packets by cable, at the end that saw more',
    ends: 'packets by cable between hosts and by host',
  },
  describe: ({ traces }) => `join ${traces.join(', ')}`,
  async run({ traces, hosts, links, outside: kind, remedy }, context) {
    const shares = await Promise.all(traces.map((file) => shareIn(file, context)));
    demandEach(hosts, shares);
    const { hops, ends } = joined(shares, links);
    for (const [link, packets] of Object.entries(hops)) context.log(`${String(packets).padStart(7)} packets  ${link}`);
    const outside = links.filter((link) => link.kind === kind).reduce((sum, { name }) => sum + (hops[name] ?? 0), 0);
    const asker = shares.find(({ answers }) => answers > 0);
    if (!asker) throw new StepError(`no client was answered on any of ${hosts.join(', ')} while they counted`);
    const verdict = leakSentence({ answers: asker.answers, count: asker.requests, outside, remedy });
    return { verdict, hops, ends };
  },
});

const factsSchema = z.looseObject({
  host: z.string(),
  hops: z.record(z.string(), z.number()),
  answers: z.int(),
  requests: z.int(),
});
export type TraceOfShare = z.output<typeof factsSchema>;

/** The facts of the run in the file. @throws StepError for a file that is none of a trace that succeeded on a host of a split lab */
const shareIn = async (file: string, context: StepContext): Promise<TraceOfShare> => {
  const text = await context.host.readFile(await fileInProject(file, context));
  if (text === undefined) throw new StepError(`${file}: there is no such file`);
  const line = text.split('\n').findLast((each) => each.includes('"run.finished"'));
  const facts = line === undefined ? undefined : factsSchema.safeParse(factsOf(line));
  if (!facts?.success)
    throw new StepError(
      `${file} does not hold what \`lab run trace --json\` prints on a host of a split lab when it succeeds`,
    );
  return facts.data;
};

const factsOf = (line: string): unknown => {
  try {
    return (JSON.parse(line) as { facts?: unknown }).facts;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/** @throws StepError unless there is just one trace of each host */
const demandEach = (hosts: readonly string[], shares: readonly TraceOfShare[]): void => {
  for (const { host } of shares) {
    if (!hosts.includes(host))
      throw new StepError(`a trace is of ${host}, and the hosts of the lab are ${hosts.join(', ')}`);
    if (shares.filter((each) => each.host === host).length > 1) throw new StepError(`two traces are of ${host}`);
  }
  const missing = hosts.filter((host) => !shares.some((share) => share.host === host));
  if (missing.length > 0) throw new StepError(`no trace is of ${missing.join(', ')}: what was seen there is not known`);
};

interface Joined {
  readonly hops: Readonly<Record<string, number>>;
  readonly ends: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Both ends of a cable between hosts count, each for as long as its host did: one that counted for longer saw more. */
export const joined = (shares: readonly TraceOfShare[], links: readonly { readonly name: string }[]): Joined => {
  const seen = links.map(({ name }) => {
    const ends = shares.flatMap(({ host, hops }) => (hops[name] === undefined ? [] : [[host, hops[name]] as const]));
    return { name, ends };
  });
  return {
    hops: Object.fromEntries(
      seen
        .filter(({ ends }) => ends.length > 0)
        .map(({ name, ends }) => [name, Math.max(...ends.map(([, packets]) => packets))]),
    ),
    ends: Object.fromEntries(
      seen.filter(({ ends }) => ends.length > 1).map(({ name, ends }) => [name, Object.fromEntries(ends)]),
    ),
  };
};
