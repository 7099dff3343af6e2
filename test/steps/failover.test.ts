import { describe, expect, it } from 'vitest';
import { serviceFailover } from '../../steps/service/failover.ts';
import { verdictOf, Watch } from '../../steps/service/missed.ts';
import { scripted } from './scripted-context.ts';

const answered = { stdout: 'Server name: pod2-1\n'.repeat(5) };
const settings = { url: 'http://192.168.33.10', clients: ['client1'], within: 30, settled: 0.05 };

describe('what clients miss', () => {
  it('is counted from the loss to the first round of a streak that is answered whole', async () => {
    const answers = [answered, { stdout: 'Server name: pod2-1\n', exitCode: 28 }, { exitCode: 28 }];
    const { context, calls } = scripted(() => answers.shift() ?? answered);
    const watch = new Watch(context, settings);
    const from = context.host.clock.monotonic();
    while (answers.length === 3) await new Promise((resolve) => setImmediate(resolve));
    const [missed] = await watch.untilSettled({ from, to: from });
    await watch.end();
    expect(missed).toMatchObject({ client: 'client1', requests: 2 });
    expect(missed?.seconds).toBeGreaterThan(0);
    expect(calls[0]?.line).toContain('--max-time 1');
  });

  it('is nothing when all is answered all the time', async () => {
    const { context } = scripted(() => answered);
    const watch = new Watch(context, settings);
    const now = context.host.clock.monotonic();
    expect(await watch.untilSettled({ from: now, to: now })).toEqual([{ client: 'client1', requests: 0, seconds: 0 }]);
  });

  it('is too much when answers do not come back in time', async () => {
    const { context } = scripted(() => ({ exitCode: 28 }));
    const watch = new Watch(context, { ...settings, within: 0.1 });
    const now = context.host.clock.monotonic();
    await expect(watch.untilSettled({ from: now, to: now })).rejects.toThrow(/client1 is without answers \d+ s after/);
  });

  it.each([
    [[0, 0], 'cluster1 was lost, and all 2 clients were answered all the time'],
    [
      [0, 2.6],
      'cluster1 was lost, and all 2 clients were answered again after at most 2.6 s (client2; no other missed an answer)',
    ],
    [
      [0.4, 2.6],
      'cluster1 was lost, and all 2 clients were answered again after at most 2.6 s (client2; 2 of 2 clients missed answers)',
    ],
  ])('of %j seconds is told in a sentence', (seconds, sentence) => {
    const missed = seconds.map((each, at) => ({
      client: `client${at + 1}`,
      seconds: each,
      requests: each === 0 ? 0 : 1,
    }));
    expect(verdictOf('cluster1', missed)).toBe(sentence);
  });
});

describe('service.failover', () => {
  const fault = (node: string) => ({ node, on: 'leaf1', break: ['lose', node], mend: ['mend', node] });
  const step = serviceFailover.input.parse({
    ...{ node: 'cluster1', faults: [fault('cluster1'), fault('cluster1-m02')], service: [], within: 1 },
    ...{ url: settings.url, clients: settings.clients },
  });

  it('mends what it broke also when that can not be measured, and tells both when it could not', async () => {
    for (const fails of [false, true]) {
      let mends = 0;
      const { context, calls } = scripted((line) => {
        if (line.startsWith('lose')) return { exitCode: 1, stderr: 'lost only half' };
        if (line.startsWith('mend')) mends += 1;
        return mends > 1 && fails ? { exitCode: 1, stderr: 'leaf1 is gone' } : answered;
      });
      const sentence = fails
        ? /^lost only half; and cluster1 was not brought back: leaf1 is gone$/
        : /^lost only half$/;
      await expect(serviceFailover.run(step, context)).rejects.toThrow(sentence);
      expect(calls.filter(({ line }) => !line.startsWith('curl')).map(({ line }) => line)).toEqual([
        'mend cluster1',
        'lose cluster1',
        'mend cluster1',
      ]);
    }
  });

  it('refuses to take the only node', async () => {
    const { context, calls } = scripted(() => answered);
    await expect(serviceFailover.run({ ...step, faults: [fault('cluster1')] }, context)).rejects.toThrow(
      /the only node/,
    );
    expect(calls).toEqual([]);
  });
});
