import { existsSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ended, type Fault, Lab } from './rig/lab.ts';
import { useProgram } from './rig/program.ts';
import { build, clear, steps } from './rig/workflows.ts';

const program = useProgram();
const patient = { timeout: 600_000 };

const workflows = { build, clear };

/** Every operation of one whole run, in order. */
const operationsOf = async (
  args: readonly string[],
  lab = new Lab(program.main, workflows),
): Promise<readonly string[]> => {
  const trace = join(lab.dir, 'trace');
  expect((await lab.run(args, { trace })).code).toBe(0);
  return readFileSync(trace, 'utf8').split('\n').slice(0, -1);
};

const told = (ended: Ended): string => `${ended.code} ${ended.signal}\n${ended.stdout}\n${ended.stderr}`;

/** What must hold whenever a build was killed and continued: all is there, nothing ran beside itself, nothing proved ran again. */
const expectBuilt = async (lab: Lab, finishedBefore: ReadonlySet<string>): Promise<void> => {
  const deeds = lab.deeds();
  expect(deeds.filter((deed) => deed.startsWith('beside'))).toEqual([]);
  for (const step of steps) {
    expect(existsSync(join(lab.world, step))).toBe(true);
    const times = deeds.filter((deed) => deed === `start ${step}`).length;
    expect(times).toBeGreaterThanOrEqual(1);
    if (finishedBefore.has(step)) expect(times).toBe(1);
    expect(times).toBeLessThanOrEqual(2);
  }
  const status = await lab.run(['status', '--json']);
  expect(told(status)).toContain('"holds":');
  expect(status.code).toBe(0);
  expect(JSON.parse(status.stdout)).toMatchObject({ unfinished: null, running: null, created: 4 });
};

const finishedIn = async (lab: Lab): Promise<ReadonlySet<string>> =>
  new Set(
    (await lab.events()).flatMap((event) =>
      event.type === 'step.finished' && event.outcome === 'changed' ? [event.address] : [],
    ),
  );

const killedAndContinued = async (fault: Fault): Promise<void> => {
  const lab = new Lab(program.main, workflows);
  const ended = await lab.run(['run', 'build'], fault);
  // What comes at the same time shares a write, so that one run has a few operations fewer than another.
  if (ended.code !== 0) expect(ended.signal, told(ended)).toBe('SIGKILL');
  const finished = await finishedIn(lab);
  const recovered = await lab.recover();
  expect(recovered.code, `${JSON.stringify(fault)}: ${told(recovered)}`).toBe(0);
  await expectBuilt(lab, finished);
};

/** A few at a time: each is a process or two. */
const forEachOf = async <T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> => {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await act(item);
    }),
  );
};

/** The boundaries of the slower matrices: every third, and all of them with FAULTS=all. */
const some = <T>(moments: readonly T[]): readonly T[] =>
  process.env['FAULTS'] === 'all' ? moments : moments.filter((_, index) => index % 3 === 0);

const numbers = (length: number): readonly number[] => Array.from({ length }, (_, index) => index + 1);

describe('a run that is killed with SIGKILL', patient, () => {
  it('before any durable operation or spawn reaches the same end', async () => {
    const operations = await operationsOf(['run', 'build']);
    expect(operations.filter((name) => name === 'spawn')).toHaveLength(4);
    await forEachOf(numbers(operations.length), (at) => killedAndContinued({ at, when: 'before' }));
  });

  it('after any spawn, sync or change of a name reaches the same end', async () => {
    const operations = await operationsOf(['run', 'build']);
    const moments = numbers(operations.length).filter((at) => operations[at - 1] !== 'write');
    await forEachOf(moments, (at) => killedAndContinued({ at, when: 'after' }));
  });

  it('with the loss of all that was not synced reaches the same end', async () => {
    const operations = await operationsOf(['run', 'build']);
    const moments = numbers(operations.length).filter((at) =>
      ['write', 'sync', 'sync aside', 'spawn'].includes(operations[at - 1] ?? ''),
    );
    await forEachOf(some(moments), (at) => killedAndContinued({ at, when: 'after', forget: true }));
  });

  it('in the middle of any write of the journal reaches the same end', async () => {
    const operations = await operationsOf(['run', 'build']);
    const writes = numbers(operations.length).filter((at) => operations[at - 1] === 'write');
    await forEachOf(
      some(writes).flatMap((at) => [1, 60, -2, -1].map((torn) => ({ at, torn }))),
      killedAndContinued,
    );
  });

  it('while it takes everything down, before any operation, leaves nothing once it is continued', async () => {
    const built = new Lab(program.main, workflows);
    expect((await built.run(['run', 'build'])).code).toBe(0);
    const operations = await operationsOf(['run', 'clear'], built.copy());
    await forEachOf(some(numbers(operations.length)), async (at) => {
      const lab = built.copy();
      await lab.run(['run', 'clear'], { at });
      const recovered = await lab.recover('clear');
      expect(recovered.code, `${at}: ${told(recovered)}`).toBe(0);
      expect(steps.filter((step) => existsSync(join(lab.world, step)))).toEqual([]);
      expect(JSON.parse((await lab.run(['status', '--json'])).stdout)).toMatchObject({ deployed: null, created: 0 });
    });
  });

  it('while it is continued, before any operation of that, reaches the same end', async () => {
    const spawned = (await operationsOf(['run', 'build'])).flatMap((name, index) =>
      name === 'spawn' ? [index + 1] : [],
    );
    const broken = new Lab(program.main, workflows);
    expect((await broken.run(['run', 'build'], { at: spawned[1] ?? 0 })).signal).toBe('SIGKILL');
    const operations = await operationsOf(['resume'], broken.copy());
    await forEachOf(some(numbers(operations.length)), async (at) => {
      const lab = broken.copy();
      await lab.run(['resume'], { at });
      const finished = await finishedIn(lab);
      const recovered = await lab.recover();
      expect(recovered.code, `${at}: ${told(recovered)}`).toBe(0);
      await expectBuilt(lab, finished);
    });
  });
});

describe('a journal cut off at any byte of its last record', patient, () => {
  it('is continued from the record before it', async () => {
    const lab = new Lab(program.main, workflows);
    expect((await lab.run(['run', 'build'])).code).toBe(0);
    const [run = ''] = lab.runs();
    const whole = readFileSync(lab.journalOf(run));
    const last = whole.length - 1 - whole.lastIndexOf(10, whole.length - 2);
    const cuts = [...numbers(3), ...numbers(last).filter((cut) => cut % 41 === 0), last - 1, last];
    const deeds = lab.deeds();
    await forEachOf(cuts, async (cut) => {
      const copy = lab.copy();
      truncateSync(copy.journalOf(run), whole.length - cut);
      const again = await copy.run(['run', 'build']);
      expect(again.code, told(again)).toBe(0);
      expect(copy.deeds()).toEqual(deeds);
    });
  });
});
