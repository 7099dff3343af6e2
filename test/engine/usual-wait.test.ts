// What earlier runs told of a step's time decides when its proof is looked at more closely.
import { expect, it } from 'vitest';
import { z } from 'zod';
import type { StepSpec } from '../../src/core/workflow.ts';
import type { ProbeType } from '../../src/engine/step-type.ts';
import { ManualClock } from '../rig/manual-clock.ts';
import { runIn, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

interface Noticed {
  readonly lateMs: number;
  readonly looks: number;
}

/** How late it is noticed that it came true, and how often it was looked at; a look takes a twentieth of a second. */
const noticed = async (comesTrueAt: number, step: Partial<StepSpec>, usual?: number): Promise<Noticed> => {
  const clock = new ManualClock({ automatic: true });
  const world = new World();
  world.does.set('a', () => clock.sleep(5000));
  let looks = 0;
  const slow: ProbeType = {
    name: 'slow',
    summary: 'Comes true in the end',
    input: z.strictObject({}),
    values: {},
    describe: () => 'slow',
    look: async () => {
      looks += 1;
      const holds = clock.monotonic() >= comesTrueAt;
      await clock.sleep(50);
      return { holds, saw: `${holds}`, values: {} };
    },
  };
  const health = [{ probe: 'slow', within: '60s', every: '5s' }];
  const ran = await runIn(workflow([{ id: 'a', health, ...step }]), {
    ...{ clock, world, probes: [slow] },
    ...(usual !== undefined && { usual: { a: usual } }),
  });
  expect(ran.result.outcome).toBe('succeeded');
  return { lateMs: clock.monotonic() - comesTrueAt, looks };
};

/** Of a step that comes true about when it usually does. */
const noticedInAll = async (step: Partial<StepSpec>, usual?: number): Promise<Noticed> => {
  const all = { lateMs: 0, looks: 0 };
  for (let at = 24_000; at < 28_000; at += 330) {
    const each = await noticed(at, step, usual);
    all.lateMs += each.lateMs;
    all.looks += each.looks;
  }
  return all;
};

it.each([
  ['that acts', { uses: 'do', with: { name: 'a' } }],
  ['that only waits', {}],
])('a step %s is noticed much earlier when it takes about as long as usual, for few more looks', async (_, step) => {
  const unknown = await noticedInAll(step);
  const known = await noticedInAll(step, 25_500);
  expect(known.lateMs).toBeLessThan(unknown.lateMs / 2);
  expect(known.looks).toBeLessThan(unknown.looks * 1.5);
});
