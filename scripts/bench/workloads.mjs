// The same work for each program: a chain, layers that wait for one another, sleeps, one path that is longer than the others.
import { cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/lab.js', import.meta.url));

const step = (number, needs, argv = ['/bin/true']) => ({
  id: `s${number}`,
  needs: needs.map((each) => `s${each}`),
  argv,
});
const range = (count) => Array.from({ length: count }, (_, index) => index);

export const chain = (length) => range(length).map((at) => step(at, at === 0 ? [] : [at - 1]));

/** Each layer waits for all of the one before. */
export const layers = (count, width, argv) =>
  range(count * width).map((at) => {
    const layer = Math.floor(at / width);
    return step(at, layer === 0 ? [] : range(width).map((place) => (layer - 1) * width + place), argv);
  });

const nap = ['/bin/sleep', '0.05'];
export const naps = () => layers(20, 8, nap);

/** Sixty steps that need nothing, declared first, and a chain of twenty: four at a time the least is as long as the chain. */
export const longestPath = () => [
  ...range(60).map((at) => step(at, [], nap)),
  ...range(20).map((at) => step(60 + at, at === 0 ? [] : [59 + at], nap)),
];

/** `at` fails until a file `mended` is there. */
export const failing = (steps, at) =>
  steps.map((each, index) => (index === at ? { ...each, argv: ['/usr/bin/test', '-e', 'mended'] } : each));

/**
 * A project for lab. `run()` gives a run with a state of its own, in which the project is known as it is after any earlier run;
 * `first()` one in which it is not; `again(state)` one more in a given state.
 */
export const forLab = (folder, steps, { jobs, satisfied } = {}) => {
  const variant = join(folder, 'workflows', 'bench');
  mkdirSync(variant, { recursive: true });
  writeFileSync(join(variant, 'variant.yaml'), 'name: bench\n');
  const lines = steps.map(
    ({ id, needs, argv }) =>
      `  - id: ${id}\n    needs: [${needs.join(', ')}]\n    run: [${argv.join(', ')}]\n${satisfied ? `    satisfied: ${satisfied}\n` : ''}`,
  );
  writeFileSync(join(variant, 'go.yaml'), `name: go\n${jobs ? `concurrency: ${jobs}\n` : ''}steps:\n${lines.join('')}`);
  const command = (state, words = ['run', 'go']) => ({
    argv: [process.execPath, program, ...words, '--no-tty', '--state-dir', state],
    cwd: folder,
  });
  const fresh = () => mkdtempSync(join(folder, 'state-'));
  const known = join(folder, 'known');
  return {
    folder,
    known: command(known),
    first: () => command(fresh()),
    again: (state, words) => command(state, words),
    fresh,
    run: () => {
      const state = fresh();
      if (existsSync(join(known, 'checked')))
        cpSync(join(known, 'checked'), join(state, 'checked'), { recursive: true });
      return command(state);
    },
  };
};

/** Plain commands one after the other; of layers each layer at once. */
export const forBash = (folder, steps, width = 1) => {
  mkdirSync(folder, { recursive: true });
  const commands = steps.map(({ argv }) => argv.join(' '));
  const lines =
    width === 1
      ? commands
      : range(Math.ceil(steps.length / width)).map(
          (layer) => `${commands.slice(layer * width, (layer + 1) * width).join(' & ')} & wait`,
        );
  writeFileSync(join(folder, 'run.sh'), `set -e\n${lines.join('\n')}\n`);
  return () => ({ argv: ['bash', 'run.sh'], cwd: folder });
};
