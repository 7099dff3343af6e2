import { describe, expect, it } from 'vitest';
import { isStoreComplaint, storeText } from '../../src/view/store-wording.ts';
import { failureText, stoppingText, undoneText, waitingText } from '../../src/view/wording.ts';
import { bgp } from './fixtures/story.ts';

describe('the sentence for a failure', () => {
  it.each([
    [{ kind: 'exit', exitCode: 1, command: 'x', tail: [] }, 'its command exited with code 1'],
    [
      { kind: 'exit', exitCode: 127, command: 'x', tail: [] },
      'its command exited with code 127: the command was not found',
    ],
    [{ kind: 'signal', signal: 'SIGTERM', command: 'x', tail: [] }, 'its command was ended by SIGTERM'],
    [{ kind: 'timeout', afterMs: 900_000, command: 'x', tail: [] }, 'it did not finish within 15m00s and was ended'],
    [
      { kind: 'spawn', command: 'docker ps', code: 'ENOENT', message: 'spawn docker ENOENT' },
      'docker was not found: it is not installed, or not on the PATH',
    ],
    [
      { kind: 'spawn', command: 'ls', code: 'ENOENT', message: 'command not found: ls (PATH is /bin)' },
      'ls was not found: it is not installed, or not on the PATH',
    ],
    [
      { kind: 'spawn', command: 'ls', code: 'ENOENT', message: 'the working folder /no/such does not exist' },
      'the working folder /no/such does not exist',
    ],
    [
      { kind: 'spawn', command: './bad', code: 'ENOENT', message: './bad: its interpreter does not exist' },
      './bad: its interpreter does not exist',
    ],
    [
      { kind: 'spawn', command: 'ls', code: 'EACCES', message: 'the working folder /root may not be entered' },
      'the working folder /root may not be entered',
    ],
    [
      { kind: 'step-type', uses: 'minikube.start', message: 'no driver\nis healthy', tail: [] },
      'minikube.start: no driver; is healthy',
    ],
    [
      { kind: 'precondition', observation: { ...bgp('0 of 4'), message: 'deploy the fabric first' }, waitedMs: 30_000 },
      'its precondition does not hold after 30s: BGP leaf1: 0 of 4 — deploy the fabric first',
    ],
    [
      { kind: 'health', observations: [bgp('2 of 4'), bgp('x')], waitedMs: 60_000 },
      'it did not become healthy after 1m00s: BGP leaf1: 2 of 4 (and 1 more that do not hold)',
    ],
    [
      { kind: 'expression', where: 'a', source: 'x.y', message: 'no such key: y' },
      "the expression x.y in a can't be computed: no such key: y",
    ],
    [{ kind: 'output', name: 'ip', message: 'nothing matches' }, 'its output "ip" could not be read: nothing matches'],
    [{ kind: 'survivor', pid: 812, command: 'x' }, 'process 812 of an earlier attempt still runs and was left alone'],
    [{ kind: 'cancelled', signal: 'SIGINT' }, 'it was stopped by SIGINT'],
    [{ kind: 'internal', message: 'boom' }, 'a mistake in lab or in the step type, not in your workflow: boom'],
  ] as const)('%j', (failure, sentence) => {
    expect(failureText(failure)).toBe(sentence);
  });
});

describe('other sentences', () => {
  it('say what is waited for, how it goes, and how much time has passed', () => {
    const fact = { observation: bgp('2 of 4 Established'), trend: { direction: 'rising', changedAt: 10_000 } } as const;
    expect(waitingText({ since: 0, untilMs: 60_000, facts: [fact] }, 12_000)).toBe(
      'BGP leaf1: 2 of 4 Established, rising, 12s of 1m00s',
    );
    expect(waitingText({ since: 0, untilMs: 60_000, facts: [fact] }, 20_000)).toContain(
      'unchanged for 10s, 20s of 1m00s',
    );
    const held = { observation: bgp('4 of 4', true), trend: { direction: 'first', changedAt: 0 } } as const;
    expect(waitingText({ since: 0, facts: [held, fact, fact] }, 12_000)).toContain('(and 1 more), 12s');
    expect(waitingText({ since: 0, facts: [held] }, 12_000)).toBe('all hold now, 12s');
  });

  it('say what a stop does and what the next one would do', () => {
    const stop = { type: 'run.stopping', signal: 'SIGINT', seq: 1, at: 1 } as const;
    expect(stoppingText({ ...stop, stage: 'finish' })).toContain('letting what runs finish');
    expect(stoppingText({ ...stop, stage: 'stop' })).toContain('leaves at once');
  });

  it('say what was taken away', () => {
    const event = { type: 'step.undone', address: 'a', evidence: [], durationMs: 1, seq: 1, at: 1 } as const;
    const created = [{ kind: 'container', name: 'leaf1' }];
    expect(undoneText({ ...event, created, outcome: 'removed' })).toBe('removed container leaf1');
    expect(
      undoneText({ ...event, created: [], outcome: 'failed', failure: { kind: 'cancelled', signal: 'SIGINT' } }),
    ).toBe('could not remove what it made: it was stopped by SIGINT');
  });

  it('say what is wrong with the state folder and what to do', () => {
    const error = Object.assign(new Error('x'), {
      name: 'StoreError',
      kind: 'full',
      path: 'state/runs/1/journal.jsonl',
      detail: {
        doing: 'write the journal',
        saw: 'no space is left on the disk',
        remedy: 'free some space',
        code: 'ENOSPC',
        line: 3,
      },
    });
    expect(isStoreComplaint(error)).toBe(true);
    expect(isStoreComplaint(new Error('x'))).toBe(false);
    expect(storeText(error)).toEqual([
      'Could not write the journal, state/runs/1/journal.jsonl:3: no space is left on the disk (ENOSPC).',
      'To go on: free some space.',
    ]);
    const saw = 'process 812 holds the lock (lab run deploy, since 2026-01-02T03:04:05.000Z)';
    expect(
      storeText({ kind: 'locked', path: 'state', detail: { saw, remedy: 'wait until it has ended, or end it' } })[0],
    ).toBe(`Another run works with the state folder state: ${saw}.`);
  });
});
