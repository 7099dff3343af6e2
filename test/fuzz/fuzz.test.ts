// A small share of `npm run fuzz`, always the same; and the odd files that were found by it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { readEvent } from '../../src/core/event-schema.ts';
import { readTranscript } from '../../src/rehearse/transcript.ts';
import { useProgram } from '../faults/rig/program.ts';
import { finished, notice, numbered, runFinished, runStarted, started } from '../store/rig/events.ts';

const program = useProgram();
const fuzz = new URL('../../scripts/fuzz.mjs', import.meta.url).pathname;
const runFuzz = (...words: string[]): Promise<string> =>
  promisify(execFile)(process.execPath, [fuzz, '--main', program.main, ...words]).then(
    ({ stdout }) => stdout,
    (error: { readonly stdout: string; readonly stderr: string }) => `${error.stdout}${error.stderr}`,
  );

describe('a file that was changed by chance', { timeout: 300_000 }, () => {
  it('refuses an odd bundle, transcript or file of stand-ins with its line, and never calls it a mistake in lab', async () => {
    for (const kind of ['events', 'bundle', 'transcript', 'stand-ins'])
      expect(await runFuzz('--seed', '11', '--cases', '6', '--only', kind)).toContain('6 of 6 were taken well');
  });

  it('is taken well, whichever of the files that lab reads it is', async () => {
    expect(await runFuzz('--seed', '3', '--cases', '22')).toContain('22 of 22 were taken well');
  });
});

describe('an event from a file', () => {
  it('is read back as it is written', () => {
    const events = numbered([runStarted('r'), started('a'), finished('a', { n: 1 }), notice('x'), runFinished()]);
    for (const event of events) expect(readEvent(JSON.parse(JSON.stringify(event)))).toEqual({ event });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a failure of no known kind', { failure: { kind: 'exmt' } }, 'failure.kind'],
    ['no name of a step', { address: undefined }, 'address: Invalid input: expected string, and it is missing'],
    ['a text where a list is due', { evidence: 'x' }, 'evidence'],
    ['a time that no date can hold', { at: 1e300 }, 'at: '],
    ['a type that no event has', { type: 'step.flew' }, 'type'],
  ])('is refused with %s, and says where', (_, change, words) => {
    const [event] = numbered([finished('a')]) as [RunEvent];
    const read = readEvent(JSON.parse(JSON.stringify({ ...event, ...change })));
    expect('mistake' in read && read.mistake).toContain(words);
  });
});

it.each([
  ['command', { stdout: 7 }],
  ['http', { ok: true, status: 'two hundred' }],
  ['readFile', 7],
  ['list', [7]],
  ['stat', {}],
])('a recorded answer to %s of another shape is refused with its line', (type, answer) => {
  const head = { type: 'transcript', format: 1, workflow: 'w', variant: 'v', version: '0' };
  const lines = [head, { type, question: 'q', answer, ms: 1 }].map((line) => JSON.stringify(line));
  expect(readTranscript(lines.join('\n'))).toMatchObject({ ok: false, line: 2 });
});
