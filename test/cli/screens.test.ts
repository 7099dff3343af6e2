import { describe, expect, it, vi } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject, type Project } from './rig/project.ts';
import { type InTerminal, openInTerminal } from './rig/terminal.ts';

const program = useProgram();
const patience = { timeout: 20_000, interval: 20 };
const until = (check: () => void): Promise<void> => vi.waitFor(check, patience);

/** None outlives the folder. `hold` runs until the test lets it go; `sessions` becomes true one by one, as the test says. */
const files = {
  'workflows/v/variant.yaml': 'name: v\n',
  'workflows/v/deploy.yaml': `name: deploy
steps:
  - { id: base, name: The base, shell: "echo base; touch base", health: [{ probe: file, path: base, within: 0s }] }
  - id: part
    name: Part \${{ n }}
    group: Parts
    foreach: { n: "\${{ ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n'] }}" }
    needs: [base]
    run: ["true"]
  - id: hold
    name: 保持する
    needs: [base]
    shell: echo "unpacking 50%"; while test -e base && test ! -e go; do sleep 0.05; done
  - id: sessions
    needs: [hold]
    health:
      - probe: command
        name: BGP leaf1
        run: [sh, -c, "echo \\"$(cat up || echo 0) of 4 Established\\""]
        expect: stdout.contains("4 of 4")
        within: 60s
        every: 50ms
facts: { service: "'http://192.0.2.1/'", try: "'npx lab exec c -- true'" }
`,
  'workflows/v/quick.yaml': 'name: quick\nsteps:\n  - { id: one, name: First, run: [echo, hello], satisfied: once }\n',
};

