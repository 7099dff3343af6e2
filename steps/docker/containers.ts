// Step and probe types of docker: images that are here, containers that run, and room for what the lab is about to make.
import * as z from 'zod';
import { defineProbe, defineStep } from '../../src/engine/step-type.ts';
import { overlaps, prefix } from '../../src/fabric/addresses.ts';
import { inspectContainers, inspectNetworks, type Network, notRunning } from './inspect.ts';

export const dockerImage = defineStep({
  name: 'docker.image',
  summary: 'Pulls an image that is not here yet; images stay when the lab goes',
  input: z.strictObject({ image: z.string().min(1).describe('The image with its tag') }),
  describe: ({ image }) => `docker pull ${image}`,
  async check({ image }, context) {
    const result = await context.command(['docker', 'image', 'inspect', '--format', '{{.Id}}', image], { quiet: true });
    return result.exitCode === 0 ? { holds: true, saw: 'here' } : { holds: false, saw: `${image} is not here` };
  },
  async run({ image }, context) {
    await context.must(['docker', 'pull', image]);
    return {};
  },
});

export const dockerContainers = defineProbe({
  name: 'docker.containers',
  summary: 'Looks at containers; holds when all of them run',
  input: z.strictObject({ names: z.array(z.string()).min(1).describe('The containers') }),
  values: {
    running: 'names of those that run',
    missing: 'names of those that do not exist',
    containers: 'by name: id, status, labels, addresses by network',
  },
  describe: ({ names }) => (names.length === 1 ? `container ${names[0]}` : `${names.length} containers`),
  async look({ names }, context) {
    const known = await inspectContainers(context, names);
    const running = names.filter((name) => known.get(name)?.running === true);
    const off = notRunning(names, known);
    const values = {
      running,
      missing: names.filter((name) => !known.has(name)),
      containers: Object.fromEntries(known),
    };
    const saw = names.length === 1 && off === undefined ? 'running' : `${running.length} of ${names.length} running`;
    return { holds: off === undefined, saw: off === undefined ? saw : `${saw}; ${off}`, values };
  },
});

const roomInput = z.strictObject({
  networks: z.array(z.string()).default([]).describe('Networks of the lab: these may be there'),
  avoid: z.array(z.string()).default([]).describe('Prefixes of the lab that no other network may overlap'),
  containers: z
    .array(z.strictObject({ name: z.string(), label: z.string().describe('NAME=VALUE that marks it as the lab’s') }))
    .default([])
    .describe('Containers the lab will have: one of that name must be its own'),
});

export const dockerRoom = defineProbe({
  name: 'docker.room',
  summary: "Looks whether names and prefixes are free, or the lab's own",
  input: roomInput,
  values: { taken: 'what is in the way, each as a sentence' },
  describe: () => 'room in docker',
  async look({ networks, avoid, containers }, context) {
    const known = await inspectContainers(
      context,
      containers.length === 0 ? ['-'] : containers.map(({ name }) => name),
    );
    const names = containers.flatMap(({ name, label }) => {
      const [key = '', value = ''] = label.split('=');
      const found = known.get(name);
      return found && found.labels[key] !== value ? [`a container ${name} is there that is not the lab's`] : [];
    });
    const others = (await inspectNetworks(context)).filter(({ name }) => !networks.includes(name));
    const taken = [...names, ...collisions(others, avoid)];
    return { holds: taken.length === 0, saw: taken[0] ?? 'free', values: { taken } };
  },
});

/** Networks that overlap a prefix, each as a sentence. Host bits of a subnet are no matter here, IPv6 neither. */
const collisions = (networks: readonly Network[], avoid: readonly string[]): readonly string[] =>
  networks.flatMap(({ name, subnets }) =>
    subnets.flatMap((subnet) =>
      avoid.flatMap((text) => {
        const [theirs, ours] = [prefix(subnet), prefix(text)];
        return theirs && ours && overlaps(theirs, ours)
          ? [`docker network ${name} has ${subnet}, which overlaps ${text}`]
          : [];
      }),
    ),
  );
