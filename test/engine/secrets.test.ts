import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StepError } from '../../src/engine/step-type.ts';
import { holdingsFrom, making, type Ran, runIn, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

const secret = 'correct horse/battery+staple';
const secrets = { password: secret };
const base64 = Buffer.from(`user:${secret}`).toString('base64');
const inUrl = encodeURIComponent(secret);

/** Everything anyone could read afterwards. */
const everything = ({ told, journal, logs }: Ran): string => JSON.stringify([told, journal, [...logs]]);

const expectHidden = (ran: Ran): void => {
  const text = everything(ran);
  for (const form of [secret, inUrl, base64.slice(8, -6), JSON.stringify(secret).slice(1, -1)])
    expect(text).not.toContain(form);
  expect(text).toContain('***');
};

describe('a secret', () => {
  it('in a command, its output, its environment and its failure is told to nobody', async () => {
    const ran = await runIn(
      workflow([{ id: 'a', run: ['login', '${{ secrets.password }}'], env: { TOKEN: '${{ secrets.password }}' } }]),
      {
        secrets,
        commands: ({ argv, env }) => ({
          exitCode: 1,
          stdout: argv.join(' '),
          stderr: `${env['TOKEN']} ${base64} ${inUrl}`,
        }),
      },
    );
    expect(ran.finish('a').failure).toMatchObject({ kind: 'exit', command: "login '***'" });
    expectHidden(ran);
  });

  it('reaches the command as it is', async () => {
    const seen: string[] = [];
    await runIn(workflow([{ id: 'a', shell: 'login ${{ secrets.password }}' }]), {
      secrets,
      commands: ({ env, argv }) => {
        seen.push(String(env['LAB_VALUE_1']), argv.join(' '));
        return 0;
      },
    });
    expect(seen).toEqual([secret, 'bash -c login "${LAB_VALUE_1}"']);
  });

  it.each([1, 2, 3, 7])('cut by the border of chunks of %i bytes is hidden in the log', async (size) => {
    const world = new World();
    const printer = {
      name: 'print',
      summary: '',
      input: z.looseObject({}),
      run: async (_: unknown, context: { command: (argv: readonly string[]) => Promise<unknown> }) => {
        await context.command(['print']);
        return undefined;
      },
    };
    const { createMemoryHost } = await import('../rig/memory-host.ts');
    const { ManualClock } = await import('../rig/manual-clock.ts');
    const clock = new ManualClock({ automatic: true });
    const memory = createMemoryHost({ clock, commands: () => 0 });
    const text = `key ${secret} and ${base64} and https://x/?p=${inUrl} end`;
    const host = {
      ...memory,
      command: async (request: Parameters<typeof memory.command>[0]) => {
        const bytes = new TextEncoder().encode(text);
        for (let at = 0; at < bytes.length; at += size) await request.onOutput?.('stdout', bytes.slice(at, at + size));
        return memory.command(request);
      },
    };
    const ran = await runIn(workflow([{ id: 'a', uses: 'print' }]), { world, clock, host, secrets, steps: [printer] });
    expectHidden(ran);
    expect(ran.logs.get('a.1.log')).toMatch(/^key \*\*\* and .*\*\*\*.* and https:\/\/x\/\?p=\*\*\* end$/);
  });

  it('in what a probe saw, a step type said or threw is hidden', async () => {
    const world = new World();
    world.facts.set('a', secret);
    world.does.set('b', (_, context) => {
      context.progress(`using ${secret}`);
      context.log(`with ${base64}`);
      throw new StepError(`denied for ${secret}`, { command: `curl ${inUrl}`, tail: [secret] });
    });
    world.does.set('c', () => {
      throw new Error(`no one expects ${secret}`);
    });
    const ran = await runIn(
      workflow([
        { id: 'a', health: [{ probe: 'is', fact: 'a', within: '0s', message: `it must not be ${secret}` }] },
        making('b', { needs: [] }),
        making('c', { needs: [] }),
      ]),
      { world, secrets },
    );
    expect(ran.finish('a').failure).toMatchObject({ observations: [{ saw: '***', message: 'it must not be ***' }] });
    expect(ran.finish('b').failure).toMatchObject({ message: 'denied for ***' });
    expectHidden(ran);
  });

  it('in an output is not kept, and known again only by running', async () => {
    const token = workflow([
      {
        id: 'a',
        run: ['print'],
        outputs: { token: 'stdout', port: '80' },
        health: [{ probe: 'is', fact: 'a', within: '0s' }],
      },
      making('b', { needs: ['a'], with: { name: 'b', token: '${{ steps.a.outputs.token }}' } }),
    ]);
    const world = new World();
    world.facts.set('a', true);
    const setting = { world, secrets, commands: () => secret };
    const first = await runIn(token, setting);
    expect(first.finish('a')).toMatchObject({ outputs: { port: 80 }, withheld: ['token'] });
    expect(first.outcomes).toEqual({ a: 'changed', b: 'changed' });
    expectHidden(first);
    const again = await runIn(token, { ...setting, resume: first.journal });
    expect(again.outcomes).toEqual({ a: 'changed', b: 'satisfied' });
  });

  it('stays withheld when a later attempt did not get as far as acting', async () => {
    const step = (preconditions: readonly object[]) =>
      workflow([
        {
          id: 'a',
          run: ['print'],
          outputs: { token: 'stdout' },
          health: [{ probe: 'is', fact: 'a', within: '0s' }],
          preconditions: [...preconditions],
        },
        making('b', { needs: ['a'], with: { name: 'b', token: '${{ steps.a.outputs.token }}' } }),
      ] as never);
    const world = new World();
    world.facts.set('a', true);
    const setting = { world, secrets, commands: () => secret };
    const first = await runIn(step([]), setting);
    world.facts.delete('a');
    const second = await runIn(step([{ probe: 'is', fact: 'ground' }]), { ...setting, resume: first.journal });
    expect(second.finish('a')).toMatchObject({ outcome: 'failed', withheld: ['token'] });
    world.facts.set('a', true);
    const third = await runIn(step([]), { ...setting, resume: second.journal });
    expect(third.outcomes).toEqual({ a: 'changed', b: 'satisfied' });
  });

  it('in an undo is not written down, but read again from where it came when that is carried out', async () => {
    const steps = workflow(
      [
        making('a', {
          creates: [{ kind: 'thing', name: 'a' }],
          undo: { run: ['remove', '--token=${{ secrets.password }}'] },
        }),
      ],
      { secrets: { password: { env: 'PASSWORD' } } },
    );
    const before = await runIn(steps, { secrets });
    expect(JSON.stringify(before.journal)).not.toContain(secret);
    const seen: string[] = [];
    const down = await runIn(workflow([], { name: 'teardown' }), {
      ...{ holdings: holdingsFrom(before.journal), env: { PASSWORD: secret } },
      commands: ({ argv }) => {
        seen.push(argv.join(' '));
        return { exitCode: 1, stderr: `bad ${secret}` };
      },
    });
    expect(seen).toEqual([`remove --token=${secret}`]);
    expect(everything(down)).not.toContain(secret);
    const without = await runIn(workflow([], { name: 'teardown' }), { holdings: holdingsFrom(before.journal) });
    expect(without.all('step.undone')[0]?.failure).toMatchObject({ message: expect.stringContaining('PASSWORD') });
  });
});
