// The small world all stand-ins share: a JSON file behind a lock, a clock that runs faster than ours, and orders to misbehave.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.LAB_WORLD ?? fail('LAB_WORLD names no folder');
const file = join(folder, 'world.json');
const lock = join(folder, 'lock');

/** World seconds that pass in one of ours: tools tell time in whole seconds, and tests should not wait for them. */
export const speed = 20;

/** Milliseconds since the epoch, in the world. */
export const now = (world) => world.start + (Date.now() - world.start) * speed;
export const stamp = (at) => new Date(Math.floor(at / 1000) * 1000).toISOString().replace('.000Z', 'Z');

const empty = () => ({
  start: Date.now(),
  images: [],
  networks: {},
  containers: {},
  profiles: {},
  clusters: {},
  labs: {},
  sessions: {},
  calls: [],
  serial: 0,
});

/** Reads the world, lets `change` work on it, and writes it back; nobody else gets in between. */
export const within = (change) => {
  acquire();
  try {
    const world = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : empty();
    const result = change(world);
    writeFileSync(`${file}.new`, JSON.stringify(world));
    renameSync(`${file}.new`, file);
    return result;
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
};

const acquire = () => {
  for (;;) {
    try {
      mkdirSync(lock);
      return;
    } catch {
      // A stand-in that was killed inside leaves its lock; nobody holds one for two seconds.
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > 2000) rmSync(lock, { recursive: true, force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
};

export const nextId = (world) => {
  world.serial += 1;
  return world.serial.toString(16).padStart(64, '0');
};

/** What the test told this command to do instead of its work: fail, hang, or half; each order counts down its `times`. */
export const orderFor = (tool, args) => {
  const orders = join(folder, 'orders.json');
  if (!existsSync(orders)) return undefined;
  const line = `${tool} ${args.join(' ')}`;
  return within(() => {
    const list = JSON.parse(readFileSync(orders, 'utf8'));
    const found = list.find((each) => each.times > 0 && line.includes(each.on));
    if (!found) return undefined;
    found.times -= 1;
    writeFileSync(orders, JSON.stringify(list));
    return found;
  });
};

/** Runs a stand-in: notes the call, obeys an order, else does the work. `work` gives back stdout, stderr and exit code. */
export const standIn = async (tool, work) => {
  const args = process.argv.slice(2);
  const order = orderFor(tool, args);
  within((world) => world.calls.push([tool, ...args].join(' ')));
  if (order?.do === 'hang') await untilWorldEnds();
  if (order?.do === 'fail') return finish({ code: order.code ?? 1, err: order.message ?? `${tool}: told to fail` });
  const input = args.includes('-i') && tool === 'docker' ? readFileSync(0, 'utf8') : '';
  finish(await work(args, { half: order?.do === 'half', input }));
};

/** A command that hangs must not outlive its test. */
const untilWorldEnds = () =>
  new Promise(() => {
    setInterval(() => existsSync(folder) || process.exit(1), 200);
  });

/** Most tools end their last line; `raw` is for those that don't. */
const finish = ({ out = '', err = '', code = 0, raw = false } = {}) => {
  if (out !== '') process.stdout.write(raw || out.endsWith('\n') ? out : `${out}\n`);
  if (err !== '') process.stderr.write(err.endsWith('\n') ? err : `${err}\n`);
  process.exitCode = code;
};

/** Splits arguments into flags with their values and the rest. `valued` are flags that take a value as the next argument. */
export const parseFlags = (args, valued = []) => {
  const flags = {};
  const rest = [];
  const queue = [...args];
  for (let arg = queue.shift(); arg !== undefined; arg = queue.shift()) {
    const [name, inline] = arg.startsWith('--') && arg.includes('=') ? splitOnce(arg) : [arg, undefined];
    if (!arg.startsWith('-') || arg === '-') rest.push(arg);
    else if (inline !== undefined) add(flags, name, inline);
    else if (valued.includes(name)) add(flags, name, queue.shift() ?? '');
    else flags[name] = [''];
  }
  return { flags, rest };
};

const splitOnce = (arg) => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)];
const add = (flags, name, value) => {
  flags[name] = [...(flags[name] ?? []), value];
};

function fail(why) {
  throw new Error(why);
}
