import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/core/event.ts';
import { createLines } from '../../src/view/lines.ts';
import { createNdjson, createQuiet } from '../../src/view/view.ts';
import {
  begun,
  bgp,
  context,
  ended,
  finished,
  looked,
  memory,
  planned,
  said,
  started,
  step,
  story,
} from './fixtures/story.ts';

const show = (entries: readonly (readonly [number, EventBody])[], color = false): string => {
  const out = memory();
  const view = createLines({ ...context(out), color });
  for (const event of story(entries)) view.on(event);
  return out.text;
};

describe('the line view', () => {
  it('tells each event on a line with its time and a word', () => {
    const text = show([
      [0, started()],
      [
        0,
        planned(
          step('cluster', { name: 'Start minikube', usualMs: 125_000 }),
          step('verify', { needs: ['cluster'], usualMs: 1000 }),
        ),
      ],
      [1000, begun('cluster')],
      [2000, said('cluster', 'Pulling base image\n')],
      [3000, looked('cluster', [bgp('2 of 4 Established')])],
      [4000, ended('cluster', 'changed', { durationMs: 3000 })],
      [4100, ended('verify', 'satisfied', { reason: 'it holds', evidence: [bgp('4 of 4 Established', true)] })],
      [5000, finished('succeeded')],
    ]);
    expect(text.split('\n')).toEqual([
      '03:04:05 run          deploy, variant frr-netns, run run-1',
      '03:04:05 plan         2 steps, about 2m06s by earlier runs',
      '03:04:06 running      cluster (Start minikube)',
      '03:04:07 output       cluster | Pulling base image',
      '03:04:08 waiting      cluster (Start minikube): BGP leaf1: 2 of 4 Established, 3.0s of 1m00s',
      '03:04:09 changed      cluster (Start minikube), 3.0s',
      '03:04:09 already true verify, 1.0s: BGP leaf1: 4 of 4 Established',
      '03:04:10 succeeded    the run took 12s',
      '',
    ]);
  });

  it('says of a wait only what is new', () => {
    const look = (at: number, saw: string) => [at, looked('a', [bgp(saw)])] as const;
    const text = show([
      [0, planned(step('a'))],
      look(0, '1 of 4'),
      look(1500, '1 of 4'),
      look(3000, '2 of 4'),
      look(34_000, '2 of 4'),
    ]);
    expect(text.match(/waiting/g)).toHaveLength(3);
    expect(text).toContain('2 of 4, unchanged for 31s');
  });

  it('says why a step failed, what it blocks, and that it will be tried again', () => {
    const failure = { kind: 'exit', exitCode: 2, command: 'make', tail: [] } as const;
    const text = show([
      [0, planned(step('a'), step('b', { needs: ['a'] }))],
      [0, { type: 'step.retrying', address: 'a', attempt: 1, delayMs: 10_000, failure }],
      [1, ended('a', 'failed', { failure })],
      [2, ended('b', 'blocked', { reason: 'needs a', durationMs: 0 })],
    ]);
    expect(text).toContain('trying again a: its command exited with code 2; next attempt in 10s');
    expect(text).toContain('failed       a, 1.0s: its command exited with code 2');
    expect(text).toContain('blocked      b: needs a');
  });

  it('puts chunks of output together into lines and hides a flood', () => {
    const flood = Array.from({ length: 200 }, (_, at) => [100, said('a', `line ${at}\n`)] as const);
    const text = show([
      [0, planned(step('a'))],
      [0, said('a', 'hal')],
      [1, said('a', 'ves\n')],
      ...flood,
      [2000, ended('a', 'changed')],
    ]);
    expect(text).toContain('a | halves');
    expect(text).toContain('a | (151 more lines, see its log)');
    expect(text.match(/\| line/g)).toHaveLength(49);
  });

  it('shows hostile names and output as text', () => {
    const text = show([
      [0, planned(step('a', { name: '\u001b[2Jevil\nname' }))],
      [0, begun('a')],
      [1, said('a', '\u001b]0;title\u0007::error::x\r\u001b[Hy\n')],
      [2, ended('a', 'failed', { failure: { kind: 'internal', message: 'x\u001b[31m\ny' } })],
    ]);
    expect(text).not.toContain('\u001b');
    expect(text.trimEnd().split('\n')).toHaveLength(4);
  });

  it('colours only the word, and not without being told', () => {
    const entries = [
      [0, planned(step('a'))],
      [1, ended('a', 'changed')],
    ] as const;
    expect(show(entries)).not.toContain('\u001b');
    expect(show(entries, true)).toContain('\u001b[32mchanged     \u001b[39m a');
  });
});

describe('the JSON view', () => {
  it('writes every event as one line with the version of its shape', () => {
    const out = memory();
    const view = createNdjson({ out });
    const events = story([
      [0, started()],
      [1, said('a', 'x\ny')],
      [2, looked('a', [bgp('1')])],
    ]);
    for (const event of events) view.on(event);
    const read = out.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(read).toEqual(events.map((event) => ({ ...event, v: 1 })));
  });
});

describe('the quiet view', () => {
  it('tells failures and warnings only, on the error stream', () => {
    const out = memory();
    const err = memory();
    const view = createQuiet(context(out, err));
    const entries = [
      [0, planned(step('a'), step('b'))],
      [1, ended('a', 'changed')],
      [2, ended('b', 'failed', { failure: { kind: 'cancelled', signal: 'SIGINT' } })],
      [3, { type: 'notice', level: 'warning', code: 'x', message: 'look out' }],
      [4, { type: 'notice', level: 'info', code: 'x', message: 'nothing' }],
    ] as const;
    for (const event of story(entries)) view.on(event);
    expect(out.text).toBe('');
    expect(err.text).toBe('failed: b, 1.0s: it was stopped by SIGINT\nwarning: look out\n');
  });
});
