// What docker says of containers and networks, as far as the lab asks: running or not, addresses, labels, subnets.
import * as z from 'zod';
import { type StepContext, StepError } from '../../src/engine/step-type.ts';
import { reasonOf } from '../shared/command-reason.ts';
import { readEach } from '../shared/read-each.ts';

const containerShape = z.object({
  Id: z.string(),
  Name: z.string(),
  State: z.object({ Status: z.string(), Running: z.boolean(), ExitCode: z.number().optional() }),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish() }).optional(),
  NetworkSettings: z
    .object({ Networks: z.record(z.string(), z.object({ IPAddress: z.string().optional() })).nullish() })
    .optional(),
});

export interface Container {
  readonly id: string;
  readonly name: string;
  /** docker's word: running, exited, paused, … */
  readonly status: string;
  readonly running: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Its address in each docker network. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** Asked by name, an entry that is not understood can't be taken for one that is not there. */
const all = <Shape extends z.ZodType>(shape: Shape, text: string): readonly z.output<Shape>[] => {
  const { entries, unread } = readEach(shape, JSON.parse(text === '' ? '[]' : text));
  if (unread[0] !== undefined) throw new StepError(`docker inspect: ${unread[0]}`);
  return entries;
};

/** What `docker inspect` printed, one entry a container it found. @throws StepError for an entry that is none. */
export const containersIn = (text: string): readonly Container[] =>
  all(containerShape, text).map(({ Id, Name, State, Config, NetworkSettings }) => ({
    id: Id,
    name: Name.replace(/^\//, ''),
    status: State.Status,
    running: State.Running,
    labels: Config?.Labels ?? {},
    addresses: Object.fromEntries(
      Object.entries(NetworkSettings?.Networks ?? {}).map(([network, { IPAddress = '' }]) => [network, IPAddress]),
    ),
  }));

/** The containers of these names that exist. @throws StepError when docker gives no answer. */
export const inspectContainers = async (
  context: StepContext,
  names: readonly string[],
): Promise<ReadonlyMap<string, Container>> => {
  const argv = ['docker', 'inspect', '--type', 'container', ...names];
  const result = await context.command(argv, { quiet: true, here: true, keepBytes: 16 << 20 });
  // With a name that is not there it exits 1 and still prints those that are.
  if (result.exitCode !== 0 && !/no such (container|object)/i.test(result.stderr))
    throw new StepError(reasonOf(result));
  return new Map(containersIn(result.stdout.trim()).map((each) => [each.name, each]));
};

/** The first of these containers that does not run, in words; undefined when all do. */
export const notRunning = (names: readonly string[], known: ReadonlyMap<string, Container>): string | undefined => {
  const off = names.find((name) => known.get(name)?.running !== true);
  if (off === undefined) return undefined;
  const container = known.get(off);
  return container ? `${off}: container is ${container.status}` : `${off}: there is no such container`;
};

const networkShape = z.object({
  Id: z.string(),
  Name: z.string(),
  Labels: z.record(z.string(), z.string()).nullish(),
  IPAM: z
    .object({ Config: z.array(z.object({ Subnet: z.string().optional(), Gateway: z.string().optional() })).nullish() })
    .optional(),
  Options: z.record(z.string(), z.string()).nullish(),
});

export interface Network {
  readonly id: string;
  readonly name: string;
  /** The bridge on the host. */
  readonly bridge: string;
  readonly subnets: readonly string[];
  readonly gateway: string;
  readonly labels: Readonly<Record<string, string>>;
}

export const networksIn = (text: string): readonly Network[] =>
  all(networkShape, text).map(({ Id, Name, Labels, IPAM, Options }) => ({
    id: Id,
    name: Name,
    bridge: Options?.['com.docker.network.bridge.name'] ?? `br-${Id.slice(0, 12)}`,
    subnets: (IPAM?.Config ?? []).map(({ Subnet }) => Subnet ?? '').filter((subnet) => subnet !== ''),
    gateway: IPAM?.Config?.find(({ Gateway }) => Gateway !== undefined)?.Gateway ?? '',
    labels: Labels ?? {},
  }));

/** Docker's networks; of these names, or all. @throws StepError when docker gives no answer. */
export const inspectNetworks = async (context: StepContext, names?: readonly string[]): Promise<readonly Network[]> => {
  const options = { quiet: true, here: true, keepBytes: 16 << 20 };
  const asked = names ?? (await networkIds(context));
  if (asked.length === 0) return [];
  const result = await context.command(['docker', 'network', 'inspect', ...asked], options);
  if (result.exitCode !== 0 && !/no such network|network .* not found/i.test(result.stderr))
    throw new StepError(reasonOf(result));
  return networksIn(result.stdout.trim());
};

const networkIds = async (context: StepContext): Promise<readonly string[]> => {
  const result = await context.command(['docker', 'network', 'ls', '-q'], { quiet: true, here: true });
  if (result.exitCode !== 0) throw new StepError(reasonOf(result));
  return result.stdout.split(/\s+/).filter((id) => id !== '');
};

/** Names of containers, running or not, that carry a label. @throws StepError when docker gives no answer. */
export const labelledContainers = async (context: StepContext, label: string): Promise<readonly string[]> => {
  const argv = ['docker', 'ps', '-a', '--filter', `label=${label}`, '--format', '{{.Names}}'];
  const result = await context.command(argv, { quiet: true, here: true });
  if (result.exitCode !== 0) throw new StepError(reasonOf(result));
  return result.stdout.split(/\s+/).filter((name) => name !== '');
};
