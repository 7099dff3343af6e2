// What was not seen whole proves nothing: outputs, conditions and checks over a cut text can't be computed, and say why.
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { StepSpec } from '../../src/core/workflow.ts';
import { defineStep } from '../../src/engine/step-type.ts';
import { commandProbe } from '../../steps/system/command.ts';
import { fileProbe } from '../../steps/system/file.ts';
import { httpProbe } from '../../steps/system/http.ts';
import { ManualClock } from '../rig/manual-clock.ts';
import { type Answer, createMemoryHost } from '../rig/memory-host.ts';
import { type Ran, runIn, type Setting, workflow } from '../rig/run-in.ts';

const cut: Answer = { stdout: 'last line\n', stderr: 'few\n', truncated: true, truncatedStreams: ['stdout'] };
const reason = 'its output is larger than 1 MiB, and only the last 1 MiB was kept; a larger `limit` keeps more';

const run = (step: Partial<StepSpec>, setting: Setting = {}): Promise<Ran> =>
  runIn(workflow([{ id: 'a', ...step }]), { commands: () => cut, ...setting });

describe('an action whose output was cut', () => {
  it.each(['stdout', 'lines[0]', 'size(lines)', 'json == null', 'stdout.contains("x")'])(
    'has no output %s',
    async (source) => {
      const { finish } = await run({ run: ['x'], outputs: { it: source } });
      expect(finish('a')).toMatchObject({
        outcome: 'failed',
        failure: { kind: 'output', name: 'it', message: reason },
      });
    },
  );

  it('has none by a regular expression either', async () => {
    const { finish } = await run({ run: ['x'], outputs: { it: { regex: 'last (.*)' } } });
    expect(finish('a')).toMatchObject({ outcome: 'failed', failure: { kind: 'output', message: reason } });
  });

  it('has those that need none of it', async () => {
    const { finish } = await run({
      run: ['x'],
      outputs: { code: 'exitCode', said: 'stderr.trim()', of: { regex: '.*', of: 'stderr' } },
    });
    expect(finish('a')).toMatchObject({ outcome: 'changed', outputs: { code: 0, said: 'few', of: 'few' } });
  });

  it('is not tried again because of it, and says so', async () => {
    const retry = { attempts: 3, delay: '1s', when: 'stdout.contains("again")' };
    const { finish } = await run({ run: ['x'], retry }, { commands: () => ({ ...(cut as object), exitCode: 1 }) });
    expect(finish('a')).toMatchObject({ attempts: 1, failure: { kind: 'exit', tail: ['few'] } });
    expect(finish('a').reason).toBe(`not tried again: retry.when can't be computed: ${reason}`);
  });

  it('keeps as much of it as told', async () => {
    const asked: (number | undefined)[] = [];
    const commands: Setting['commands'] = ({ keepBytes }) => {
      asked.push(keepBytes);
      return 'all\n';
    };
    await run({ run: ['x'], limit: '16MiB' }, { commands });
    await run({ shell: 'x', limit: '${{ "512KiB" }}' }, { commands });
    await run({ run: ['x'] }, { commands });
    expect(asked).toEqual([16 * 2 ** 20, 512 * 2 ** 10, undefined]);
    expect((await run({ run: ['x'], limit: '${{ "1GiB" }}' })).finish('a').failure).toMatchObject({
      message: expect.stringContaining('is no size'),
    });
  });
});

