// The step type that loses a node of a service while clients ask, measures what they miss, and puts everything back whatever happened.
import * as z from 'zod';
import { messageOf } from '../../src/core/failure.ts';
import { defineStep, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { tenantRoute } from '../frr/probes.ts';
import { untilTrue } from '../shared/until-true.ts';
import { askOnce, type Missed, verdictOf, Watch } from './missed.ts';
import { serviceNat } from './nat.ts';

const command = z.array(z.string()).min(1);

const input = z.strictObject({
  node: z.string().describe('The node that is lost'),
  faults: z
    .array(
      z.strictObject({
        node: z.string(),
        on: z.string().describe('The place where it is lost'),
        break: command.describe('What loses it'),
        mend: command.describe('What brings it back; does nothing to a node that is there'),
      }),
    )
    .min(1)
    .describe('How each node is lost, and brought back'),
  service: z
    .array(serviceNat.input)
    .describe('The rules of each node, as of `service.nat`: the pods of a lost node leave those of the others'),
  routes: z
    .array(tenantRoute.input)
    .default([])
    .describe('What routers go by without that node, as the probe `frr.route`'),
  url: z.string().describe('The URL that is asked'),
  clients: z.array(z.string()).min(1).describe('The places that ask'),
  within: z.int().min(1).default(120).describe('Seconds within which every client is to be answered again'),
  settled: z.int().min(1).default(3).describe('Seconds without a miss after which it counts as answered again'),
});
type Failover = z.output<typeof input>;
type Fault = Failover['faults'][number];

export const serviceFailover = defineStep({
  name: 'service.failover',
  summary: 'Loses a node of a service, measures how long clients are without answers, and brings it back',
  input,
  outputs: {
    verdict: 'how long clients were without answers, in a sentence',
    missed: 'seconds without answers, by client',
    seconds: 'the longest of them',
  },
  describe: (step) => {
    const fault = faultOf(step);
    return fault ? `${fault.on}: ${fault.break.join(' ')}` : `lose ${step.node}`;
  },
  async run(step, context) {
    const fault = faultOf(step);
    if (!fault) {
      const names = step.faults.map(({ node }) => node).join(', ');
      throw new StepError(`there is no node ${step.node}; there are ${names}`, { final: true });
    }
    if (step.faults.length < 2)
      throw new StepError(`${fault.node} is the only node: nothing answers without it`, { final: true });
    // A run that was killed midway may have left it lost.
    await mend(step, fault, context);
    await untilAnswered(step, context);
    const missed = await measured(step, fault, context).catch(async (error: unknown) => {
      await mend(step, fault, context.closing()).catch((left: unknown) => {
        throw new StepError(`${messageOf(error)}; and ${fault.node} was not brought back: ${messageOf(left)}`);
      });
      throw error;
    });
    await mend(step, fault, context.closing());
    for (const { client, seconds, requests } of missed)
      context.log(`${client}: ${requests} requests without an answer${requests === 0 ? '' : `, for ${seconds} s`}`);
    return {
      verdict: verdictOf(fault.node, missed),
      missed: Object.fromEntries(missed.map(({ client, seconds }) => [client, seconds])),
      seconds: Math.max(...missed.map(({ seconds }) => seconds)),
    };
  },
});

const faultOf = ({ node, faults }: Failover): Fault | undefined => faults.find((each) => each.node === node);

const mend = async (step: Failover, fault: Fault, context: StepContext): Promise<void> => {
  await context.must(fault.mend, { at: fault.on, quiet: true });
  await Promise.all(step.service.map((rules) => serviceNat.run(rules, context)));
};

/** Kubernetes does that when it counts a node as lost; here at once, so that what is measured is the routers' part. */
const breakIt = async (step: Failover, fault: Fault, context: StepContext): Promise<void> => {
  await context.must(fault.break, { at: fault.on, quiet: true });
  const others = step.service.filter(({ device }) => device.name !== fault.node);
  const kept = ({ pods }: (typeof others)[number]) => pods.filter(({ node }) => node !== fault.node);
  await Promise.all(others.map((rules) => serviceNat.run({ ...rules, pods: kept(rules) }, context)));
};

const untilAnswered = async ({ clients, url }: Failover, context: StepContext): Promise<void> => {
  const untilOne = (from: string) =>
    untilTrue(context, 30_000, async () => {
      const { answers, count } = await askOnce(context, { url, from });
      return {
        holds: answers === count,
        saw: `${from}: ${answers} of ${count} requests answered, and nothing is lost yet`,
      };
    });
  await Promise.all(clients.map(untilOne));
};

const measured = async (step: Failover, fault: Fault, context: StepContext): Promise<readonly Missed[]> => {
  const { clock } = context.host;
  const watch = new Watch(context, step);
  try {
    const from = clock.monotonic();
    await breakIt(step, fault, context);
    const missed = await watch.untilSettled({ from, to: clock.monotonic() });
    const withinMs = step.within * 1000;
    const routes = step.routes.map((route) => untilTrue(context, withinMs, () => tenantRoute.look(route, context)));
    await Promise.all(routes);
    return missed;
  } finally {
    await watch.end();
  }
};
