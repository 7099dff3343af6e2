import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SharedAnswers } from '../../src/engine/shared-answers.ts';
import type { StepContext } from '../../src/engine/step-type.ts';
import { lookAt } from '../../steps/netns/capsule-world.ts';
import { dressFunction, dressings } from '../../steps/netns/dress.ts';
import { ipBatch } from '../../steps/netns/ip-batch.ts';
import { Gathering } from '../../steps/shared/gathering.ts';
import { answersIn } from '../../steps/shared/shell-answers.ts';
import { type Answer, scripted } from './scripted-context.ts';

const first = { pid: 7, startTime: 1, bootId: 'b' };
const capsule = {
  findByEnvironment: async () => [{ ...first, command: 'sleep' }],
  isAlive: () => true,
  stat: async () => ({ kind: 'file', size: 0, mode: 0o444, inode: 5 }) as const,
};
const inCapsule = (answer: (line: string) => Answer | undefined) => scripted(answer, capsule);

describe('what steps want of one program', () => {
  it('is fulfilled by one process for all who ask in one turn, and by a later one for those who come meanwhile', async () => {
    const { context } = scripted(() => undefined);
    const errands: (readonly number[])[] = [];
    let late: Promise<number> | undefined;
    const doubles: Gathering<number, number> = new Gathering(async (_: StepContext, wishes) => {
      errands.push(wishes);
      late ??= doubles.ask(context, 3);
      return wishes.map((wish) => ({ result: 2 * wish }));
    });
    const first = doubles.ask(context, 1);
    const second = Promise.resolve().then(() => doubles.ask(context, 2));
    expect([await first, await second, await late]).toEqual([2, 4, 6]);
    expect(errands).toEqual([[1, 2], [3]]);
  });

  it('fails for the one whose wish can not be fulfilled, and for all when the process does', async () => {
    const { context } = scripted(() => undefined);
    const picky = new Gathering<number, number>(async (_, wishes) => {
      if (wishes.includes(0)) throw new Error('no process');
      return wishes.map((wish) => (wish < 0 ? { error: new Error('below zero') } : { result: wish }));
    });
    const some = await Promise.allSettled([picky.ask(context, 1), picky.ask(context, -1)]);
    expect(some).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: new Error('below zero') },
    ]);
    const none = await Promise.allSettled([picky.ask(context, 1), picky.ask(context, 0)]);
    expect(none.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await picky.ask(context, 4)).toBe(4);
  });
});

describe('a picture of namespaces', () => {
  it('asks each once, and none that nobody asked about', async () => {
    const { context, calls } = inCapsule(() => ({
      stdout: '@ leaf1\n[{"ifname":"lo"},{"ifname":"e1-1"}]\n@ node1\n',
    }));
    const [one, both] = await Promise.all([lookAt(context, ['leaf1']), lookAt(context, ['leaf1', 'node1'])]);
    expect(calls.map(({ line }) => line.slice(line.lastIndexOf(' sh ')))).toEqual([' sh leaf1 node1']);
    expect([...(one.links.get('leaf1')?.keys() ?? [])]).toEqual(['lo', 'e1-1']);
    expect(both.links.has('node1')).toBe(false);
    expect(both.namespaces.get('node1')).toBe('5');
  });

  it('that many ask about shows the rest too, for those who ask next and want no newer one', async () => {
    const names = Array.from({ length: 10 }, (_, at) => `n${at}`);
    const shared = new SharedAnswers(() => 1);
    const { context: alone, calls } = scripted((line) => ({ stdout: picturesIn(line) }), {
      ...capsule,
      list: async () => names,
    });
    const context: StepContext = { ...alone, shared: (key, ask) => shared.ask(key, 1, ask) };
    const some = await lookAt(context, names.slice(0, 8));
    expect([...some.links.keys()]).toEqual(names.slice(0, 8));
    expect((await lookAt(context, ['n9'])).links.get('n9')?.has('lo')).toBe(true);
    expect(calls).toHaveLength(1);
    const newer: StepContext = { ...alone, shared: (key, ask) => shared.ask(key, 2, ask) };
    await lookAt(newer, ['n9']);
    expect(calls.map(({ line }) => line.slice(line.lastIndexOf(' sh ')))).toEqual([` sh ${names.join(' ')}`, ' sh n9']);
  });

  it('never passes for a newer one than it is, also where another question was under way', async () => {
    const names = Array.from({ length: 10 }, (_, at) => `n${at}`);
    let now = 1;
    const shared = new SharedAnswers(() => now);
    let late: Promise<unknown> | undefined;
    // It is later when the second process ends.
    const answer = (line: string): Answer => {
      if (calls.length === 2) now = 3;
      return { stdout: picturesIn(line) };
    };
    const { context: alone, calls } = scripted(answer, {
      ...capsule,
      // Asked for just before the picture of many is begun.
      list: async () => {
        late ??= lookAt(at(1), ['n9']);
        await new Promise((resolve) => setTimeout(resolve, 5));
        now = 2;
        return names;
      },
    });
    const at = (since: number): StepContext => ({ ...alone, shared: (key, ask) => shared.ask(key, since, ask) });
    await lookAt(at(2), names.slice(0, 8));
    await late;
    await new Promise((resolve) => setTimeout(resolve, 5));
    await lookAt(at(3), ['n9']);
    // Once with the rest, once for whom it was asked before, once for whom wants it newer than both.
    expect(calls.filter(({ line }) => line.endsWith(' n9'))).toHaveLength(3);
  });
});

