import { describe, expect, it } from 'vitest';
import type { EventBody, RunEvent } from '../../src/core/event.ts';
import { RunModel } from '../../src/view/run-model.ts';
import { type SummaryContext, summary } from '../../src/view/summary.ts';
import { begun, bgp, ended, finished, planned, started, startOfStory, step, story } from './fixtures/story.ts';

const show = (
  entries: readonly (readonly [number, EventBody])[],
  rest: Partial<SummaryContext> = {},
  past: readonly RunEvent[] = [],
): string => {
  const model = new RunModel({ past });
  for (const event of story(entries)) model.add(event);
  return summary(model, { color: false, now: startOfStory + 20_000, ...rest });
};

describe('the ending of a run', () => {
  it('recaps what happened and lists the facts that were proved', () => {
    const text = show(
      [
        [0, started()],
        [0, planned(step('a'), step('b'), step('c'))],
        [1, ended('a', 'changed')],
        [2, ended('b', 'satisfied')],
        [3, ended('c', 'skipped')],
        [4, finished('succeeded', { facts: { service: '192.168.33.1', clients: ['client1', 'client2'], none: null } })],
      ],
      { logs: 'state/runs/run-1/logs' },
    );
    expect(text.split('\n')).toEqual([
      'Succeeded: deploy in 12s: 1 changed, 1 already true, 1 skipped',
      '',
      '  service  192.168.33.1',
      '  clients  client1, client2',
      '  logs     state/runs/run-1/logs',
      '',
    ]);
  });

  it('gives for a failure everything that is needed to go on', () => {
    const command = "docker exec leaf1 sh -c 'ip link add v type vrf table 10'";
    const failure = { kind: 'exit', exitCode: 2, command, tail: ['trying', 'Error: Unknown device type.'] } as const;
    const text = show(
      [
        [0, started()],
        [0, planned(step('vrf', { name: 'Make the tenant' }), step('after', { needs: ['vrf'] }))],
        [1, begun('vrf', 'docker exec …')],
        [2, ended('vrf', 'failed', { failure, attempts: 2, evidence: [bgp('0 of 4')] })],
        [3, ended('after', 'blocked', { reason: 'needs vrf' })],
        [4, finished('failed')],
      ],
      {
        place: (address) => `workflows/x/deploy.yaml:7:5 ${address}`,
        logPath: () => 'state/runs/run-1/logs/vrf.2.log',
        columns: 130,
      },
    );
    expect(text.split('\n')).toEqual([
      'Failed: Make the tenant (vrf): its command exited with code 2, after 2 attempts',
      '  defined at  workflows/x/deploy.yaml:7:5 vrf',
      `  command     ${command}`,
      '  last lines',
      '    | trying',
      '    | Error: Unknown device type.',
      '  last seen   BGP leaf1: 0 of 4',
      '  log         state/runs/run-1/logs/vrf.2.log',
      '  cause       This kernel has no such kind of network device: its module is neither built in nor loadable.',
      '  remedy      Try `sudo modprobe vrf` (or vxlan, dummy, veth); `lab doctor` names what the kernel lacks.',
      '',
      'Failed: deploy in 12s: 1 failed, 1 blocked',
      '',
      'When that is put right, go on with: npx lab resume',
      '',
    ]);
  });

  it('keeps a script of several lines as it was run', () => {
    const failure = { kind: 'exit', exitCode: 1, command: 'set -e\nmake "$x"', tail: [] } as const;
    const text = show([
      [0, started()],
      [0, planned(step('a'))],
      [1, ended('a', 'failed', { failure })],
      [2, finished('failed')],
    ]);
    expect(text).toContain('  command\n    set -e\n    make "$x"\n');
  });

  it('tells three failures in full and names the others', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const failure = { kind: 'exit', exitCode: 1, command: 'x', tail: [] } as const;
    const text = show([
      [0, started()],
      [0, planned(...names.map((name) => step(name)))],
      ...names.map((name) => [1, ended(name, 'failed', { failure })] as const),
      [2, finished('failed')],
    ]);
    expect(text.match(/exited with code/g)).toHaveLength(3);
    expect(text).toContain('Also failed: d, e');
  });

  it('tells first what failed first, wherever it stands in the file', () => {
    const failure = { kind: 'exit', exitCode: 1, command: 'x', tail: [] } as const;
    const text = show([
      [0, started()],
      [0, planned(...['a', 'b', 'c', 'd'].map((name) => step(name)))],
      ...['d', 'b', 'c', 'a'].map((name, at) => [1 + at, ended(name, 'failed', { failure })] as const),
      [6, finished('failed')],
    ]);
    expect(text.match(/^Failed: \w(?=:)/gm)).toEqual(['Failed: d', 'Failed: b', 'Failed: c']);
    expect(text).toContain('Also failed: a');
  });

  it('names what makes anew what a look found broken, only after a failure', () => {
    const of = (outcome: 'failed' | 'succeeded'): string =>
      show(
        [
          [0, started()],
          [0, planned(step('a'))],
          [1, finished(outcome)],
        ],
        { heals: ['run', 'deploy'], program: 'npx lab --state-dir s' },
      );
    expect(of('failed')).toContain('What is broken is made anew by: npx lab --state-dir s run deploy\nWhen that is');
    expect(of('succeeded')).not.toContain('made anew');
  });

  it('says after an interruption how to go on', () => {
    const cut = show([
      [0, started()],
      [0, planned(step('a'), step('b'))],
      [1, ended('a', 'changed')],
      [2, begun('b')],
    ]);
    expect(cut).toContain('Interrupted: deploy in 20s: 1 changed');
    expect(cut.trimEnd().split('\n').at(-1)).toBe('Nothing is lost. Go on with: npx lab resume');
  });

  it('says nothing of going on where that is not possible', () => {
    const text = show(
      [
        [0, started()],
        [0, planned(step('a'))],
        [1, finished('failed')],
      ],
      { resume: [] },
    );
    expect(text).not.toContain('npx lab');
  });

  it('counts what was healed', () => {
    const past = story([
      [0, started()],
      [0, planned(step('a'))],
      [1, ended('a', 'changed')],
    ]);
    const text = show(
      [
        [0, { type: 'run.resumed', process: { pid: 1, startTime: 1, bootId: 'b' }, version: '0', scope: {} }],
        [0, planned(step('a'), step('k'))],
        [0, { type: 'step.judged', address: 'k', verdict: 'keep', reason: 'it holds', evidence: [] }],
        [1, { type: 'step.judged', address: 'a', verdict: 'run', reason: 'gone', evidence: [bgp('0 of 4')] }],
        [2, ended('a', 'changed')],
        [2, ended('k', 'satisfied')],
        [3, finished('succeeded')],
      ],
      {},
      past,
    );
    expect(text).toContain('Succeeded: deploy in 12s: 1 healed, 1 kept');
  });

  it('tells what was proved from what was true before anything was done', () => {
    const text = show([
      [0, started()],
      [0, planned(step('made'), step('proof', { proves: true }), step('never'))],
      [1, ended('made', 'satisfied')],
      [2, ended('proof', 'satisfied')],
      [3, finished('interrupted')],
    ]);
    expect(text).toContain('deploy in 12s: 1 already true, 1 proved, 1 not run');
  });

  it('names the state folder in what is to be typed next, and in facts that are commands', () => {
    const text = show(
      [
        [0, started()],
        [0, planned(step('a'))],
        [1, ended('a', 'changed')],
        [3, finished('failed', { facts: { try: 'npx lab exec c -- curl x' } })],
      ],
      { program: 'npx lab --state-dir other' },
    );
    expect(text).toContain('try  npx lab --state-dir other exec c -- curl x');
    expect(text).toContain('go on with: npx lab --state-dir other resume');
  });

  it('says what a teardown took away and what it could not', () => {
    const undone = { type: 'step.undone', evidence: [], durationMs: 1 } as const;
    const text = show([
      [0, started({ workflow: 'teardown' })],
      [0, planned()],
      [1, { ...undone, address: 'a', created: [{ kind: 'network', name: 'n' }], outcome: 'removed' }],
      [2, { ...undone, address: 'b', created: [{ kind: 'cluster', name: 'c' }], outcome: 'failed' }],
      [3, finished('failed')],
    ]);
    expect(text).toContain('Taken away: 1 removed, 1 not removed');
    expect(text).toContain('left b: could not remove cluster c');
  });

  it('shows hostile text as text', () => {
    const failure = { kind: 'exit', exitCode: 1, command: 'x\u001b[2J', tail: ['\u001b]0;t\u0007boo'] } as const;
    const text = show([
      [0, started({ workflow: 'de\u001bploy' })],
      [0, planned(step('a', { name: '\u001b[Hn' }))],
      [1, ended('a', 'failed', { failure })],
    ]);
    expect(text).not.toContain('\u001b');
  });
});
