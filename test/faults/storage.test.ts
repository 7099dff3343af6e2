import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readState } from '../../src/store/state.ts';
import { forEachOf, some } from './rig/for-each.ts';
import { type Ended, Lab, until } from './rig/lab.ts';
import { useProgram } from './rig/program.ts';
import { build, clear, steps } from './rig/workflows.ts';

const program = useProgram();
const patient = { timeout: 300_000 };
const isRoot = process.getuid?.() === 0;
const workflows = { build, clear };
const told = (ended: Ended): string => `${ended.code} ${ended.signal}\n${ended.stdout}\n${ended.stderr}`;

/** The last step is held until `world/go` is there. */
const held = `name: build
deploys: true
steps:
  - id: first
    shell: |
      echo "start first" >> world/deeds
      echo ok > world/first
    health: [{ probe: file, path: world/first }]
  - id: second
    shell: |
      echo "start second" >> world/deeds
      until test -e world/go; do sleep 0.05; done
      echo ok > world/second
    health: [{ probe: file, path: world/second }]
  - id: third
    shell: |
      echo "start third" >> world/deeds
      echo ok > world/third
    health: [{ probe: file, path: world/third }]
`;

const letGo = (lab: Lab): void => writeFileSync(join(lab.world, 'go'), '');

const expectBuilt = async (lab: Lab): Promise<void> => {
  const recovered = await lab.recover();
  expect(recovered.code, told(recovered)).toBe(0);
  expect((await readState(lab.stateDir)).runs.at(-1)).toMatchObject({ workflow: 'build', outcome: 'succeeded' });
  expect(lab.deeds().filter((deed) => deed.startsWith('beside'))).toEqual([]);
};

describe('a disk that refuses', patient, () => {
  it('at any operation ends the run with exit 5 and words, and it is continued when the disk is well', async () => {
    const trace = join(new Lab(program.main, {}).dir, 'trace');
    const whole = await new Lab(program.main, workflows).run(['run', 'build'], { trace });
    expect(whole.code, told(whole)).toBe(0);
    const operations = readFileSync(trace, 'utf8').split('\n').slice(0, -1);
    const codes = ['ENOSPC', 'EIO', 'EACCES', 'EROFS', 'EMFILE', 'EDQUOT'];
    // A spawn that fails is a failure of its step, and not of the disk.
    const moments = operations.flatMap((name, index) => (name === 'spawn' ? [] : [index + 1]));
    // The codes take turns; which of them it is makes no difference to the program.
    await forEachOf(some(moments), async (from, index) => {
      const code = codes[index % codes.length] ?? 'EIO';
      const lab = new Lab(program.main, workflows);
      const ended = await lab.run(['run', 'build'], { fail: { code, from } });
      // A run may have fewer operations, when more of them share a write.
      if (ended.code !== 0) {
        expect(ended.code, `${code} at ${from} (${operations[from - 1]}): ${told(ended)}`).toBe(5);
        expect(ended.stderr).toContain(code);
        expect(ended.stderr).toContain('To go on');
        expect(ended.stderr).not.toContain('mistake in lab');
      }
      await expectBuilt(lab);
    });
  });

  it('once, for a moment, ends the run as well: a failed sync is never believed later', async () => {
    const lab = new Lab(program.main, workflows);
    const ended = await lab.run(['run', 'build'], { after: 'spawn', fail: { code: 'EIO', from: 1, times: 1 } });
    expect(ended.code, told(ended)).toBe(5);
    await expectBuilt(lab);
  });

  it.skipIf(!isRoot)(
    'because it is full ends the run with exit 5, and it is continued once there is room',
    async () => {
      const lab = labOnSmallDisk('256k');
      const running = lab.start(['run', 'build']);
      await until(() => lab.deeds().includes('start second'));
      const ballast = join(lab.stateDir, 'ballast');
      writeFileSync(ballast, '');
      fill(ballast);
      letGo(lab);
      const ended = await running.ended;
      expect(ended.code, told(ended)).toBe(5);
      expect(ended.stderr).toContain('no space');
      // The last page of a full file may still take a record: what ran was recorded, and what could not be did not run.
      const recorded = (await lab.events()).flatMap((event) => (event.type === 'step.started' ? [event.address] : []));
      expect(lab.deeds()).toEqual(recorded.map((address) => `start ${address}`));
      rmSync(ballast);
      await expectBuilt(lab);
      expect(lab.deeds()).toEqual(['start first', 'start second', 'start third']);
    },
  );

  it.skipIf(!isRoot)(
    'because it became read-only ends the run with exit 5, and it is continued when it is writable',
    async () => {
      const lab = labOnSmallDisk('256k');
      const refused = await (async () => {
        const running = lab.start(['run', 'build']);
        await until(() => lab.deeds().includes('start second'));
        // A mount with files open for writing can't be made read-only; a second view of it, laid over the path, can.
        execFileSync('mount', ['--bind', lab.stateDir, lab.stateDir]);
        execFileSync('mount', ['-o', 'remount,bind,ro', lab.stateDir]);
        letGo(lab);
        return running.ended;
      })();
      expect(refused.code, told(refused)).toBe(5);
      const again = await lab.run(['run', 'build']);
      expect(again.code, told(again)).toBe(5);
      expect(again.stderr).toContain('read-only');
      execFileSync('umount', [lab.stateDir]);
      await expectBuilt(lab);
    },
  );

  it.skipIf(!isRoot)('another user is told so with exit 5, and nothing is touched', async () => {
    const lab = new Lab(program.main, workflows);
    expect((await lab.run(['run', 'build'])).code).toBe(0);
    for (const folder of [lab.dir, join(program.main, '..', '..')]) chmodSync(folder, 0o755);
    const before = lab.deeds();
    const ended = await lab.run(['run', 'build'], undefined, [
      'setpriv',
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
    ]);
    expect(ended.code, told(ended)).toBe(5);
    expect(lab.deeds()).toEqual(before);
  });

  it('with too few open files is told with words, and the run can be continued', async () => {
    // Where it breaks depends on how many files the program has open by itself: before it began, in a step, or at the journal.
    // Below the least Node itself does not start.
    const least = Number.parseInt(process.versions.node, 10) < 22 ? 20 : 23;
    await forEachOf([least, 26, 32, 44], async (most) => {
      const lab = new Lab(program.main, workflows);
      const ended = await lab.run(['run', 'build'], undefined, ['prlimit', `--nofile=${most}:${most}`]);
      expect(most === least ? [4, 5] : [0, 1, 4, 5], told(ended)).toContain(ended.code);
      if (ended.code !== 0) expect(told(ended)).toMatch(/ulimit -n/);
      await expectBuilt(lab);
    });
  });

  it('a process that can not be started fails its step with words, and it runs when it can', async () => {
    for (const [code, words] of [
      ['EAGAIN', 'ulimit -u'],
      ['EMFILE', 'ulimit -n'],
      ['ENOMEM', 'not enough memory'],
    ] as const) {
      const lab = new Lab(program.main, workflows);
      const ended = await lab.run(['run', 'build'], { fail: { code, from: 1 }, only: 'spawn' });
      expect(ended.code, told(ended)).toBe(1);
      expect(ended.stdout).toContain(words);
      await expectBuilt(lab);
    }
  });
});

