// Probe types of SR Linux: BGP sessions, routes, and any part of its state; asked through the router's own command line.
import * as z from 'zod';
import { defineProbe, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { reasonOf } from '../shared/command-reason.ts';
import { instancesBehind, neighborsIn, type Route, routesIn, sessionStates } from './state.ts';

const router = z.string().min(1).describe('The router, as its container is called');

/** Part of a router's state, as JSON; looks at the same time share one answer. @throws StepError when it gives none. */
const stateOf = (context: StepContext, node: string, path: string): Promise<unknown> => {
  const command = `info from state ${path} | as json`;
  return context.shared(`srlinux ${node} ${command}`, async () => {
    const argv = ['docker', 'exec', node, 'sr_cli', '--', command];
    const result = await context.command(argv, { quiet: true, here: true, keepBytes: 16 << 20 });
    if (result.exitCode !== 0) throw new StepError(`${node}: ${reasonOf(result)}`);
    return parsed(result.stdout, node);
  });
};

/** The routing table of an instance, and of those in which its routes find their next hops. @throws StepError */
const tablesOf = async (context: StepContext, node: string, instance: string): Promise<readonly unknown[]> => {
  const table = (of: string): Promise<unknown> => stateOf(context, node, `network-instance ${of} route-table`);
  const own = await table(instance);
  const others = instancesBehind(own).filter((each) => each !== instance);
  return [own, ...(await Promise.all(others.map(table)))];
};

/** Nothing at all is the answer for a part that is not there. */
const parsed = (text: string, node: string): unknown => {
  // Warnings of a command line come first.
  const start = text.search(/^[{[]/m);
  if (text.trim() === '') return {};
  try {
    return JSON.parse(start === -1 ? text : text.slice(start));
  } catch {
    throw new StepError(`${node} answered something else than JSON: ${text.trim().split('\n')[0]?.slice(0, 120)}`);
  }
};

const session = z.looseObject({ peer: z.string(), kind: z.string(), neighbor: z.string(), remoteAs: z.int() });

export const srlinuxBgp = defineProbe({
  name: 'srlinux.bgp',
  summary: 'BGP sessions of a router; holds when every expected one is Established',
  input: z.strictObject({
    router,
    instance: z.string().default('default').describe('The network instance'),
    sessions: z.array(session).default([]).describe("Those expected, as the model's routers list them"),
  }),
  values: {
    neighbors: 'each: address, as, group, state, dynamic, families by name with state, received, active, sent',
    established: 'how many of the expected sessions are; without any expected: of all',
    missing: 'peers whose expected session is not Established, with its state',
  },
  describe: ({ router: node, instance }) => `BGP ${node}${instance === 'default' ? '' : ` ${instance}`}`,
  async look({ router: node, instance, sessions }, context) {
    const neighbors = neighborsIn(
      await stateOf(context, node, `network-instance ${instance} protocols bgp neighbor *`),
    );
    const states =
      sessions.length > 0
        ? sessionStates(sessions, neighbors).map((each) => ({
            name: `${each.session.peer} (${each.session.kind})`,
            ...each,
          }))
        : neighbors.map(({ address, state }) => ({ name: address, state }));
    const off = states.filter(({ state }) => state !== 'established').map(({ name, state }) => `${name} ${state}`);
    const established = states.length - off.length;
    const saw = `${established} of ${states.length} Established${off.length === 0 ? '' : `; ${off.slice(0, 3).join(', ')}`}`;
    const holds = off.length === 0 && established > 0;
    return { holds, saw, values: { neighbors, established, missing: off } };
  },
});

export const srlinuxRoute = defineProbe({
  name: 'srlinux.route',
  summary: 'A route of a router; holds when it is active, with the next hops that are expected',
  input: z.strictObject({
    router,
    instance: z.string().default('default').describe('The network instance'),
    prefix: z.string().describe('The route'),
    nextHops: z.array(z.string()).optional().describe('All of them, in any order'),
  }),
  values: {
    routes: 'each, active or not: type, preference, active, nextHops',
    active: 'the active one; null when there is none',
    nextHops: 'next hops of the active one, sorted',
  },
  describe: ({ router: node, prefix }) => `${node} ${prefix}`,
  async look({ router: node, instance, prefix, nextHops }, context) {
    const routes = routesIn(await tablesOf(context, node, instance), prefix);
    const active = routes.find((route) => route.active);
    const wanted = nextHops === undefined ? undefined : [...nextHops].sort();
    const same = wanted === undefined || wanted.join() === active?.nextHops.join();
    const values = { routes, active: active ?? null, nextHops: active?.nextHops ?? [] };
    return { holds: active !== undefined && same, saw: inWords(active, wanted), values };
  },
});

const inWords = (active: Route | undefined, wanted: readonly string[] | undefined): string => {
  if (!active) return 'no active route';
  const count = active.nextHops.length;
  const missing = wanted?.filter((hop) => !active.nextHops.includes(hop)) ?? [];
  const lack = missing.length === 0 ? '' : `; not over ${missing.join(', ')}`;
  return `${active.type} over ${count} next hop${count === 1 ? '' : 's'}${count === 0 ? '' : ` (${active.nextHops.join(', ')})`}${lack}`;
};

export const srlinuxRoutes = defineProbe({
  name: 'srlinux.routes',
  summary: 'Several routes of a router; holds when each is active',
  input: z.strictObject({
    router,
    instance: z.string().default('default').describe('The network instance'),
    prefixes: z.array(z.string()).describe('The routes'),
  }),
  values: {
    routes: 'active ones by prefix: type, preference, nextHops',
    missing: 'prefixes without an active route',
  },
  describe: ({ router: node, prefixes }) => `${node} ${prefixes.length} routes`,
  async look({ router: node, instance, prefixes }, context) {
    const active = routesIn(await tablesOf(context, node, instance)).filter(
      (route) => route.active && prefixes.includes(route.prefix),
    );
    const missing = prefixes.filter((prefix) => !active.some((route) => route.prefix === prefix));
    const lack = missing.length === 0 ? '' : `; none to ${missing.slice(0, 3).join(', ')}`;
    const saw = `${prefixes.length - missing.length} of ${prefixes.length} routes${lack}`;
    const routes = Object.fromEntries(active.map((route) => [route.prefix, route]));
    return { holds: missing.length === 0, saw, values: { routes, missing } };
  },
});

export const srlinuxState = defineProbe({
  name: 'srlinux.state',
  summary: "Any part of a router's state; give it an `expect`",
  input: z.strictObject({ router, path: z.string().describe('As the CLI has it: interface ethernet-1/49 oper-state') }),
  values: { state: 'what is there, as JSON; an empty map when nothing is', text: 'the same as text' },
  describe: ({ router: node, path }) => `${node} ${path}`,
  async look({ router: node, path }, context) {
    const state = await stateOf(context, node, path);
    const text = JSON.stringify(state);
    const holds = text !== '{}';
    return { holds, saw: holds ? text.slice(0, 100) : 'nothing there', values: { state, text } };
  },
});
