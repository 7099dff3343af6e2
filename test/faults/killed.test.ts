import { existsSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLockHolder } from '../../src/store/lock.ts';
import { readState } from '../../src/store/state.ts';
import { forEachOf, some } from './rig/for-each.ts';
import { type Ended, type Fault, Lab, type Moment } from './rig/lab.ts';
import { useProgram } from './rig/program.ts';
import { build, clear, steps } from './rig/workflows.ts';

const program = useProgram();
const patient = { timeout: 600_000 };
const all = process.env['FAULTS'] === 'all';

const workflows = { build, clear };
const newLab = (): Lab => new Lab(program.main, workflows);

const momentsOf = async (args: readonly string[], lab = newLab()): Promise<readonly Moment[]> => {
  const { ended, moments } = await lab.moments(args);
  expect(ended.code, told(ended)).toBe(0);
  return moments;
};

const told = (ended: Ended): string => `${ended.code} ${ended.signal}\n${ended.stdout}\n${ended.stderr}`;

const finishedIn = async (lab: Lab): Promise<ReadonlySet<string>> =>
  new Set(
    (await lab.events()).flatMap((event) =>
      event.type === 'step.finished' && event.outcome === 'changed' ? [event.address] : [],
    ),
  );

/** What must hold whenever a build was killed and continued: all is there, nothing ran beside itself, nothing proved ran again. */
const expectBuilt = async (lab: Lab, finishedBefore: ReadonlySet<string>): Promise<void> => {
  const deeds = lab.deeds();
  expect(deeds.filter((deed) => deed.startsWith('beside'))).toEqual([]);
  for (const step of steps) {
    expect(existsSync(join(lab.world, step))).toBe(true);
    const times = deeds.filter((deed) => deed === `start ${step}`).length;
    expect(times).toBeGreaterThanOrEqual(1);
    expect(times, `${step}: ${deeds.join(', ')}`).toBeLessThanOrEqual(finishedBefore.has(step) ? 1 : 2);
  }
  const { created, deployed, runs } = await readState(lab.stateDir);
  expect(created.map(({ address }) => address).sort()).toEqual([...steps].sort());
  expect(deployed).toMatchObject({ variant: 'tiny', workflow: 'build' });
  expect(runs.at(-1)).toMatchObject({ workflow: 'build', outcome: 'succeeded' });
  await expectNothingLeft(lab);
};

const expectNothingLeft = async (lab: Lab): Promise<void> => {
  expect(await readLockHolder(lab.stateDir)).toBeUndefined();
  // A taker of the lock that died before its first word leaves an empty file, which stays for a minute: it may be somebody's.
  const left = readdirSync(lab.stateDir).filter(
    (name) => !/^lock\..*\.tmp$/.test(name) || statSync(join(lab.stateDir, name)).size > 0,
  );
  expect(left.filter((name) => name !== 'checked').sort()).toEqual(['runs', 'state.json']);
  const checked = join(lab.stateDir, 'checked');
  expect(existsSync(checked) ? readdirSync(checked).filter((name) => name.endsWith('.tmp')) : []).toEqual([]);
};

const expectRecovered = async (lab: Lab, moment: unknown, workflow?: string): Promise<void> => {
  const recovered = await lab.recover(workflow);
  expect(recovered.code, `${JSON.stringify(moment)}: ${told(recovered)}`).toBe(0);
};

const builtAfter = async (lab: Lab, moment: unknown): Promise<void> => {
  const finished = await finishedIn(lab);
  await expectRecovered(lab, moment);
  await expectBuilt(lab, finished);
};

const killedAndContinued = async (fault: Fault): Promise<void> => {
  const lab = newLab();
  const ended = await lab.run(['run', 'build'], fault);
  // What comes at the same time shares a write, so that one run has a few operations fewer than another.
  if (ended.code !== 0) expect(ended.signal, told(ended)).toBe('SIGKILL');
  await builtAfter(lab, fault);
};

const expectCleared = async (lab: Lab, moment: unknown): Promise<void> => {
  await expectRecovered(lab, moment, 'clear');
  expect(steps.filter((step) => existsSync(join(lab.world, step)))).toEqual([]);
  const { created, deployed } = await readState(lab.stateDir);
  expect({ created, deployed }).toEqual({ created: [], deployed: undefined });
  await expectNothingLeft(lab);
};

/** Cuts every file of the state to what was synced of it. */
const forget = (lab: Lab, { synced }: Moment): void => {
  for (const [path, length] of Object.entries(synced)) {
    const file = join(lab.dir, path);
    if (existsSync(file)) truncateSync(file, length);
  }
};

/** The numbers of the moments before a spawn. */
const spawnsIn = (moments: readonly Moment[]): readonly number[] =>
  moments.filter(({ name }) => name === 'spawn').map(({ at }) => at);

const journalLength = (lab: Lab): number => {
  const [run] = lab.runs();
  return run === undefined || !existsSync(lab.journalOf(run)) ? 0 : readFileSync(lab.journalOf(run)).length;
};

