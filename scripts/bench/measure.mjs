// Times whole programs from outside, in pairs: A and B in turn, and the ratio pair by pair, so that it holds on a machine whose speed
// drifts. bash does the timing: Node tells nothing of what its children used.
import { spawn } from 'node:child_process';

/** Corporate certificates cost every start of Node 20 more than everything else in it. */
const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;

/** One run: wall and CPU seconds (of the program and all it waited for). @throws when it does not end with one of `codes`. */
export const time = async ({ argv, cwd, env = {}, codes = [0] }) => {
  const script = 'TIMEFORMAT="%R %U %S"; exec 3>&2; time "$@" >/dev/null 2>&1 </dev/null';
  const { code, stderr } = await run(['bash', '-c', script, 'bench', ...argv], { cwd, env });
  if (!codes.includes(code)) throw new Error(`${argv.join(' ')} ended with ${code}`);
  const [wall, user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { wall, cpu: user + system };
};

/** What a program prints, and how it ends. */
export const run = (argv, { cwd, env = {} } = {}) =>
  new Promise((resolve, reject) => {
    const [program, ...args] = argv;
    const child = spawn(program, args, { cwd, env: { ...environment, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'])
      child[name].on('data', (piece) => {
        said[name] += piece;
      });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...said }));
  });

export const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const summary = (runs) => ({
  wall: median(runs.map(({ wall }) => wall)),
  cpu: median(runs.map(({ cpu }) => cpu)),
  least: Math.min(...runs.map(({ wall }) => wall)),
});

/** `a` and `b` make the next run of their program: what it starts from is made outside the time that counts. */
export const pair = async (a, b, { runs, warm = 1 }) => {
  const pairs = [];
  for (let at = -warm; at < runs; at += 1) {
    const both = [await time(await a()), await time(await b())];
    if (at >= 0) pairs.push(both);
  }
  const ratio = (key) => median(pairs.map(([x, y]) => x[key] / Math.max(y[key], 0.001)));
  return {
    a: summary(pairs.map(([x]) => x)),
    b: summary(pairs.map(([, y]) => y)),
    wall: ratio('wall'),
    cpu: ratio('cpu'),
    runs,
  };
};

/** Alone: for what is held against an ideal that is a number. */
export const alone = async (a, { runs, warm = 1 }) => {
  const all = [];
  for (let at = -warm; at < runs; at += 1) {
    const each = await time(a());
    if (at >= 0) all.push(each);
  }
  return { ...summary(all), runs };
};

/** Where a program is, if it is. */
export const which = async (name) => {
  const { code, stdout } = await run(['bash', '-c', 'command -v "$1"', 'bench', name]);
  return code === 0 ? stdout.trim() : undefined;
};
