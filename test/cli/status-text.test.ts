import { describe, expect, it } from 'vitest';
import { type Status, statusText, withTurns } from '../../src/session/status.ts';

const now = Date.now();
const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString();
const clock = (at: string): string => new Date(at).toLocaleTimeString('sv-SE');
const held = (address: string, seconds: number) => ({
  ...{ address, holds: true, reason: 'it holds', lastProved: ago(5), since: ago(seconds) },
});
const broken = { address: 'leaf[b]', holds: false, reason: 'bgpd: not running', lastProved: ago(90), since: null };
const status = (steps: Status['steps']): Status => ({
  deployed: { variant: 'v', workflow: 'deploy', since: ago(100), inputs: {}, facts: { service: 'x' }, complete: true },
  ...{ steps, unfinished: null, running: null, problem: null, created: 3, removed: [] },
});
const drawing = { now, columns: 100, color: false };
// A day may begin between the two.
const shown = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\d (?=\d\d:\d\d:\d\d {2})/g, '');

describe('the status of a deployment', () => {
  it('says of every step since when it holds, children of one step together', () => {
    const text = statusText(status([held('base', 95), held('l[a]', 80), held('l[b]', 70), held('l[c]', 90)]), drawing);
    expect(shown(text).split('\n').slice(1)).toEqual([
      '  service  x',
      'All 4 steps hold, proved just now:',
      `  holds  base   since ${clock(ago(95))}  1m35s`,
      `  holds  l x 3  since ${clock(ago(70))}  1m10s`,
    ]);
  });

  it('names first what does not hold, what was seen, and when it held last', () => {
    const text = statusText(status([held('base', 95), broken]), drawing);
    expect(shown(text).split('\n').slice(2)).toEqual([
      '1 of 2 steps do not hold now:',
      '  fails  leaf[b]  held 1m30s ago  bgpd: not running',
      `  holds  base     since ${clock(ago(95))}  1m35s`,
      'To heal them: npx lab run deploy',
    ]);
  });

  it('that is watched knows when a step turned', () => {
    const first = status([held('a', 90), broken]);
    const turned = withTurns(first, status([{ ...broken, address: 'a' }, { ...held('leaf[b]', 1000) }]), now);
    expect(turned.steps.map(({ holds, since }) => [holds, since])).toEqual([
      [false, ago(0)],
      [true, ago(0)],
    ]);
    const later = withTurns(turned, status([{ ...broken, address: 'a' }, held('leaf[b]', 1000)]), now + 9000);
    expect(later.steps.map(({ since }) => since)).toEqual([ago(0), ago(0)]);
    expect(statusText(turned, drawing)).toContain(`fails  a        since ${clock(ago(0))}`);
  });
});
