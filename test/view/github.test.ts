import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EventBody } from '../../src/core/event.ts';
import { createGithub } from '../../src/view/github.ts';
import type { ViewContext } from '../../src/view/view.ts';
import { begun, context, ended, finished, memory, planned, said, started, step, story } from './fixtures/story.ts';

const failure = { kind: 'exit', exitCode: 1, command: 'make', tail: ['100% | <b>bad</b>'] } as const;
const run: readonly (readonly [number, EventBody])[] = [
  [0, started()],
  [0, planned(step('a', { name: 'Build, all: 100%' }), step('b', { needs: ['a'] }))],
  [1, begun('a')],
  [2, said('a', 'one\n::error::not mine\nx ##[error]nor this\nrest')],
  [3, ended('a', 'failed', { failure })],
  [4, ended('b', 'blocked', { reason: 'needs a' })],
  [5, finished('failed', { facts: { url: 'http://x|y' } })],
];

const show = async (entries: typeof run, rest: Partial<ViewContext> = {}): Promise<string> => {
  const out = memory();
  const view = createGithub({ ...context(out), ...rest });
  for (const event of story(entries)) view.on(event);
  await view.close();
  return out.text;
};

describe('the view in GitHub Actions', () => {
  it('folds the output of a step into a group when it ends, and annotates a failure at its place', async () => {
    const text = await show(run, { place: () => 'workflows/x/deploy.yaml:7:5' });
    expect(text.split('\n')).toEqual([
      'run: deploy, variant frr-netns, run run-1',
      'plan: 2 steps',
      'running: a (Build, all: 100%)',
      '::group::failed: a (Build, all: 100%25), 1.0s: its command exited with code 1',
      '| one',
      '| : :error::not mine',
      '| x # #[error]nor this',
      '| rest',
      '::endgroup::',
      '::error file=workflows/x/deploy.yaml,line=7,col=5,title=Failed%3A Build%2C all%3A 100%25::its command exited with code 1',
      'blocked: b, 1.0s: needs a',
      'failed: the run took 12s',
      '',
    ]);
  });

  it('keeps the last lines of a flood', async () => {
    const flood = Array.from({ length: 3000 }, (_, at) => [1, said('a', `line ${at}\n`)] as const);
    const text = await show([[0, planned(step('a'))], ...flood, [2, ended('a', 'changed')]]);
    expect(text).toContain('| line 2999');
    expect(text.match(/\| line/g)?.length).toBeLessThanOrEqual(1000);
    expect(text).toMatch(/\(\d+ lines before these, see its log\)/);
  });

  it('writes the page of the job as Markdown in which nothing foreign is markup', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'lab-view-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const causes = [{ id: 'x', match: { output: /bad/ }, cause: 'It is the _usual_ one.', remedy: 'Do it.' }];
    const text = await show(run, { jobSummary: join(dir, 'summary.md'), causes, place: () => 'd.yaml:7:5' });
    expect(text).toMatch(/::error .*::its command exited with code 1\. It is the _usual_ one\. Do it\./);
    const page = readFileSync(join(dir, 'summary.md'), 'utf8');
    expect(page).toContain('## deploy failed in 12s');
    expect(page).toContain('1 failed, 1 blocked.');
    expect(page).toContain('| url | http://x&#124;y |');
    expect(page).toContain(
      [
        '**Build, all: 100%** failed: its command exited with code 1',
        'Defined at d.yaml:7:5',
        'Command:\n\n    make',
        'Last lines:\n\n    100% | <b>bad</b>',
        'Cause: It is the &#95;usual&#95; one.',
        'Remedy: Do it.',
      ].join('\n\n'),
    );
    expect(page).toContain('| blocked | b | 1.0s | needs a |');
  });

  it('says so when the page cannot be written', async () => {
    expect(await show([[0, planned()]], { jobSummary: '/nowhere/at/all/summary.md' })).toContain(
      '::warning::The job summary',
    );
  });
});