describe('a look at what was cut', () => {
  const probes = [commandProbe, httpProbe, fileProbe] as never;
  const look = async (probe: Readonly<Record<string, unknown>> & { readonly probe: string }) => {
    const clock = new ManualClock({ automatic: true });
    const host = createMemoryHost({ clock, commands: () => cut, files: new Map([['/big', 'x'.repeat(2 ** 20 + 1)]]) });
    const http: typeof host.http = async ({ keepBytes = 0 }) => ({
      ...{ ok: true, status: 200, headers: {}, body: '{"ok": true}', durationMs: 1 },
      ...(keepBytes <= 2 ** 20 && { truncated: true }),
    });
    const { finish } = await run({ health: [{ ...probe, within: '0s' }] }, { clock, host: { ...host, http }, probes });
    return finish('a');
  };

  it.each([
    [{ probe: 'command', run: ['x'], expect: '!stdout.contains("ERROR")' }, 'its output is larger than 1 MiB'],
    [{ probe: 'command', run: ['x'], expect: 'json == null' }, 'its output is larger than 1 MiB'],
    [{ probe: 'command', run: ['x'], expect: 'size(lines) == 1', limit: '4MiB' }, 'its output is larger than 4 MiB'],
    [{ probe: 'http', url: 'http://127.0.0.1/', expect: '!body.contains("DOWN")' }, 'its body is larger than 1 MiB'],
    [{ probe: 'http', url: 'http://127.0.0.1/', expect: 'json.ok' }, 'its body is larger than 1 MiB'],
    [{ probe: 'file', path: '/big', read: true, expect: '!text.contains("DOWN")' }, 'its text is larger than 1 MiB'],
    [{ probe: 'file', path: '/big', expect: '!text.contains("DOWN")' }, 'its text is read only with `read: true`'],
  ])('does not hold: %j', async (probe, why) => {
    const { outcome, failure } = await look(probe);
    expect(outcome).toBe('failed');
    expect(JSON.stringify(failure)).toContain(`expect can't be computed: ${why}`);
  });

  it.each([
    { probe: 'command', run: ['x'] },
    { probe: 'command', run: ['x'], expect: 'exitCode == 0 && stderr == "few\\n"' },
    { probe: 'http', url: 'http://127.0.0.1/', expect: 'status == 200' },
    { probe: 'http', url: 'http://127.0.0.1/', expect: 'json.ok', limit: '2MiB' },
    { probe: 'file', path: '/big', expect: 'exists && size > 5' },
    { probe: 'file', path: '/big', read: true, limit: '2MiB', expect: '!text.contains("DOWN")' },
  ])('holds where it needs none of that, or reads enough: %j', async (probe) => {
    expect((await look(probe)).outcome).toBe('satisfied');
  });
});

describe('a step type', () => {
  const reading = (field: 'stdout' | 'stderr') =>
    defineStep({
      ...{ name: 'reads', summary: '', input: z.strictObject({}), outputs: { text: '' } },
      run: async (_, context) => ({ text: (await context.command(['tool', 'list']))[field] }),
    });

  it('reads no text that was cut', async () => {
    const { finish } = await run({ uses: 'reads' }, { steps: [reading('stdout')] });
    const message = 'tool: its output is larger than 1 MiB, and only the last 1 MiB was kept';
    expect(finish('a')).toMatchObject({
      outcome: 'failed',
      failure: { kind: 'step-type', command: 'tool list', message },
    });
  });

  it('reads what was not, and its failures still end in the last lines', async () => {
    expect((await run({ uses: 'reads' }, { steps: [reading('stderr')] })).finish('a')).toMatchObject({
      outputs: { text: 'few\n' },
    });
    const failing = defineStep({
      ...{ name: 'fails', summary: '', input: z.strictObject({}) },
      run: async (_, context) => void (await context.must(['tool'])),
    });
    const commands = () => ({ ...(cut as object), stderr: '', exitCode: 2 });
    const { finish } = await run({ uses: 'fails' }, { steps: [failing] as never, commands });
    expect(finish('a')).toMatchObject({ failure: { message: 'exit 2: last line', tail: ['last line'] } });
  });
});

describe('a condition that yields neither true nor false', () => {
  const commands = () => ({ stdout: 'true\n' });
  it('fails the step: if', async () => {
    const steps = [
      { id: 'flag', run: ['x'], outputs: { v: 'stdout.trim()' } },
      { id: 'a', needs: ['flag'], if: 'steps.flag.outputs.v', run: ['x'] },
    ];
    const { finish } = await runIn(workflow(steps), { commands });
    const message = 'it yields the text "true", not true or false';
    expect(finish('a')).toMatchObject({ outcome: 'failed', failure: { kind: 'expression', message } });
  });

  it('does not hold: expect', async () => {
    const health = [{ probe: 'command', run: ['x'], expect: 'stdout.trim()', within: '0s' }];
    const { finish } = await run({ health }, { commands, probes: [commandProbe] as never });
    expect(JSON.stringify(finish('a').failure)).toContain(
      'it yields the text \\\\\\"true\\\\\\", not true or false'.replaceAll('\\\\', ''),
    );
  });

  it('tries nothing again: retry.when', async () => {
    const retry = { attempts: 3, delay: '1s', when: 'stdout' };
    const { finish } = await run({ run: ['x'], retry }, { commands: () => ({ stdout: 'true\n', exitCode: 1 }) });
    expect(finish('a')).toMatchObject({
      attempts: 1,
      reason: expect.stringContaining('it yields the text "true\\n", not true or false'),
    });
  });

  it('tolerates nothing: continueOnError', async () => {
    const { finish, result } = await run({ run: ['x'], continueOnError: '${{ "true" }}' }, { commands: () => 1 });
    expect(finish('a')).toMatchObject({ outcome: 'failed', failure: { kind: 'expression' } });
    expect(result.outcome).toBe('failed');
  });
});