/** What the script in this command would print. */
const picturesIn = (line: string): string =>
  line
    .slice(line.lastIndexOf(' sh ') + 4)
    .split(' ')
    .map((name) => `@ ${name}\n[{"ifname":"lo"}]\n`)
    .join('');

describe('a batch of ip commands', () => {
  it('tells each step of its own commands: done, there already, or wrong', async () => {
    const stderr = 'RTNETLINK answers: File exists\nCommand failed -:2\nCannot find device "x"\nCommand failed -:4\n';
    const { context, calls } = inCapsule(() => ({ exitCode: 1, stderr }));
    const all = [['link add a'], ['link add b'], ['link add c', 'link set x up']];
    const ended = await Promise.allSettled(all.map((commands) => ipBatch(context, commands)));
    expect(ended.map((each) => (each.status === 'fulfilled' ? each.value : each.reason.message))).toEqual([
      'done',
      'existing',
      'Cannot find device "x"',
    ]);
    expect(calls.map(({ stdin }) => stdin)).toEqual(['link add a\nlink add b\nlink add c\nlink set x up\n']);
  });
});

describe('what a shell says of several namespaces', () => {
  it('is told apart, as is what went wrong', () => {
    const text = '@ n1\n*nat\n-A X -j Y\nCOMMIT\n= 0\n@ n2\nnsenter: cannot open n2\n= 1\n@ n3\n= 0\n';
    expect([...answersIn(text)]).toEqual([
      ['n1', { text: '*nat\n-A X -j Y\nCOMMIT\n', exitCode: 0 }],
      ['n2', { text: 'nsenter: cannot open n2\n', exitCode: 1 }],
      ['n3', { text: '', exitCode: 0 }],
    ]);
  });
});

describe('dressing', () => {
  it('fails just for the namespace in which something went wrong', async () => {
    const { context, calls } = inCapsule(() => ({ stdout: '@ a\n= 0\n@ b\nCannot find device "x"\n= 1\n' }));
    const ended = await Promise.allSettled(['a', 'b', 'c'].map((name) => dressings.ask(context, name)));
    expect(ended.map((each) => (each.status === 'fulfilled' ? 'done' : each.reason.message))).toEqual([
      'done',
      'Cannot find device "x"',
      'no answer',
    ]);
    expect(calls).toHaveLength(1);
  });

  it.each([
    ['nothing', '', 0, 0, ''],
    ['what is there already', 'RTNETLINK answers: File exists\nCommand failed b:1\n', 1, 0, ''],
    ['another error', 'Cannot find device "x"\nCommand failed b:2\n', 1, 1, 'Cannot find device "x"\n'],
    ['no reason', '', 1, 1, ''],
  ])('in a shell takes %s', (_, said, ends, code, shown) => {
    const folder = mkdtempSync(join(tmpdir(), 'dress-'));
    const nsenter = `nsenter() { printf '%s' "$SAID" >&2; return ${ends}; }`;
    const script = `${nsenter}\n${dressFunction.replaceAll('/run/lab', folder)}\ndress here`;
    mkdirSync(join(folder, 'here'));
    const { status, stderr } = spawnSync('sh', ['-c', script], {
      env: { ...process.env, SAID: said },
      encoding: 'utf8',
    });
    rmSync(folder, { recursive: true });
    expect([status, stderr]).toEqual([code, shown]);
  });
});
