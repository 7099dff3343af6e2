import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EventBody } from '../../src/core/event.ts';
import {
  begun,
  bgp,
  ended,
  finished,
  looked,
  planned,
  said,
  started,
  startOfStory,
  step,
  story,
} from './fixtures/story.ts';
import { bundleReplay, openTerminal, type TestTerminal } from './fixtures/terminal.ts';

let replay: ReturnType<typeof bundleReplay>;
beforeAll(() => {
  replay = bundleReplay();
});
afterAll(() => replay.dispose());

type Entry = readonly [number, EventBody];
const patience = { timeout: 10_000, interval: 20 };

const open = (size: Partial<Parameters<typeof openTerminal>[1]> = {}) =>
  openTerminal(replay.path, { columns: 80, rows: 24, ...size });

/** Tells the events and waits until the check passes on what is seen. */
const show = async (terminal: TestTerminal, entries: readonly Entry[], check: () => void): Promise<void> => {
  await terminal.tell(...story(entries));
  await vi.waitFor(check, patience);
};

const text = (terminal: TestTerminal): string => terminal.seen().join('\n').trimEnd();
const withoutSpinner = (shown: string): string => shown.replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g, '*');

const lab: readonly Entry[] = [
  [0, started()],
  [
    0,
    planned(
      step('host', { name: 'Check the host' }),
      step('cluster', { name: 'Start minikube', needs: ['host'], usualMs: 125_000 }),
      step('fabric', { name: 'Start the fabric ${{ leaf }}', parent: true, needs: ['fabric[leaf1]', 'fabric[leaf2]'] }),
      step('fabric[leaf1]', { name: 'leaf1', needs: ['host'] }),
      step('fabric[leaf2]', { name: 'leaf2', needs: ['host'] }),
      step('verify', { name: 'Verify', needs: ['cluster', 'fabric'] }),
    ),
  ],
];

