import { expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { createLines } from '../../src/view/lines.ts';
import { createNdjson, safeJson } from '../../src/view/ndjson.ts';
import { cleanName, cleanScreen } from '../../src/view/text.ts';

const hostile = 'm[\u001b]52;c;aGk=\u0007\u001b[31mred\u009b2J\na\r\n::error::forged]';
const shown = 'm[\\u001b]52;c;aGk=\\u0007\\u001b[31mred\\u009b2J\\na\\r\\n::error::forged]';
const planned = { address: hostile, step: 'm', name: hostile, needs: [] };
const told = [
  { type: 'run.planned', steps: [planned] },
  { type: 'step.started', address: hostile, attempt: 1 },
  { type: 'step.output', address: hostile, stream: 'stdout', text: 'out\n' },
  {
    ...{ type: 'step.finished', address: hostile, outcome: 'changed', outputs: {}, evidence: [] },
    ...{ attempts: 1, durationMs: 1, creates: [] },
  },
  { type: 'step.undone', address: hostile, outcome: 'removed', created: [], durationMs: 1, evidence: [] },
  { type: 'run.finished', outcome: '\u001b]52;c;aGk=\u0007\nforged', counts: {}, durationMs: 1, facts: {} },
].map((event, seq) => ({ ...event, seq, at: 0 })) as unknown as readonly RunEvent[];

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what may not be there
const controls = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/;

const written = (make: typeof createLines | typeof createNdjson): readonly string[] => {
  const pieces: string[] = [];
  const out = { write: (text: string) => pieces.push(text) };
  const view = make({ out, err: out, now: () => 0, color: false });
  for (const event of told) view.on(event);
  return pieces;
};

it('names that command a terminal or break lines are shown escaped, the same on every line', () => {
  const lines = written(createLines);
  expect(lines.length).toBeGreaterThanOrEqual(5);
  for (const line of lines) {
    expect(line).not.toMatch(controls);
    expect(line.indexOf('\n')).toBe(line.length - 1);
  }
  expect(lines.filter((line) => line.includes(shown)).length).toBe(4);
});

it('JSON holds no control character as it is, and says the same', () => {
  const lines = written(createNdjson);
  for (const [at, line] of lines.entries()) {
    expect(line).not.toMatch(controls);
    expect(JSON.parse(line)).toMatchObject(told[at] as object);
  }
  expect(safeJson('\u009b')).toBe('"\\u009b"');
});

it('a screen keeps its colours and nothing else that commands', () => {
  expect(cleanScreen('\u001b[31mred\u001b[0m \u001b]52;c;aGk=\u0007a\u009b2Jb\nend')).toBe(
    '\u001b[31mred\u001b[0m ab\nend',
  );
  expect(cleanName('plain ä')).toBe('plain ä');
});
