import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Ended, Lab, until } from './rig/lab.ts';
import { useProgram } from './rig/program.ts';
import { build, clear } from './rig/workflows.ts';

const program = useProgram();
const patient = { timeout: 300_000 };
const isRoot = process.getuid?.() === 0;
const told = (ended: Ended): string => `${ended.code} ${ended.signal}\n${ended.stdout}\n${ended.stderr}`;

const held = (second: string): string => `name: build
deploys: true
steps:
  - id: first
    shell: |
      echo "start first" >> world/deeds
      until test -e world/go; do sleep 0.05; done
      echo ok > world/first
    health: [{ probe: file, path: world/first }]
  - id: second
    shell: |
      echo "${second}" >> world/deeds
      echo ok > world/second
    health: [{ probe: file, path: world/second }]
`;

const started = async (text: string): Promise<{ lab: Lab; running: ReturnType<Lab['start']> }> => {
  const lab = new Lab(program.main, { build: text });
  const running = lab.start(['run', 'build']);
  await until(() => lab.deeds().length === 1);
  return { lab, running };
};

describe('a workflow file edited while it runs', patient, () => {
  it('does not change the run; the next one runs just the changed step', async () => {
    const { lab, running } = await started(held('start second'));
    lab.write('build', held('start second anew'));
    writeFileSync(join(lab.world, 'go'), '');
    expect((await running.ended).code).toBe(0);
    expect(lab.deeds()).toEqual(['start first', 'start second']);
    const again = await lab.run(['run', 'build']);
    expect(again.code, told(again)).toBe(0);
    expect(lab.deeds()).toEqual(['start first', 'start second', 'start second anew']);
  });

  it('and broken does not harm the run; the next one tells what is wrong with exit 3', async () => {
    const { lab, running } = await started(held('start second'));
    lab.write('build', 'steps: [');
    writeFileSync(join(lab.world, 'go'), '');
    expect((await running.ended).code).toBe(0);
    expect((await lab.run(['run', 'build'])).code).toBe(3);
  });
});

describe('a terminal that goes away', patient, () => {
  it('with SIGHUP ends what runs, exits with 129, and the run is continued', async () => {
    const { lab, running } = await started(held('start second'));
    // The kernel tells of it, and the shell does once more.
    for (let count = 0; count < 3; count += 1) running.process.kill('SIGHUP');
    const ended = await running.ended;
    expect(ended.code, told(ended)).toBe(129);
    const events = await lab.events();
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', outcome: 'interrupted' });
    writeFileSync(join(lab.world, 'go'), '');
    const resumed = await lab.recover();
    expect(resumed.code, told(resumed)).toBe(0);
  });

  it('by being closed ends what runs, and the run is continued', async () => {
    const lab = new Lab(program.main, { build: held('start second') });
    const terminal = spawn(process.execPath, [program.main, 'run', 'build', '--state-dir', lab.stateDir], {
      cwd: lab.dir,
      env: { ...process.env, TERM: 'xterm' },
    });
    const ended = new Promise<number | undefined>((resolve) => terminal.onExit(({ signal }) => resolve(signal)));
    onTestFinished(() => terminal.kill('SIGKILL'));
    await until(() => lab.deeds().length === 1);
    (terminal as unknown as { destroy(): void }).destroy();
    expect(await ended).toBe(constants.signals.SIGHUP);
    expect((await lab.events()).at(-1)).toMatchObject({ type: 'run.finished', outcome: 'interrupted' });
    writeFileSync(join(lab.world, 'go'), '');
    const resumed = await lab.recover();
    expect(resumed.code, told(resumed)).toBe(0);
  });

  it('with its output closed does not end the run', async () => {
    const { lab, running } = await started(held('start second'));
    running.process.stdout?.destroy();
    running.process.stderr?.destroy();
    writeFileSync(join(lab.world, 'go'), '');
    expect((await running.ended).code).toBe(0);
    expect((await lab.events()).at(-1)).toMatchObject({ type: 'run.finished', outcome: 'succeeded' });
  });
});