describe('a state folder', patient, () => {
  const started = async (): Promise<{ lab: Lab; ended: Promise<Ended> }> => {
    const lab = new Lab(program.main, { build: held });
    const { ended } = lab.start(['run', 'build']);
    await until(() => lab.deeds().includes('start second'));
    return { lab, ended };
  };

  it('that is deleted while a run writes to it stops the run with exit 5 before the next step', async () => {
    const { lab, ended } = await started();
    rmSync(lab.stateDir, { recursive: true });
    letGo(lab);
    const { code, stderr } = await ended;
    expect(code, stderr).toBe(5);
    expect(stderr).toMatch(/deleted|moved/);
    expect(lab.deeds()).not.toContain('start third');
    // What holds is found from the world alone.
    expect((await lab.run(['run', 'build'])).code).toBe(0);
    expect(lab.deeds()).toEqual(['start first', 'start second', 'start third']);
  });

  it('that is replaced while a run writes to it stops the run, and the old one goes on when it is put back', async () => {
    const { lab, ended } = await started();
    const aside = join(lab.dir, 'aside');
    renameSync(lab.stateDir, aside);
    mkdirSync(lab.stateDir, { mode: 0o700 });
    letGo(lab);
    expect((await ended).code).toBe(5);
    rmSync(lab.stateDir, { recursive: true });
    renameSync(aside, lab.stateDir);
    await expectBuilt(lab);
    expect(lab.deeds()).toEqual(['start first', 'start second', 'start third']);
  });

  it.skipIf(!isRoot)(
    'that is copied to another machine while a run writes to it believes nothing there without proof',
    async () => {
      const { lab, ended } = await started();
      const there = new Lab(program.main, { build: held });
      cpSync(lab.stateDir, there.stateDir, { recursive: true });
      chmodSync(there.stateDir, 0o700);
      writeFileSync(join(there.world, 'go'), '');
      const boot = join(there.dir, 'boot_id');
      writeFileSync(boot, '00000000-1111-2222-3333-444444444444\n');
      const otherMachine = [
        'unshare',
        '--mount',
        '--pid',
        '--fork',
        '--kill-child',
        '--mount-proc',
        'sh',
        '-ec',
        `mount --bind ${boot} /proc/sys/kernel/random/boot_id; exec "$@"`,
        'sh',
      ];
      const resumed = await there.run(['resume'], undefined, otherMachine);
      expect(resumed.code, told(resumed)).toBe(0);
      expect(there.deeds()).toEqual(['start first', 'start second', 'start third']);
      letGo(lab);
      expect((await ended).code).toBe(0);
      expect(lab.deeds()).toEqual(['start first', 'start second', 'start third']);
    },
  );

  it('without its state file knows from its journals what is deployed, what was made, and what is gone', async () => {
    const lab = new Lab(program.main, workflows);
    const file = join(lab.stateDir, 'state.json');
    const known = async (): Promise<unknown> => JSON.parse((await lab.run(['status', '--json'])).stdout);
    for (const workflow of ['build', 'clear']) {
      expect((await lab.run(['run', workflow])).code).toBe(0);
      const before = await known();
      rmSync(file);
      expect(await known()).toMatchObject({ created: workflow === 'build' ? 4 : 0, unfinished: null });
      expect(Object.keys((await known()) as object)).toEqual(Object.keys(before as object));
      // A command that only looks writes nothing, so that the next one starts from the journals as well.
      expect(existsSync(file)).toBe(false);
    }
    expect(steps.filter((step) => existsSync(join(lab.world, step)))).toEqual([]);
  });

  it('damaged in the middle of a journal is told with its line and exit 5, and nothing runs', async () => {
    const { lab, ended } = await started();
    letGo(lab);
    expect((await ended).code).toBe(0);
    const [run = ''] = lab.runs();
    const file = lab.journalOf(run);
    const bytes = readFileSync(file);
    bytes[Math.floor(bytes.length / 2)] = 0x7f;
    writeFileSync(file, bytes);
    const again = await lab.run(['run', 'build']);
    expect(again.code, told(again)).toBe(5);
    expect(again.stderr).toMatch(/journal\.jsonl:\d+/);
    expect(lab.deeds()).toHaveLength(3);
  });

  it('whose journal is damaged is never passed over for a new run, and the words for that lead on without forgetting anything', async () => {
    const changes: readonly (readonly [string, (line: string, index: number) => string])[] = [
      ['every line', (line) => `${line}\r`],
      ['all lines but the first', (line, index) => (index === 0 ? line : `${line}\r`)],
      ['all lines but four, wholly', (line, index) => (index < 4 ? line : 'nothing of ours')],
    ];
    for (const [name, change] of changes) {
      const lab = new Lab(program.main, workflows);
      mkdirSync(join(lab.world, 'inside-last')); // the last step can't write there, so the run fails
      expect((await lab.run(['run', 'build'])).code, name).toBe(1);
      rmSync(join(lab.world, 'inside-last'), { recursive: true });
      const deeds = lab.deeds();
      const [run = ''] = lab.runs();
      const file = lab.journalOf(run);
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
      writeFileSync(file, `${lines.map(change).join('\n')}\n`);
      const refused = await lab.run(['resume']);
      expect(refused.code, `${name}: ${told(refused)}`).toBe(5);
      expect(lab.runs()).toEqual([run]);
      const remedy = /\((cp .*)\)/.exec(refused.stderr)?.[1] ?? 'false';
      execFileSync('sh', ['-c', remedy]);
      const adopted = await lab.run(['adopt', 'build']);
      expect(adopted.code, `${name}: ${told(adopted)}`).toBe(0);
      expect(lab.deeds()).toEqual(deeds);
      expect((await lab.run(['run', 'clear'])).code).toBe(0);
      for (const step of steps) expect(existsSync(join(lab.world, step)), `${name}: ${step}`).toBe(false);
    }
  });

  it('keeps no temporary file of a killed run once another run was there', async () => {
    const lab = new Lab(program.main, workflows);
    for (const only of ['renameSync', 'linkSync'])
      expect((await lab.run(['run', 'build', '--new'], { at: 1, only })).signal).toBe('SIGKILL');
    expect(readdirSync(lab.stateDir).length).toBeGreaterThan(2);
    expect((await lab.run(['run', 'build', '--new'])).code).toBe(0);
    expect(readdirSync(lab.stateDir).sort()).toEqual(['checked', 'runs', 'state.json']);
    for (const step of steps) expect(existsSync(join(lab.world, step))).toBe(true);
  });
});

const labOnSmallDisk = (size: string): Lab => {
  const lab = new Lab(program.main, { build: held });
  mkdirSync(lab.stateDir);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', lab.stateDir]);
  onTestFinished(() => {
    try {
      for (;;) execFileSync('umount', ['--lazy', lab.stateDir], { stdio: 'ignore' });
    } catch {
      // Nothing is mounted there any more.
    }
  });
  return lab;
};

const fill = (file: string): void => {
  try {
    for (let size = 65_536; ; ) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
  } catch {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(1), { flag: 'a' });
    } catch {
      // Full to the last byte.
    }
  }
};
