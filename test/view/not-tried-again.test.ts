// What keeps an action from being tried again is told beside its failure, in every view.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { EventBody } from '../../src/core/event.ts';
import { createGithub } from '../../src/view/github.ts';
import { createLines } from '../../src/view/lines.ts';
import { RunModel } from '../../src/view/run-model.ts';
import { summary } from '../../src/view/summary.ts';
import {
  begun,
  context,
  ended,
  finished,
  memory,
  planned,
  started,
  startOfStory,
  step,
  story,
} from './fixtures/story.ts';

const failure = { kind: 'exit', exitCode: 1, command: 'make', tail: [] } as const;
const reason = "not tried again: retry.when can't be computed: No such key: again";
const whole = `its command exited with code 1; ${reason}`;
const run: readonly (readonly [number, EventBody])[] = [
  [0, started()],
  [0, planned(step('a'))],
  [1, begun('a')],
  [2, ended('a', 'failed', { failure, reason })],
  [3, finished('failed')],
];

it('in the lines', () => {
  const out = memory();
  const view = createLines(context(out));
  for (const event of story(run)) view.on(event);
  expect(out.text).toContain(whole);
});

it('in the ending', () => {
  const model = new RunModel({ past: [] });
  for (const event of story(run)) model.add(event);
  expect(summary(model, { color: false, now: startOfStory + 9000 })).toContain(`Failed: a: ${whole}`);
});

it('in the annotation and the job summary', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'lab-again-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const out = memory();
  const view = createGithub({ ...context(out), jobSummary: join(dir, 'summary.md') });
  for (const event of story(run)) view.on(event);
  await view.close();
  expect(out.text).toMatch(new RegExp(`::error .*::${whole}`));
  expect(readFileSync(join(dir, 'summary.md'), 'utf8').split(whole)).toHaveLength(3);
});
