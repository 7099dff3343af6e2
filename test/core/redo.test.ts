import { describe, expect, it } from 'vitest';
import type { EventBody, RunEvent, Scope } from '../../src/core/event.ts';
import { continuedScope } from '../../src/core/redo.ts';
import { foldRun } from '../../src/core/run-state.ts';

const process = { pid: 1, startTime: 1, bootId: 'boot' };

const runWith = (scope: Scope, ...bodies: readonly EventBody[]) => {
  const start: EventBody = {
    ...{ type: 'run.started', run: 'r', workflow: 'w', variant: 'v', inputs: {}, scope, process, version: '1' },
    deploys: true,
  };
  const steps = ['a', 'each[x]', 'each[y]'].map((address) => ({ address, step: address, name: address, needs: [] }));
  const all = [start, { type: 'run.planned', steps } as const, ...bodies];
  return foldRun(all.map((body, index): RunEvent => ({ ...body, seq: index + 1, at: index })));
};

const begun = (address: string): EventBody => ({
  ...{ type: 'step.started', address, attempt: 1, fingerprint: '', definition: {}, command: '', creates: [] },
});

describe('a run that is continued', () => {
  it('is about what it was about', () => {
    expect(continuedScope(runWith({ only: ['a'], until: 'b' }), {})).toEqual({ only: ['a'], until: 'b' });
  });

  it('still has to run again what was asked for and has not been started since', () => {
    const scope = { redo: ['a', 'each'] };
    expect(continuedScope(runWith(scope), {}).redo).toEqual(['a', 'each[x]', 'each[y]']);
    expect(continuedScope(runWith(scope, begun('a'), begun('each[y]')), {}).redo).toEqual(['each[x]']);
    expect(continuedScope(runWith(scope, begun('a'), begun('each[x]'), begun('each[y]')), {})).toEqual({});
  });

  it('takes what is asked for now as well', () => {
    expect(continuedScope(runWith({ redo: ['a'] }, begun('a')), { redo: ['a'] }).redo).toEqual(['a']);
    expect(continuedScope(runWith({ only: ['a'] }), { only: ['each'] }).only).toEqual(['each']);
  });

  it('keeps what was assumed, and prefers what is assumed now', () => {
    const before = {
      assume: [
        { step: 'a', reason: 'old' },
        { step: 'b', reason: 'other' },
      ],
    };
    expect(continuedScope(runWith(before), { assume: [{ step: 'a', reason: 'new' }] }).assume).toEqual([
      { step: 'a', reason: 'new' },
      { step: 'b', reason: 'other' },
    ]);
  });

  it('takes away only what is still to be run again', () => {
    const scope = { redo: ['a'], undo: ['a'] };
    expect(continuedScope(runWith(scope), {}).undo).toEqual(['a']);
    expect(continuedScope(runWith(scope, begun('a')), {}).undo).toEqual([]);
    expect(continuedScope(runWith({ undo: ['a'] }), {}).undo).toEqual(['a']);
  });
});
