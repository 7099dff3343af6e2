import { expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { statusText } from '../../src/session/status.ts';
import { whyText } from '../../src/session/why.ts';
import { createGithub } from '../../src/view/github.ts';
import { jobSummary } from '../../src/view/job-summary.ts';
import { createLines } from '../../src/view/lines.ts';
import { formatPlan } from '../../src/view/plan-table.ts';
import { RunModel } from '../../src/view/run-model.ts';
import { summary } from '../../src/view/summary.ts';
import { cleanName, cleanScreen } from '../../src/view/text.ts';
import { createNdjson, safeJson, type View, type ViewContext } from '../../src/view/view.ts';

const hostile = 'm[\u001b]52;c;aGk=\u0007\u001b[31mred\u009b2J\na\r\n::error::forged]';
const shown = 'm[\\u001b]52;c;aGk=\\u0007\\u001b[31mred\\u009b2J\\na\\r\\n::error::forged]';
const planned = { address: hostile, step: 'm', name: hostile, needs: [] };
const sentence = 'why\u001b]52;c;aGk=\u0007\n::error::forged\r\u009b2J\u202eend';
const observation = { probe: hostile, holds: false, saw: sentence, message: sentence };
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

/** Ends unhappily, and every text of it is hostile. */
const unhappy = [
  { type: 'run.started', workflow: 'w', variant: 'v', run: 'r', scope: {} },
  { type: 'run.planned', steps: [planned] },
  { type: 'notice', level: 'warning', code: 'x', message: sentence },
  { type: 'notice', level: 'info', code: 'x', message: sentence },
  { type: 'step.survived', address: hostile, process: { pid: 1 }, command: sentence, decision: 'wait' },
  { type: 'step.judged', address: hostile, verdict: 'run', reason: sentence, evidence: [] },
  { type: 'step.started', address: hostile, attempt: 1 },
  { type: 'step.output', address: hostile, stream: 'stdout', text: `${sentence}\n` },
  {
    ...{ type: 'step.finished', address: hostile, outcome: 'failed', outputs: {}, evidence: [observation] },
    ...{ failure: { kind: 'health', observations: [observation], waitedMs: 5 }, reason: sentence },
    ...{ attempts: 1, durationMs: 1, creates: [] },
  },
  {
    ...{ type: 'step.undone', address: hostile, outcome: 'failed', created: [{ kind: 'file', name: hostile }] },
    ...{ failure: { kind: 'output', name: hostile, message: sentence }, durationMs: 1, evidence: [] },
  },
  { type: 'run.finished', outcome: 'failed', counts: {}, durationMs: 1, facts: { [hostile]: sentence } },
].map((event, seq) => ({ ...event, seq, at: 0 })) as unknown as readonly RunEvent[];

const model = (): RunModel => {
  const made = new RunModel({});
  for (const event of unhappy) made.add(event);
  return made;
};

const drawing = { color: false, columns: 200, now: 0 };
const judged = { address: hostile, name: hostile, verdict: 'run', reason: sentence, evidence: [observation] } as const;
const last = { run: null, at: '1970-01-01T00:00:00Z', outcome: 'failed', reason: sentence, failure: sentence };
const cause = { ...judged, changes: [], last, causes: [], seeAbove: [hostile] };
const views: Readonly<Record<string, () => string>> = {
  lines: () => shownBy(createLines),
  github: () => shownBy(createGithub),
  'job summary': () =>
    jobSummary(model(), { ...drawing, out: { write: () => {} }, err: { write: () => {} }, now: () => 0 }),
  summary: () => summary(model(), drawing),
  plan: () => formatPlan({ steps: [{ ...judged, needs: [] }], totals: { run: 1 }, takesAway: [hostile] }, drawing),
  why: () => whyText([{ ...cause, causes: [{ ...cause, seeAbove: [] }] } as never], drawing),
  status: () =>
    statusText(
      {
        deployed: { variant: 'v', workflow: 'w', since: last.at, complete: true, facts: { [hostile]: sentence } },
        steps: [{ address: hostile, holds: false, reason: sentence, lastProved: null, since: null }],
        ...{ unfinished: null, running: { command: sentence, pid: 1, since: last.at }, problem: null, created: 0 },
        removed: [hostile],
      } as never,
      drawing,
    ),
};

const shownBy = (make: (context: ViewContext) => View): string => {
  const pieces: string[] = [];
  const out = { write: (text: string) => pieces.push(text) };
  const view = make({ out, err: out, now: () => 0, color: false });
  for (const event of unhappy) view.on(event);
  return pieces.join('');
};

it.each(Object.keys(views))('%s: no text from outside commands, reorders or begins a line', (name) => {
  const text = views[name]?.() ?? '';
  expect(text).toContain('why');
  expect(text).not.toMatch(controls);
  expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  expect(text).not.toMatch(/^(?:::error::|forged)/m);
  // Shown with its ends of lines, not cut to the last of them.
  expect(text.replaceAll('&#91;', '[').replaceAll('&#92;', '\\')).toMatch(/m\[\\u001b/);
});

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
