// Looks that waiting can't make true, and remedies that are shown for what they remedy only.
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type ProbeType, StepError } from '../../src/engine/step-type.ts';
import { making, runIn, type Setting, workflow } from '../rig/run-in.ts';

const asking = (name: string, look: ProbeType['look']): ProbeType => ({
  ...{ name, summary: name, input: z.strictObject({}), values: { text: 'words' } },
  describe: () => name,
  look,
});

const proved = async (probe: object, setting: Setting = {}) => {
  const health = [{ within: '6m', every: '1s', message: 'remove what is in the way', ...probe }];
  const { finish, clock } = await runIn(workflow([making('a', { health: health as never })]), setting);
  const { outcome, evidence } = finish('a');
  return { outcome, took: clock.monotonic(), last: evidence.at(-1) };
};

describe('a look that waiting can’t make true', () => {
  it.each<[string, object, Setting]>([
    [
      'asks a program that is not installed',
      { probe: 'command', run: ['cilium'] },
      {
        commands: () => ({ ended: 'spawn-failed', error: { code: 'ENOENT', message: 'command not found: cilium' } }),
      },
    ],
    ...(
      [
        // Docker 20.10.24 says it as output, with 126.
        ['stdout', 'OCI runtime exec failed: exec failed: unable to start container process: exec: "vtysh"'],
        ['stderr', 'error: Internal error occurred: error executing command in container: exec: "vtysh"'],
      ] as const
    ).map(([stream, text]): [string, object, Setting] => [
      `enters a container that lacks the program: ${text.slice(0, 20)}…`,
      { probe: 'command', run: ['docker', 'exec', 'leaf1', 'vtysh'] },
      { commands: () => ({ exitCode: 126, [stream]: `${text}: executable file not found in $PATH: unknown\n` }) },
    ]),
    ...[
      'nsenter: failed to execute vtysh: No such file or directory',
      'exec of "vtysh" failed: No such file or directory',
    ].map((stderr): [string, object, Setting] => [
      `enters a namespace that lacks the program: ${stderr.slice(0, 20)}…`,
      { probe: 'command', run: ['ip', 'netns', 'exec', 'leaf1', 'vtysh'] },
      { commands: () => ({ exitCode: 127, stderr }) },
    ]),
    [
      'expects what is neither true nor false',
      { probe: 'asked', expect: 'text' },
      { probes: [asking('asked', () => Promise.resolve({ holds: true, saw: 'words', values: { text: 'words' } }))] },
    ],
    [
      'asks for a place that does not exist, as its type says',
      { probe: 'gone' },
      {
        probes: [
          asking('gone', () => Promise.reject(new StepError('context "cluster9" does not exist', { final: true }))),
        ],
      },
    ],
  ])('is not tried for six minutes: it %s', async (_, probe, setting) => {
    const { outcome, took, last } = await proved(probe, setting);
    expect([outcome, last?.holds]).toEqual(['failed', false]);
    expect(took).toBeLessThan(2000);
  });

  it('is not one that expects something of what is not there yet', async () => {
    let looks = 0;
    const look = async () => {
      looks += 1;
      return { holds: true, saw: 'words', values: { text: looks < 3 ? null : true } };
    };
    const { outcome, took } = await proved({ probe: 'asked', expect: 'text' }, { probes: [asking('asked', look)] });
    expect(outcome).not.toBe('failed');
    expect(took).toBeLessThan(10_000);
  });

  it('is not one that only got no answer yet, nor one whose folder is not there yet', async () => {
    for (const message of ['the working folder /x does not exist', ''])
      expect(
        (
          await proved(
            { probe: 'command', run: ['x'] },
            {
              commands: () => (message === '' ? 1 : { ended: 'spawn-failed', error: { code: 'ENOENT', message } }),
            },
          )
        ).took,
      ).toBeGreaterThanOrEqual(360_000);
  });
});

describe('the remedy of a probe', () => {
  it('is shown for what does not hold, and not for an answer that did not come in time', async () => {
    const late = { probes: [asking('late', () => new Promise(() => undefined))] };
    expect((await proved({ probe: 'late', within: '3s', timeout: '1s' }, late)).last).toMatchObject({
      saw: expect.stringContaining('no answer within'),
    });
    expect((await proved({ probe: 'late', within: '3s', timeout: '1s' }, late)).last?.message).toBeUndefined();
    const off = { commands: () => 1 };
    const { last } = await proved({ probe: 'command', run: ['x'], within: '3s' }, off);
    expect(last?.message).toBe('remove what is in the way');
  });
});