describe('a run that is killed with SIGKILL', patient, () => {
  it('before any durable operation or spawn reaches the same end', async () => {
    const moments = await momentsOf(['run', 'build']);
    expect(spawnsIn(moments)).toHaveLength(4);
    await forEachOf(moments, ({ at }) => killedAndContinued({ at, when: 'before' }));
  });

  it('after any spawn, sync or change of a name reaches the same end', async () => {
    const moments = await momentsOf(['run', 'build']);
    // The moment after an operation is on the disk the moment before the next; only a spawn has an effect of its own meanwhile.
    const told = moments.filter(({ name }) => name === 'spawn' || (all && name !== 'write'));
    await forEachOf(told, ({ at }) => killedAndContinued({ at, when: 'after' }));
  });

  it('while it takes everything down, before any operation, leaves nothing once it is continued', async () => {
    const built = newLab();
    expect((await built.run(['run', 'build'])).code).toBe(0);
    const moments = await momentsOf(['run', 'clear'], built.copy());
    await forEachOf(all ? moments.map(({ at }) => at) : spawnsIn(moments), async (at) => {
      const lab = built.copy();
      await lab.run(['run', 'clear'], { at });
      await expectCleared(lab, at);
    });
  });

  it('while it is continued, before any operation of that, reaches the same end', async () => {
    const [, second = 0] = spawnsIn(await momentsOf(['run', 'build']));
    const broken = newLab();
    expect((await broken.run(['run', 'build'], { at: second })).signal).toBe('SIGKILL');
    const moments = await momentsOf(['resume'], broken.copy());
    await forEachOf(all ? moments.map(({ at }) => at) : spawnsIn(moments), async (at) => {
      const lab = broken.copy();
      await lab.run(['resume'], { at });
      await builtAfter(lab, at);
    });
  });
});

describe('a machine that loses its power', patient, () => {
  it('before any operation reaches the same end, with what was written', async () => {
    await forEachOf(some(await momentsOf(['run', 'build'])), (moment) => builtAfter(moment.restore(), moment));
  });

  it('before any operation reaches the same end, without what was not synced', async () => {
    const moments = await momentsOf(['run', 'build']);
    const unsure = moments.filter((moment) => {
      const lab = moment.restore();
      const before = journalLength(lab);
      forget(lab, moment);
      return journalLength(lab) < before;
    });
    expect(unsure.length).toBeGreaterThan(8);
    await forEachOf(unsure, async (moment) => {
      const lab = moment.restore();
      forget(lab, moment);
      await builtAfter(lab, moment);
    });
  });

  it('in the middle of any write of the journal reaches the same end', async () => {
    const moments = await momentsOf(['run', 'build']);
    // Other files are written too: what counts are the writes by which the journal grew.
    const writes = moments.flatMap((moment, index) => {
      const next = moments[index + 1];
      if (moment.name !== 'write' || next === undefined) return [];
      const [start, end] = [journalLength(moment.restore()), journalLength(next.restore())];
      return end > start ? [{ index, next, start, end }] : [];
    });
    expect(writes.length).toBeGreaterThan(8);
    const cuts = [1, 60, -2, -1];
    const cases = writes.flatMap((write, turn) =>
      (all ? cuts : [cuts[turn % cuts.length] ?? 1]).map((cut) => ({ ...write, cut })),
    );
    await forEachOf(cases, async ({ index, next, start, end, cut }) => {
      const after = next.restore();
      truncateSync(after.journalOf(after.runs()[0] ?? ''), cut < 0 ? end + cut : Math.min(end, start + cut));
      await builtAfter(after, { at: index, cut });
    });
  });

  it('while it takes everything down leaves nothing once it is continued', async () => {
    const built = newLab();
    expect((await built.run(['run', 'build'])).code).toBe(0);
    await forEachOf(some(await momentsOf(['run', 'clear'], built)), (moment) =>
      expectCleared(moment.restore(), moment),
    );
  });

  it('while a run is continued reaches the same end', async () => {
    const [, second = 0] = spawnsIn(await momentsOf(['run', 'build']));
    const broken = newLab();
    expect((await broken.run(['run', 'build'], { at: second })).signal).toBe('SIGKILL');
    await forEachOf(some(await momentsOf(['resume'], broken)), (moment) => builtAfter(moment.restore(), moment));
  });
});

describe('a journal cut off at any byte of its last record', patient, () => {
  it('is continued from the record before it', async () => {
    const lab = newLab();
    expect((await lab.run(['run', 'build'])).code).toBe(0);
    const [run = ''] = lab.runs();
    const whole = readFileSync(lab.journalOf(run));
    const last = whole.length - 1 - whole.lastIndexOf(10, whole.length - 2);
    const cuts = Array.from({ length: last }, (_, index) => index + 1).filter(
      (cut) => all || cut <= 2 || cut >= last - 1 || cut % 61 === 0,
    );
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
