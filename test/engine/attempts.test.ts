import { describe, expect, it } from 'vitest';
import type { StepSpec } from '../../src/core/workflow.ts';
import type { Answer } from '../rig/memory-host.ts';
import { type Ran, runIn, type Setting, startIn, workflow } from '../rig/run-in.ts';

/** A command that answers so at its first, second, … attempt, and so from then on. */
const answering = (...answers: readonly [Answer, ...Answer[]]): Setting => {
  let asked = -1;
  return {
    commands: () => {
      asked += 1;
      return answers[Math.min(asked, answers.length - 1)] ?? 0;
    },
  };
};

const step = (retry: StepSpec['retry'], more: Partial<StepSpec> = {}): StepSpec => ({
  id: 'a',
  run: ['make', 'it'],
  ...(retry && { retry }),
  ...more,
});

const run = (retry: StepSpec['retry'], setting: Setting, more: Partial<StepSpec> = {}): Promise<Ran> =>
  runIn(workflow([step(retry, more)]), setting);

const delays = ({ all }: Ran) => all('step.retrying').map(({ delayMs }) => delayMs);

describe('an action that fails', () => {
  it('fails the step at once without a retry, and says what happened', async () => {
    const { finish } = await run(undefined, answering({ exitCode: 2, stderr: 'one\ntwo\n' }));
    expect(finish('a')).toMatchObject({
      outcome: 'failed',
      attempts: 1,
      failure: { kind: 'exit', exitCode: 2, command: 'make it', tail: ['one', 'two'] },
    });
  });

  it('is tried as often as told, after pauses that grow', async () => {
    const ran = await run({ attempts: 4, delay: '10s', backoff: 2 }, answering(1));
    expect([ran.finish('a').attempts, delays(ran), ran.clock.monotonic()]).toEqual([
      4,
      [10_000, 20_000, 40_000],
      70_000,
    ]);
  });

  it('waits no longer than `maxDelay`', async () => {
    expect(delays(await run({ attempts: 4, delay: '10s', backoff: 3, maxDelay: '15s' }, answering(1)))).toEqual([
      10_000, 15_000, 15_000,
    ]);
  });

  it('waits a share less by chance with `jitter`', async () => {
    const jittered = (random: number) =>
      run({ attempts: 2, delay: '10s', jitter: 0.4 }, { ...answering(1), random: () => random });
    expect(delays(await jittered(0))).toEqual([6000]);
    expect(delays(await jittered(0.5))).toEqual([8000]);
  });

  it('is not tried beyond its budget', async () => {
    const ran = await run({ attempts: 9, delay: '10s', within: '25s' }, answering(1));
    expect([ran.finish('a').attempts, ran.clock.monotonic()]).toEqual([3, 20_000]);
  });

  it('may go well at last', async () => {
    const ran = await run({ attempts: 3, delay: '1s' }, answering(1, 1, 0));
    expect(ran.finish('a')).toMatchObject({ outcome: 'changed', attempts: 3, durationMs: 2000 });
    expect(ran.all('step.started').map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it('is tried again only if `when` says so, over exit code, message, streams and attempt', async () => {
    const when = async (expression: string, answer: Answer) =>
      (await run({ attempts: 3, delay: '1s', when: expression }, answering(answer))).finish('a').attempts;
    expect(await when('exitCode == 75', { exitCode: 75 })).toBe(3);
    expect(await when('exitCode == 75', { exitCode: 1 })).toBe(1);
    expect(await when('message.contains("locked")', { exitCode: 1, stderr: 'database is locked' })).toBe(3);
    expect(await when('stdout.contains("again")', { exitCode: 1, stdout: 'try again' })).toBe(3);
    expect(await when('attempt < 2', { exitCode: 1 })).toBe(2);
  });

  it('is not tried again when `when` can not be computed, and says so', async () => {
    const { finish } = await run({ attempts: 3, delay: '1s', when: 'inputs.none' }, answering(1));
    expect(finish('a')).toMatchObject({ attempts: 1, failure: { kind: 'exit' } });
    expect(finish('a').reason).toMatch(/^not tried again: retry\.when can't be computed: /);
  });

  it('also by its health is tried again', async () => {
    const health = [{ probe: 'is', fact: 'a', within: '2s' }];
    const ran = await run({ attempts: 2, delay: '1s' }, answering(0), { health });
    expect([ran.finish('a').attempts, ran.clock.monotonic()]).toEqual([2, 5000]);
    expect(ran.all('step.retrying')[0]?.failure).toMatchObject({ kind: 'health' });
  });

  it('keeps a log of each attempt', async () => {
    const { logs, finish } = await run(
      { attempts: 2, delay: '1s' },
      answering({ exitCode: 1, stdout: 'first' }, { stdout: 'second' }),
    );
    expect([...logs]).toEqual([
      ['a.1.log', 'first'],
      ['a.2.log', 'second'],
    ]);
    expect(finish('a').log).toBe('logs/a.2.log');
  });

  it('pauses no longer when the run is asked to stop, and is for the next run', async () => {
    const started = startIn(workflow([step({ attempts: 2, delay: '1h' })]), answering(1));
    await started.event(({ type }) => type === 'step.retrying');
    started.stop.ask('finish', 'SIGINT');
    expect((await started.ended).outcome).toBe('interrupted');
    expect(started.clock.monotonic()).toBe(0);
    expect(started.ran().finish('a')).toMatchObject({ outcome: 'interrupted', failure: { kind: 'exit' } });
  });
});

describe('an action that takes too long', () => {
  const forever = { commands: () => new Promise<Answer>(() => {}) };

  it('is ended at its timeout, which is a failure like another', async () => {
    const { finish, clock } = await run({ attempts: 2, delay: '1s' }, forever, { timeout: '15m' });
    expect(finish('a')).toMatchObject({
      attempts: 2,
      failure: { kind: 'timeout', afterMs: 900_000, command: 'make it' },
    });
    expect(clock.monotonic()).toBe(1_801_000);
  });

  it('by a step type is ended as well, and told what it takes', async () => {
    const { z } = await import('zod');
    const type = {
      name: 'slow',
      summary: '',
      input: z.looseObject({}),
      describe: () => 'slowly does it',
      run: (_: unknown, { signal }: { signal: AbortSignal }) =>
        new Promise<undefined>((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('ended'))),
        ),
    };
    const { finish } = await runIn(workflow([{ id: 'a', uses: 'slow', timeout: '3s' }]), { steps: [type] });
    expect(finish('a').failure).toMatchObject({ kind: 'timeout', afterMs: 3000, command: 'slowly does it' });
  });
});

describe('how a failure is told', () => {
  it.each<readonly [Answer, object]>([
    [{ signal: 'SIGSEGV' }, { kind: 'signal', signal: 'SIGSEGV' }],
    [
      { ended: 'spawn-failed', error: { code: 'ENOENT', message: 'no such file' } },
      { kind: 'spawn', code: 'ENOENT', message: 'no such file' },
    ],
  ])('%j', async (answer, failure) => {
    expect((await run(undefined, answering(answer))).finish('a').failure).toMatchObject({
      ...failure,
      command: 'make it',
    });
  });
});
