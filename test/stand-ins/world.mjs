// The small world of the stand-ins: its clock runs faster than ours, and it refuses what a tool does not document.

/** World seconds that pass in one of ours: tools tell time in whole seconds, and tests should not wait for them. */
export const speed = 40;

/** Milliseconds since the epoch, in the world. */
export const now = (world) => world.start + (Date.now() - world.start) * speed;
export const stamp = (at) => new Date(Math.floor(at / 1000) * 1000).toISOString().replace('.000Z', 'Z');

/** `versions` of the tools that are installed; docker comes with its own three networks. */
export const createWorld = (versions = {}) => ({
  start: Date.now(),
  versions: {
    docker: '20.10.24',
    minikube: '1.36.0',
    kubectl: '1.33.1',
    containerlab: '0.79.0',
    cilium: '0.19.7',
    ...versions,
  },
  images: [],
  networks: {
    bridge: { id: '1'.repeat(64), subnet: '172.17.0.0/16' },
    host: { id: '2'.repeat(64) },
    none: { id: '3'.repeat(64) },
  },
  containers: {},
  volumes: {},
  profiles: {},
  clusters: {},
  labs: {},
  /** By lab, what its nodes saved; it outlives them. */
  folders: {},
  sessions: {},
  calls: [],
  argvs: [],
  serial: 0,
});

export const nextId = (world) => {
  world.serial += 1;
  return world.serial.toString(16).padStart(64, '0');
};

/** What a tool says when it is called in a way it does not document. */
export class Refusal extends Error {}

/**
 * Splits arguments into flags with their values and the rest. `valued` flags take a value, as the next argument or behind `=`;
 * `plain` ones don't; any other is refused, as the real tools do.
 */
export const parseFlags = (args, { valued = [], plain = [] }) => {
  const flags = {};
  const rest = [];
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    const [name, inline] = arg.startsWith('--') && arg.includes('=') ? splitOnce(arg) : [arg, undefined];
    if (!arg.startsWith('-') || arg === '-') rest.push(arg);
    else if (valued.includes(name)) add(flags, name, inline ?? queue.shift() ?? '');
    else if (plain.includes(name) && inline === undefined) flags[name] = [''];
    else throw new Refusal(`Error: unknown flag: ${name}`);
  }
  return { flags, rest };
};

const splitOnce = (arg) => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)];
const add = (flags, name, value) => {
  flags[name] = [...(flags[name] ?? []), value];
};