const run = (
  project: Project,
  argv: readonly string[],
  { env = {}, ...size }: { env?: Readonly<Record<string, string>>; columns?: number; rows?: number } = {},
): InTerminal =>
  openInTerminal({
    ...{ file: process.execPath, argv: [program.main, ...argv], cwd: project.dir, ...size },
    env: { PATH: process.env['PATH'] ?? '', HOME: project.dir, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
  });

const withoutSpinner = (text: string): string => text.replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g, '*');
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const [colours, controls] = [/\u001b\[(?:\d+;)*\d+m/, /\u001b/];

describe('a run in a terminal', () => {
  it.each([
    [80, 24],
    [200, 50],
    [80, 10],
  ])('shows what runs, what it waits for and the ending, within %i columns and %i rows', async (columns, rows) => {
    const project = openProject(program, files);
    const terminal = run(project, ['run', 'deploy'], { columns, rows });
    await until(() => expect(terminal.seen()).toContain('14 changed'));
    await until(() =>
      expect(withoutSpinner(terminal.seen())).toMatch(/\* 保持する +running, [\d.ms]+\n {2}│ unpacking 50%/),
    );
    expect(terminal.seen()).toMatch(/^deploy, v +[\d.ms]+$/m);
    expect(terminal.seen()).toMatch(/✔ Parts +14 changed/);
    expect(terminal.seen()).toMatch(/◻ sessions +waiting, after 保持する/);
    project.write('up', '1');
    project.write('go', '');
    await until(() => expect(terminal.seen()).toContain('│ BGP leaf1: 1 of 4 Established'));
    project.write('up', '3');
    await until(() => expect(terminal.seen()).toMatch(/BGP leaf1: 3 of 4 Established, rising, [\d.]+s of 1m00s/));
    // The line before the board may have been scrolled away, and nothing of the board.
    expect(terminal.history().length).toBeLessThanOrEqual(rows + 1);
    project.write('up', '4');
    expect(await terminal.ended).toBe(0);
    const ending = terminal.history().join('\n');
    expect(ending).toMatch(/Succeeded: deploy in [\d.m]+s: 16 changed, 1 proved/);
    expect(ending).toMatch(
      / {2}service {2}http:\/\/192\.0\.2\.1\/\n {2}try {6}npx lab exec c -- true\n {2}logs {5}state\//,
    );
    expect(ending.match(/The base/g)).toHaveLength(1);
  });

  it('is drawn anew when its size changes, and below what a shell wrote while it was stopped', async () => {
    const project = openProject(program, files);
    const terminal = run(project, ['run', 'deploy']);
    await until(() => expect(terminal.seen()).toContain('│ unpacking 50%'));
    for (const [columns, rows] of [
      [50, 12],
      [120, 30],
      [80, 24],
    ] as const) {
      terminal.resize(columns, rows);
      await until(() => {
        const heads = terminal
          .seen()
          .split('\n')
          .filter((line) => line.startsWith('deploy, v'));
        expect(heads.map((line) => line.length)).toEqual([columns - 1]);
        expect(terminal.seen().match(/The base/g)).toHaveLength(1);
        expect(terminal.seen().split('\n').length).toBeLessThan(rows);
      });
    }
    terminal.signal('SIGSTOP');
    await terminal.write('[1]+  Stopped\r\n$ fg\r\n');
    terminal.signal('SIGCONT');
    await until(() => expect(terminal.seen()).toMatch(/\$ fg\ndeploy, v .*\n✔ The base/));
    project.write('up', '4');
    project.write('go', '');
    expect(await terminal.ended).toBe(0);
  });

  it('says at each Ctrl-C what it does, and goes on from there', async () => {
    const project = openProject(program, files);
    const terminal = run(project, ['run', 'deploy']);
    await until(() => expect(terminal.seen()).toContain('│ unpacking 50%'));
    terminal.type('\u0003');
    await until(() => expect(terminal.seen()).toContain('letting what runs finish; Ctrl-C again ends it'));
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(130);
    expect(terminal.seen()).toMatch(/◼ 保持する +interrupted/);
    expect(terminal.seen()).toMatch(/Interrupted: deploy in .*: 15 changed, 1 interrupted, 1 not run/);
    expect(terminal.seen()).toContain('Nothing is lost. Go on with: npx lab resume');
    project.write('up', '4');
    project.write('go', '');
    const resumed = run(project, ['resume']);
    expect(await resumed.ended).toBe(0);
    expect(resumed.history().join('\n')).toMatch(/Succeeded: deploy in .*kept/);
  });

  it('says at the third Ctrl-C that it leaves at once', async () => {
    const project = openProject(program, {
      ...files,
      'workflows/v/deploy.yaml': `name: deploy
steps:
  - { id: deaf, run: [sh, -c, "trap '' INT TERM; echo deaf; while test -e held; do sleep 0.05; done"] }
`,
    });
    project.write('held', '');
    const terminal = run(project, ['run', 'deploy']);
    await until(() => expect(terminal.seen()).toContain('│ deaf'));
    terminal.type('\u0003');
    await until(() => expect(terminal.seen()).toContain('Ctrl-C again ends it'));
    terminal.type('\u0003');
    await until(() => expect(terminal.seen()).toContain('Ctrl-C again leaves at once'));
    terminal.type('\u0003');
    expect(await terminal.ended).toBe(130);
    expect(terminal.seen()).toContain('leaving now; `npx lab resume` finds out how things stand and goes on');
    project.remove('held');
  });

  it('of `status --watch` shows in place what turned and when, and nothing that does not fit', async () => {
    const project = openProject(program, files);
    expect(await run(project, ['run', 'deploy', '--until', 'part']).ended).toBe(0);
    const terminal = run(project, ['status', '--watch'], { rows: 8 });
    await until(() => expect(terminal.seen()).toContain('2 of 17 steps do not hold now'));
    expect(terminal.seen()).toContain('v is deployed, not to its end, since');
    expect(terminal.seen()).toMatch(/… \d+ more lines?\nlooked at \d\d:\d\d:\d\d; Ctrl-C ends this$/);
    project.remove('base');
    await until(() => expect(terminal.seen()).toMatch(/fails {2}base +since \d\d:\d\d:\d\d +base: not there/));
    expect(terminal.history().join('\n').split('v is deployed')).toHaveLength(2);
    terminal.type('\u0003');
    await terminal.ended;
  });

  it.each<[string, readonly string[], Readonly<Record<string, string>>, (shown: string, raw: string) => void]>([
    [
      'without colours, and otherwise the same, with NO_COLOR',
      [],
      { NO_COLOR: '1' },
      (shown, raw) => {
        expect(raw).not.toMatch(colours);
        expect(shown).toMatch(/✔ First +changed/);
      },
    ],
    [
      'with plain letters where there is no UTF-8',
      [],
      { LANG: 'C' },
      (shown) => {
        expect(shown).toMatch(/\+ First +changed/);
        expect(shown.replace(/^.*(?:state|logs)\/.*$/gm, '')).toMatch(/^[\n -~]*$/);
      },
    ],
    ['as lines with TERM=dumb', [], { TERM: 'dumb' }, (shown, raw) => expectLines(shown, raw)],
    ['as lines in a CI service', [], { CI: 'true', NO_COLOR: '1' }, (shown, raw) => expectLines(shown, raw)],
    ['as lines with --no-tty', ['--no-tty'], { NO_COLOR: '1' }, (shown, raw) => expectLines(shown, raw)],
    [
      'as groups in GitHub Actions',
      [],
      { GITHUB_ACTIONS: 'true', CI: 'true' },
      (shown) => expect(shown).toMatch(/::group::changed: one \(First\)[^\n]*\n\| hello\n::endgroup::/),
    ],
    [
      'as one JSON event a line with --json',
      ['--json'],
      {},
      (_, raw) => {
        const events = raw
          .trim()
          .split('\r\n')
          .map((line) => JSON.parse(line));
        expect(events.map(({ type }) => type)).toContain('step.output');
        expect(events.every(({ v }) => v === 1)).toBe(true);
      },
    ],
    [
      'as its ending alone with --quiet',
      ['--quiet'],
      {},
      (shown) => expect(shown).toMatch(/^Succeeded: quick in [\d.]+s: 1 changed\n\n {2}logs {2}\S+$/),
    ],
  ])('is shown %s', async (_, argv, env, check) => {
    const project = openProject(program, files);
    const terminal = run(project, ['run', 'quick', '--variant', 'v', ...argv], { columns: 160, env });
    expect(await terminal.ended).toBe(0);
    check(terminal.history().join('\n').trim(), terminal.raw());
  });
});

const expectLines = (shown: string, raw: string): void => {
  expect(raw).not.toMatch(controls);
  expect(shown).toMatch(/^\d\d:\d\d:\d\d running {6}one \(First\)$/m);
  expect(shown).toMatch(/^\d\d:\d\d:\d\d output {7}one \| hello$/m);
  expect(shown).toMatch(/^\d\d:\d\d:\d\d changed {6}one \(First\)/m);
};
