import { describe, expect, it } from 'vitest';
import { criticalPath } from '../../src/report/critical-path.ts';
import { RunRecord } from '../../src/report/run-record.ts';
import { timeScale } from '../../src/report/time-scale.ts';
import { acted, began, ended, eventsOf, finished, planned, resumed, start, started } from './rig/pages.ts';

const record = (...told: Parameters<typeof eventsOf>[0]): RunRecord => new RunRecord(eventsOf(told));
const barsOf = (run: RunRecord, address: string): unknown =>
  run.rows
    .get(address)
    ?.bars.map(({ kind, from, to, cut }) => [kind, from - began, (to ?? 0) - began, ...(cut ? ['cut'] : [])]);

describe('a run as a page shows it', () => {
  it('parts looking, waiting for a place, working and proving', () => {
    const run = record(
      [0, started],
      [0, planned({ address: 'a' })],
      [100, start('a')],
      [500, acted('a', 300)],
      [900, finished('a', 850)],
    );
    expect(barsOf(run, 'a')).toEqual([
      ['look', 50, 100],
      ['queue', 100, 200],
      ['act', 200, 500],
      ['prove', 500, 900],
    ]);
  });

  it('ends what was at work where the run was cut off, and goes on after the resume', () => {
    const run = record(
      [0, started],
      [0, planned({ address: 'a' })],
      [100, start('a')],
      [9000, resumed],
      [9100, start('a', 2)],
      [9300, acted('a', 200, 2)],
      [9400, finished('a', 300)],
    );
    expect(barsOf(run, 'a')).toEqual([
      ['act', 100, 100, 'cut'],
      ['act', 9100, 9300],
      ['prove', 9300, 9400],
    ]);
    expect(run.sittings.map(({ end }) => end)).toEqual(['cut', undefined]);
  });

  it('says that a step was cut off when nobody drives the run', () => {
    const run = record([0, started], [0, planned({ address: 'a' })], [100, start('a')]);
    run.settle();
    expect(run.rows.get('a')?.phase).toBe('cut');
  });

  it('folds the time in which nobody drove the run to a short gap', () => {
    const run = record(
      [0, started],
      [1000, ended('interrupted', 1000)],
      [3_600_000, resumed],
      [3_601_000, ended('succeeded', 1000)],
    );
    const { total, gaps, place } = timeScale(run.sittings);
    expect(total).toBeLessThan(3000);
    expect(gaps).toHaveLength(1);
    expect(place(began + 3_601_000)).toBe(total);
  });

  it('finds the steps that decided how long it took, through the parents of foreach steps', () => {
    const run = record(
      [0, started],
      [
        0,
        planned(
          { address: 'a', parent: true, needs: ['a[1]', 'a[2]'] },
          { address: 'a[1]', step: 'a' },
          { address: 'a[2]', step: 'a' },
          { address: 'b', needs: ['a'] },
        ),
      ],
      [10, finished('a[2]', 10)],
      [90, finished('a[1]', 90)],
      [100, finished('b', 10)],
    );
    expect(criticalPath(run)).toEqual([
      { address: 'a[1]', addedMs: 90 },
      { address: 'b', addedMs: 10 },
    ]);
  });
});
