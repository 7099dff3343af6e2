// That the soak would notice: steps that run again without need, and what a teardown leaves. A check that can't complain proves nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

const script = (name: string): string => new URL(`../../scripts/soak/${name}.mjs`, import.meta.url).href;
const { needless, record } = (await import(script('journals'))) as {
  record(state: string): unknown;
  needless(before: unknown, state: string): readonly string[];
};
const { leftoversOf } = (await import(script('leftovers'))) as { leftoversOf(state: string): readonly string[] };

type Event = Readonly<Record<string, unknown>>;

const stateWith = (run: string): { state: string; journal: (events: readonly Event[]) => void } => {
  const state = mkdtempSync(join(tmpdir(), 'lab-soaked-'));
  onTestFinished(() => rmSync(state, { recursive: true, force: true }));
  const folder = join(state, 'runs', run);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(state, 'state.json'), JSON.stringify({ format: 1, created: [], runs: [] }));
  const journal = (events: readonly Event[]): void =>
    writeFileSync(
      join(folder, 'journal.jsonl'),
      events.map((event, index) => `${JSON.stringify({ seq: index + 1, ...event })}\n`).join(''),
    );
  return { state, journal };
};

const planned = {
  type: 'run.planned',
  steps: ['a', 'b'].map((address) => ({ address, needs: address === 'b' ? ['a'] : [] })),
};
const done = (address: string): Event => ({ type: 'step.finished', address, outcome: 'changed' });
const started = (address: string): Event => ({ type: 'step.started', address });
const judged = (address: string, holds: boolean): Event => ({ type: 'step.judged', address, evidence: [{ holds }] });

describe('the soak', () => {
  const before = [planned, done('a'), done('b')];
  const cases: readonly (readonly [string, readonly Event[], readonly string[]])[] = [
    ['complains of a step that was done, held, and ran again', [judged('a', true), started('a')], ['a']],
    ['does not of one that was found broken', [judged('a', false), started('a')], []],
    ['does not of one that rests on a step that ran again', [judged('a', false), started('a'), started('b')], []],
    ['does not of one that was kept', [judged('a', true), judged('b', true)], []],
  ];
  it.each(cases)('%s', (_, after, expected) => {
    const { state, journal } = stateWith('20260101-000000-deploy-0001');
    journal(before);
    const died = record(state);
    journal([...before, ...after]);
    expect(needless(died, state)).toEqual(expected);
  });

  it('finds what is left: a process, an entry of the ledger, a deployment, a file', async () => {
    const run = '20260101-000000-teardown-0002';
    const { state } = stateWith(run);
    expect(leftoversOf(state)).toEqual([]);
    const children = [{ LAB_STEP: `${run}/a` }, { LAB_CAPSULE: state }].map((env) =>
      spawn('sleep', ['300'], { env: { ...process.env, ...env } }),
    );
    onTestFinished(() => {
      for (const child of children) child.kill('SIGKILL');
    });
    await Promise.all(children.map((child) => once(child, 'spawn')));
    writeFileSync(join(state, 'state.json.1-aa.tmp'), '');
    writeFileSync(
      join(state, 'state.json'),
      JSON.stringify({ created: [{ address: 'a' }], deployed: { variant: 'x' } }),
    );
    expect([...leftoversOf(state)].sort()).toEqual(
      [
        ...children.map(({ pid }) => `process ${pid}`),
        ...['a in the ledger', 'a deployed variant in the state', 'file state.json.1-aa.tmp'],
      ].sort(),
    );
  });
});