describe('a program that is started in a bad place', patient, () => {
  const within = (script: string): readonly string[] => ['sh', '-c', script, 'sh'];

  it('with its output on a full disk goes on, says so once, and only a command that looks fails by it', async () => {
    for (const json of [[], ['--json']]) {
      const lab = new Lab(program.main, { build });
      const full = within('exec "$@" >/dev/full');
      const ended = await lab.run(['run', 'build', ...json], undefined, full);
      expect(ended.code, told(ended)).toBe(0);
      expect(ended.stderr.match(/can't be written: ENOSPC/g)).toHaveLength(1);
      expect((await lab.events()).at(-1)).toMatchObject({ type: 'run.finished', outcome: 'succeeded' });
      const looked = await lab.run(['status', ...json], undefined, full);
      expect(looked.code, told(looked)).toBe(4);
      expect(looked.stderr).toContain("can't be written: ENOSPC");
    }
  });

  it('with nothing open at all does its work', async () => {
    const lab = new Lab(program.main, { build });
    expect((await lab.run(['run', 'build'], undefined, within('exec "$@" <&- >&- 2>&-'))).code).toBe(0);
    expect((await lab.events()).at(-1)).toMatchObject({ type: 'run.finished', outcome: 'succeeded' });
    expect((await lab.run(['status', '--nonsense'], undefined, within('exec "$@" 2>&-'))).code).toBe(2);
  });

  it('in a folder that was deleted says so with exit 4', async () => {
    const lab = new Lab(program.main, { build });
    const gone = 'mkdir gone; cd gone; rmdir ../gone; exec "$@"';
    const ended = await lab.run(['run', 'build'], undefined, within(gone));
    expect(ended.code, told(ended)).toBe(4);
    expect(ended.stderr).toContain('does not exist any more');
    const named = await lab.run(['run', 'build', '--project', lab.dir], undefined, within(gone));
    expect(named.code, told(named)).toBe(0);
  });

  it('without HOME, PATH or a language of its own works, or says what it does not find', async () => {
    const lab = new Lab(program.main, { build });
    const bare = await lab.run(['run', 'build'], undefined, ['env', '-i']);
    expect(bare.code, told(bare)).toBe(1);
    expect(bare.stdout).toMatch(/not found.*PATH/);
    const again = await lab.run(['resume'], undefined, ['env', '-i', `PATH=${process.env['PATH']}`, 'LC_ALL=C']);
    expect(again.code, told(again)).toBe(0);
  });
});

describe('a clock that jumps', patient, () => {
  const jumps = { 'an hour back': -3_600_000, 'nine days back': -777_600_000, 'three days ahead': 259_200_000 };
  for (const [name, byMs] of Object.entries(jumps)) {
    it(`${name} in the middle of a run does not confuse it, nor the runs after it`, async () => {
      const lab = new Lab(program.main, { build, clear });
      const ended = await lab.run(['run', 'build'], { clock: { from: 20, byMs } });
      expect(ended.code, told(ended)).toBe(0);
      for (const event of await lab.events()) {
        if ('durationMs' in event) expect(event.durationMs).toBeGreaterThanOrEqual(0);
        if ('durationMs' in event) expect(event.durationMs).toBeLessThan(120_000);
      }
      const again = await lab.run(['run', 'build'], { clock: { from: 0, byMs } });
      expect(again.code, told(again)).toBe(0);
      expect(lab.deeds().filter((deed) => deed.startsWith('start'))).toHaveLength(4);
      expect((await lab.run(['run', 'clear'])).code).toBe(0);
      // Each new run sorts after the ones before it, whatever the clock says.
      expect(lab.runs().map((run) => run.split('-')[2])).toEqual(['build', 'build', 'clear']);
    });
  }

  it('between a death and its continuation does not make a lock or a process look older or younger than it is', async () => {
    const lab = new Lab(program.main, { build, clear });
    await lab.run(['run', 'build'], { at: 1, only: 'spawn', when: 'after' });
    const resumed = await lab.run(['resume'], { clock: { from: 0, byMs: -86_400_000 } });
    expect(resumed.code, told(resumed)).toBe(0);
    expect(lab.deeds().filter((deed) => deed === 'start first')).toHaveLength(1);
  });
});

describe('a network that is gone', patient, () => {
  const asks = (url: string): string => `name: build
steps:
  - id: asks
    health: [{ probe: http, url: "${url}", within: 500ms, timeout: 400ms }]
`;

  it('is told as what was last seen, for names and for addresses', async () => {
    for (const url of ['http://lab-test.invalid/', 'http://127.0.0.1:9/']) {
      const lab = new Lab(program.main, { build: asks(url) });
      const ended = await lab.run(['run', 'build']);
      expect(ended.code, told(ended)).toBe(1);
      expect(ended.stdout).toMatch(/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|no answer|refused|not be found|resolve/i);
    }
  });

  it.skipIf(!isRoot)('altogether does not keep lab from working: lock, run and status need none', async () => {
    const lab = new Lab(program.main, { build, clear });
    const alone = ['unshare', '--net'];
    expect((await lab.run(['run', 'build'], undefined, alone)).code).toBe(0);
    expect((await lab.run(['status'], undefined, alone)).code).toBe(0);
  });

  it.skipIf(!isRoot)('of their own does not let two runs work side by side', async () => {
    const lab = new Lab(program.main, { build: held('start second') });
    const running = lab.start(['run', 'build'], undefined, ['unshare', '--net']);
    await until(() => lab.deeds().length === 1);
    expect((await lab.run(['run', 'build'])).code).toBe(5);
    writeFileSync(join(lab.world, 'go'), '');
    expect((await running.ended).code).toBe(0);
  });
});
