import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/engine/pace.ts';

const minute = 60_000;

describe('the pace of looking', () => {
  it('is quick at first', () => {
    expect(new Pace().pause({ lookMs: 0.2, waitedMs: 1, everyMs: 1000 })).toBe(15);
  });

  it('costs no more than a share of the time when looks are slow', () => {
    expect(new Pace().pause({ lookMs: 400, waitedMs: 0, everyMs: 1000 })).toBe(400);
    expect(new Pace().pause({ lookMs: 5000, waitedMs: 0, everyMs: 1000 })).toBe(1000);
  });

  it('stays within a tenth of a second for what is cheap to ask, however long it is waited for', () => {
    expect(new Pace().pause({ lookMs: 0.2, waitedMs: 10 * minute, everyMs: 1000 })).toBe(100);
  });

  it('asks no more than so much a second in all, and as often as before once others are done', () => {
    const pace = new Pace();
    const leave = Array.from({ length: 100 }, () => pace.enter());
    expect(pace.pause({ lookMs: 0.2, waitedMs: minute, everyMs: 1000 })).toBe(500);
    for (const each of leave) each();
    expect(pace.pause({ lookMs: 0.2, waitedMs: minute, everyMs: 1000 })).toBe(100);
  });

  it('leaves a look that takes long most of the time to others, and never exceeds what its author wants', () => {
    expect(new Pace().pause({ lookMs: 40, waitedMs: minute, everyMs: 5000 })).toBe(800);
    expect(new Pace().pause({ lookMs: 40, waitedMs: minute, everyMs: 300 })).toBe(300);
  });
});