describe('the board in a terminal', () => {
  it('shows what runs with its time and its last words, what waits with what it waits for, and folds what is over', async () => {
    await using terminal = await open();
    await show(
      terminal,
      [
        ...lab,
        [1000, ended('host', 'satisfied')],
        [1000, begun('cluster')],
        [1500, said('cluster', 'Pulling base image v0.0.42\n')],
        [2000, begun('fabric[leaf1]')],
        [2000, begun('fabric[leaf2]')],
        [3000, ended('fabric[leaf1]', 'changed')],
        [4000, looked('fabric[leaf2]', [bgp('1 of 4 Established')], { since: startOfStory + 2000 })],
        [5000, looked('fabric[leaf2]', [bgp('2 of 4 Established')], { since: startOfStory + 2000 })],
      ],
      () => expect(text(terminal)).toContain('2 of 4'),
    );
    await terminal.order({ now: startOfStory + 13_000 });
    await vi.waitFor(() => expect(text(terminal)).toContain('12s of about 2m05s'), patience);
    expect(withoutSpinner(text(terminal)).split('\n')).toEqual([
      'deploy, frr-netns                                      13s, at least 1m53s left',
      '✔ Check the host    already true, 1.0s',
      '* Start minikube    running, 12s of about 2m05s',
      '  │ Pulling base image v0.0.42',
      '* Start the fabric  1 of 2 done, 11s',
      '  ✔ leaf1           changed, 1.0s',
      '  * leaf2           proving, 11s',
      '    │ BGP leaf1: 2 of 4 Established, unchanged for 8.0s, 11s of 1m00s',
      '◻ Verify            waiting, after Start minikube and 1 more',
      '1 changed, 1 already true, 2 running, 1 waiting',
    ]);
    await terminal.tell(...story([[14_000, ended('fabric[leaf2]', 'changed')]]));
    await vi.waitFor(() => expect(text(terminal)).toContain('✔ Start the fabric  2 changed, 12s'), patience);
    expect(text(terminal)).not.toContain('leaf1');
  });

  it('keeps what failed in sight, says why, and what it blocks', async () => {
    await using terminal = await open();
    const failure = { kind: 'exit', exitCode: 1, command: 'x', tail: [] } as const;
    await show(
      terminal,
      [
        ...lab,
        [1, ended('fabric[leaf1]', 'changed')],
        [2, ended('fabric[leaf2]', 'failed', { failure })],
        [3, ended('verify', 'blocked', { reason: 'needs fabric', durationMs: 0 })],
      ],
      () => expect(text(terminal)).toContain('blocked: needs fabric'),
    );
    expect(text(terminal)).toContain('✖ Start the fabric  1 changed, 1 failed');
    expect(text(terminal)).toContain('  ✖ leaf2           failed, 1.0s\n    │ its command exited with code 1');
    expect(text(terminal)).not.toContain('leaf1');
  });

  it('leaves the whole list behind when it is closed, each row once', async () => {
    await using terminal = await open({ rows: 10 });
    const names = Array.from({ length: 20 }, (_, at) => `step-${at}`);
    await terminal.tell(
      ...story([
        [0, started()],
        [0, planned(...names.map((name) => step(name)))],
      ]),
    );
    for (const name of names)
      await terminal.tell(
        ...story([
          [1, begun(name)],
          [2, ended(name, 'changed')],
        ]),
      );
    await terminal.tell(...story([[3, finished('succeeded')]]));
    await terminal.order({ do: 'close' });
    const shown = (): readonly string[] => terminal.history().filter((line) => line !== '');
    // Until then it is the last frame of the board that is seen.
    await vi.waitFor(() => expect(shown()).toHaveLength(names.length), patience);
    expect(shown()).toEqual(names.map((name) => `✔ ${name.padEnd(7)}  changed, 1.0s`));
  });

  it.each([
    [80, 10],
    [80, 24],
    [200, 50],
    [40, 5],
    [20, 3],
  ])('stays within %i columns and %i rows, with what runs in sight and the rest counted', async (columns, rows) => {
    await using terminal = await open({ columns, rows });
    const names = Array.from({ length: 60 }, (_, at) => `step-${at}`);
    const chain = names.map((name, at) => step(name, at === 0 ? {} : { needs: [names[at - 1] ?? ''] }));
    const entries: Entry[] = names.slice(0, 30).map((name) => [1, ended(name, 'changed')]);
    await show(
      terminal,
      [[0, started()], [0, planned(...chain)], ...entries, [2, begun('step-30')], [3, said('step-30', 'busy\n')]],
      () => expect(text(terminal)).toMatch(/. step-30 +run/),
    );
    expect(terminal.history().length).toBe(rows);
    if (rows >= 10) expect(text(terminal)).toMatch(/… \d+ more: \d+ waiting/);
    expect(text(terminal).match(/^. step-30/gm)).toHaveLength(1);
  });

  it('counts what runs beyond the rows of the screen', async () => {
    await using terminal = await open({ rows: 10 });
    const names = Array.from({ length: 40 }, (_, at) => `step-${at}`);
    await show(
      terminal,
      [
        [0, started()],
        [0, planned(...names.map((name) => step(name)))],
        ...names.map((name): Entry => [1, begun(name)]),
      ],
      () => expect(text(terminal)).toMatch(/… 34 more: 34 running/),
    );
    expect(terminal.history().length).toBe(10);
  });

  it('is whole after every resize, smaller or larger', async () => {
    await using terminal = await open();
    await terminal.tell(
      ...story([...lab, [1000, begun('cluster')], [1500, said('cluster', `long ${'x'.repeat(150)}\n`)]]),
    );
    for (const [columns, rows] of [
      [40, 24],
      [100, 30],
      [80, 8],
      [80, 24],
      [30, 6],
      [120, 40],
    ] as const) {
      terminal.resize(columns, rows);
      const mark = String(columns * 100 + rows);
      await terminal.tell(...story([[2000, said('cluster', `size ${mark}\n`)]]));
      await vi.waitFor(() => {
        const shown = terminal.seen().filter((line) => line !== '');
        if (rows >= 8) expect(shown.filter((line) => line.includes(`size ${mark}`))).toHaveLength(1);
        expect(shown.filter((line) => /^. Start minik/.test(line))).toHaveLength(1);
        expect(shown.filter((line) => line.includes('waiting') && /^\d/.test(line))).toHaveLength(1);
        expect(shown.length).toBeLessThan(rows);
      }, patience);
    }
  });

  it('shows hostile names and output as text', async () => {
    await using terminal = await open();
    const evil = '\u001b[2J\u001b]0;owned\u0007\u001b[999Hevil\nname';
    await show(
      terminal,
      [
        [0, started()],
        [0, planned(step('a', { name: evil }), step('日本語', { name: '日本語の名前' }))],
        [1, begun('a')],
        [2, said('a', '10%\r\u001b[1A\u001b[2K50%\u009b31m\n')],
      ],
      () => expect(text(terminal)).toContain('│ 50%'),
    );
    expect(text(terminal)).toMatch(/\\u001b\[2J\\u001b\]0;owned\\u0007\\u001…\s+running/);
    expect(text(terminal)).toMatch(/日本語の名前 +waiting for its turn/);
    expect(terminal.raw()).not.toContain('\u001b]0;owned');
  });

  it('uses colour only when told', async () => {
    await using plain = await open();
    await using painted = await open({ color: true });
    for (const terminal of [plain, painted])
      await show(terminal, [...lab, [1, ended('host', 'changed')]], () => expect(text(terminal)).toContain('changed'));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
    const colour = /\u001b\[\d+m/;
    expect(plain.raw()).not.toMatch(colour);
    expect(painted.raw()).toMatch(colour);
    expect(text(painted)).toBe(text(plain));
  });

  it('leaves the terminal usable when its process is killed', async () => {
    await using terminal = await open();
    await show(terminal, [...lab, [1, begun('host')]], () => expect(text(terminal)).toContain('running'));
    await terminal.kill();
    expect(text(terminal)).toContain('Check the host');
    // Neither a hidden cursor nor the other screen.
    expect(terminal.raw()).not.toMatch(/\[\?(?:25l|1049h)/);
  });

  it('makes room for a question and comes back', async () => {
    await using terminal = await open();
    await show(terminal, [...lab, [1, begun('host')]], () => expect(text(terminal)).toContain('running'));
    await terminal.order({ do: 'pause' });
    await terminal.order({ say: 'Install frr? [y/N] ' });
    await vi.waitFor(() => expect(text(terminal)).toBe('Install frr? [y/N]'), patience);
    await terminal.tell(...story([[2, ended('host', 'changed')]]));
    await terminal.order({ say: '\r\n' });
    await terminal.order({ do: 'resume' });
    await vi.waitFor(() => expect(text(terminal)).toContain('changed'), patience);
    expect(terminal.seen()[0]).toContain('Install frr? [y/N]');
  });

  it('takes in children that become known late', async () => {
    await using terminal = await open();
    await show(
      terminal,
      [
        [0, started()],
        [0, planned(step('each', { name: 'For each', parent: true }))],
        [
          1,
          {
            type: 'step.expanded',
            address: 'each',
            children: [step('each[x]', { name: 'x' }), step('each[y]', { name: 'y' })],
          },
        ],
        [2, begun('each[x]')],
      ],
      () => expect(text(terminal)).toMatch(/For each {2}0 of 2 done.*\n {2}. x {6} running/),
    );
    await terminal.tell(
      ...story([
        [3, ended('each[x]', 'changed')],
        [3, ended('each[y]', 'changed')],
      ]),
    );
    await vi.waitFor(() => expect(text(terminal)).toContain('✔ For each  2 changed'), patience);
    await terminal.order({ do: 'close' });
  });

  it('folds groups, says that it is being stopped, and what was not run', async () => {
    await using terminal = await open();
    await show(
      terminal,
      [
        [0, started()],
        [0, planned(step('a', { group: 'Ground' }), step('b', { group: 'Ground' }), step('c', { needs: ['b'] }))],
        [1, ended('a', 'changed')],
        [1, begun('b')],
        [2, { type: 'run.stopping', signal: 'SIGINT', stage: 'finish' }],
      ],
      () =>
        expect(text(terminal)).toContain(
          'SIGINT: starting nothing new, letting what runs finish; Ctrl-C again ends it',
        ),
    );
    expect(withoutSpinner(text(terminal))).toContain('* Ground  1 of 2 done');
    await terminal.tell(
      ...story([
        [3, ended('b', 'interrupted')],
        [4, finished('interrupted')],
      ]),
    );
    await terminal.order({ do: 'close' });
    await vi.waitFor(
      () => expect(text(terminal).split('\n')).toEqual(['◼ Ground  1 changed, 1 interrupted', '◻ c       not run']),
      patience,
    );
  });

  it('shows a group of one foreach step as that step, under the name of the group', async () => {
    await using terminal = await open();
    await show(
      terminal,
      [
        [0, started()],
        [
          0,
          planned(
            step('r', { parent: true, group: 'Routers', needs: ['r[a]', 'r[b]'] }),
            step('r[a]', { name: 'a', group: 'Routers' }),
            step('r[b]', { name: 'b', group: 'Routers' }),
          ),
        ],
        [1, begun('r[a]')],
      ],
      () => expect(text(terminal)).toContain('running'),
    );
    expect(withoutSpinner(text(terminal)).split('\n').slice(1)).toEqual([
      '* Routers  0 of 2 done, 0.0s',
      '  * a      running, 0.0s',
      '  ◻ b      waiting for its turn',
      '1 running, 1 waiting',
    ]);
  });

  it('shows what is taken away, and warnings above everything', async () => {
    await using terminal = await open();
    await show(
      terminal,
      [
        [0, started({ workflow: 'teardown' })],
        [0, planned(step('gone'))],
        [1, { type: 'notice', level: 'warning', code: 'x', message: 'step old is no longer in the workflow' }],
        [
          2,
          {
            type: 'step.undone',
            address: 'cluster',
            created: [{ kind: 'cluster', name: 'c1' }],
            outcome: 'removed',
            evidence: [],
            durationMs: 1,
          },
        ],
      ],
      () => expect(text(terminal)).toContain('undone  cluster: removed cluster c1'),
    );
    expect(terminal.seen()[0]).toBe('warning: step old is no longer in the workflow');
    expect(terminal.seen()[1]).toContain('teardown, frr-netns');
  });

  it('keeps up with two thousand steps', async () => {
    await using terminal = await open();
    const names = Array.from({ length: 2000 }, (_, at) => `step-${at}`);
    await terminal.tell(
      ...story([
        [0, started()],
        [0, planned(...names.map((name) => step(name)))],
      ]),
    );
    for (const name of names) await terminal.tell(...story([[2, ended(name, 'changed')]]));
    await vi.waitFor(() => expect(text(terminal)).toContain('2000 changed'), patience);
    expect(terminal.history().length).toBe(24);
  });
});
