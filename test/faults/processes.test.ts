import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Lab, until } from './rig/lab.ts';
import { useProgram } from './rig/program.ts';
import { build } from './rig/workflows.ts';

const program = useProgram();
const patient = { timeout: 300_000 };
const isRoot = process.getuid?.() === 0;

const one = (step: string, more = ''): string => `name: build
deploys: true
steps:
  - id: only
${step.replaceAll(/^/gm, '    ')}
${more}`;

const outcomes = async (lab: Lab): Promise<readonly string[]> =>
  (await lab.events()).flatMap((event) =>
    event.type === 'step.finished' ? [`${event.address} ${event.outcome}`] : [],
  );

const spawnedPid = async (lab: Lab): Promise<number> => {
  let pid = 0;
  await until(async () => {
    pid =
      (await lab.events()).flatMap((event) => (event.type === 'step.spawned' ? [event.process.pid] : [])).at(-1) ?? 0;
    return pid > 0;
  });
  return pid;
};

const exists = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

describe('a child that misbehaves', patient, () => {
  it('and ignores SIGTERM is killed at its time limit, and the step can run again', async () => {
    const lab = new Lab(program.main, {
      build: one(`shell: |
  echo "start only" >> world/deeds
  test -e world/tame || { trap '' TERM; while :; do sleep 0.1; done; }
  echo ok > world/only
timeout: 500ms
grace: 200ms
health: [{ probe: file, path: world/only }]`),
    });
    const ended = await lab.run(['run', 'build']);
    expect(ended.code, ended.stderr).toBe(1);
    expect(ended.stdout).toMatch(/did not finish within 0\.5s/);
    const pid = await spawnedPid(lab);
    expect(exists(pid)).toBe(false);
    writeFileSync(join(lab.world, 'tame'), '');
    expect((await lab.run(['resume'])).code).toBe(0);
  });

  it('and forks away is not waited for, and what it left stays', async () => {
    const lab = new Lab(program.main, {
      build: one(`shell: |
  setsid sleep 300 >/dev/null 2>&1 </dev/null &
  echo $! > world/only
health: [{ probe: command, run: [sh, -c, 'kill -0 $(cat world/only)'] }]`),
    });
    expect((await lab.run(['run', 'build'])).code).toBe(0);
    const pid = Number(readFileSync(join(lab.world, 'only'), 'utf8'));
    expect(exists(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });

  it('and leaves a printer behind has its later words in the log, after the run has ended', async () => {
    const lab = new Lab(program.main, {
      build: one(`shell: |
  echo begun
  touch world/only
  (while test -e world/only; do
    test ! -e world/go || { echo out; echo err >&2; echo went on >> world/deeds; rm world/go; }
    sleep 0.05
  done) &
health: [{ probe: file, path: world/only }]`),
    });
    expect((await lab.run(['run', 'build'])).code).toBe(0);
    const log = join(lab.stateDir, 'runs', lab.runs()[0] ?? '', 'logs', 'only.1.log');
    expect(readFileSync(log, 'utf8')).toBe('begun\n');
    writeFileSync(join(lab.world, 'go'), '');
    await until(() => lab.deeds().length > 0 && readFileSync(log, 'utf8').length > 'begun\nout\n'.length);
    expect(readFileSync(log, 'utf8').split('\n').sort()).toEqual(['', 'begun', 'err', 'out']);
    expect((await lab.run(['status'])).code).toBe(0);
  });

  it('and leaves a printer behind while secrets must be hidden has none of its later words kept, and that is said', async () => {
    const lab = new Lab(program.main, {
      build: one(
        `shell: |
  touch world/only
  (while test -e world/only; do
    test ! -e world/go || { echo "$WORD" && echo went on >> world/deeds; rm world/go; }
    sleep 0.05
  done) &
env: { WORD: '\${{ secrets.word }}' }
health: [{ probe: file, path: world/only }]`,
        'secrets: { word: { file: word } }',
      ),
    });
    writeFileSync(join(lab.dir, 'word'), 'open-sesame');
    const ended = await lab.run(['run', 'build']);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/only left something running.*>FILE 2>&1/);
    writeFileSync(join(lab.world, 'go'), '');
    await until(() => lab.deeds().length > 0);
    expect(existsSync(join(lab.stateDir, 'runs', lab.runs()[0] ?? '', 'logs', 'only.1.log'))).toBe(false);
  });

  it('and closes its output goes on to its end', async () => {
    const lab = new Lab(program.main, {
      build: one(`shell: |
  echo said; exec >&- 2>&-
  sleep 0.3
  echo ok > world/only
health: [{ probe: file, path: world/only, within: 0s }]`),
    });
    expect((await lab.run(['run', 'build'])).code).toBe(0);
  });

  it('and prints without end is survived with little memory', async () => {
    const bytes = process.env['FAULTS'] === 'all' ? 1_000_000_000 : 500_000_000;
    const lab = new Lab(program.main, {
      build: one(`run: [sh, -c, "head -c ${bytes} /dev/zero | tr '\\\\0' x; touch world/only"]
health: [{ probe: file, path: world/only }]`),
    });
    const { process: child, ended } = lab.start(['run', 'build']);
    let peakKb = 0;
    let over = false;
    void ended.then(() => {
      over = true;
    });
    await until(() => {
      const status = existsSync(`/proc/${child.pid}/status`) ? readFileSync(`/proc/${child.pid}/status`, 'utf8') : '';
      peakKb = Math.max(peakKb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
      return over;
    });
    expect((await ended).code).toBe(0);
    expect(peakKb).toBeGreaterThan(0);
    expect(peakKb).toBeLessThan(250_000);
  });

  it('as a probe that hangs is given up at its time limit, and said to have given no answer', async () => {
    const lab = new Lab(program.main, {
      build: one(`run: ['true']
health: [{ probe: command, run: [sleep, '600'], timeout: 200ms, within: 300ms }]`),
    });
    const ended = await lab.run(['run', 'build']);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('no answer');
    expect(await outcomes(lab)).toEqual(['only failed']);
  });
});

describe('a process that outlived its killed run', patient, () => {
  const slow = one(`shell: |
  echo "start only" >> world/deeds
  until test -e world/go; do sleep 0.05; done
  echo ok > world/only
health: [{ probe: file, path: world/only }]`);

  it('is waited for instead of being started a second time beside itself', async () => {
    const lab = new Lab(program.main, { build: slow });
    const first = lab.start(['run', 'build']);
    await spawnedPid(lab);
    first.process.kill('SIGKILL');
    await first.ended;
    const second = lab.start(['resume']);
    await until(async () => (await lab.events()).some((event) => event.type === 'step.survived'));
    writeFileSync(join(lab.world, 'go'), '');
    expect((await second.ended).code).toBe(0);
    expect(lab.deeds()).toEqual(['start only']);
  });

  it('is ended with --survivors end, and only then the step runs again', async () => {
    const lab = new Lab(program.main, { build: slow });
    const first = lab.start(['run', 'build']);
    const pid = await spawnedPid(lab);
    await until(() => lab.deeds().length === 1);
    first.process.kill('SIGKILL');
    await first.ended;
    const second = lab.start(['resume', '--survivors', 'end']);
    await until(() => lab.deeds().length === 2);
    expect(exists(pid)).toBe(false);
    writeFileSync(join(lab.world, 'go'), '');
    expect((await second.ended).code).toBe(0);
  });

  it('is found by its environment when the run died between starting it and writing that down', async () => {
    const lab = new Lab(program.main, { build: one(`uses: two\nhealth: [{ probe: file, path: world/second }]`) });
    mkdirSync(join(lab.dir, 'steps'));
    const deed = (name: string): string =>
      `echo "start ${name}" >> world/deeds; mkdir world/in-${name} || echo beside >> world/deeds; sleep 0.7; rmdir world/in-${name}; touch world/${name}`;
    writeFileSync(
      join(lab.dir, 'steps', 'two.mjs'),
      `import { defineStep, z } from 'lab';
export const two = defineStep({
  name: 'two', summary: 'Runs two commands', input: z.strictObject({}),
  async run(_, context) {
    await context.must(['sh', '-c', ${JSON.stringify(deed('first'))}]);
    await context.must(['sh', '-c', ${JSON.stringify(deed('second'))}]);
  },
});
`,
    );
    expect((await lab.run(['run', 'build'], { at: 2, only: 'spawn', when: 'after' })).signal).toBe('SIGKILL');
    expect((await lab.events()).filter((event) => event.type === 'step.spawned')).toHaveLength(1);
    const resumed = await lab.run(['resume']);
    expect(resumed.code, resumed.stdout).toBe(0);
    expect(lab.deeds()).toEqual(['start first', 'start second']);
  });

  it.skipIf(!isRoot)('is not confused with a stranger who got its number', async () => {
    const lab = new Lab(program.main, { build });
    const node = `${process.execPath} ${program.main}`;
    const fault = JSON.stringify({ dir: lab.stateDir, wrote: '"step.spawned"' });
    // In a PID namespace of its own the next number can be chosen.
    const script = `
      NODE_OPTIONS="--require ${new URL('rig/fault.cjs', import.meta.url).pathname}" LAB_FAULT='${fault}' \
        ${node} run build --state-dir ${lab.stateDir}
      pid=$(grep -o '"step.spawned".*"pid":[0-9]*' ${lab.stateDir}/runs/*/journal.jsonl | tail -1 | grep -o '[0-9]*$')
      test -n "$pid" || exit 76
      while test -d /proc/$pid; do sleep 0.05; done
      echo $((pid - 1)) > /proc/sys/kernel/ns_last_pid; sleep 300 &
      test $! = $pid || exit 77
      ${node} resume --survivors end --state-dir ${lab.stateDir} || exit 78
      kill -0 $pid || exit 79
    `;
    const alone = ['--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', script];
    const child = spawn('unshare', alone, { cwd: lab.dir, stdio: 'ignore' });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const [ended] = await once(child, 'exit');
    expect(ended).toBe(0);
    expect(lab.deeds().filter((deed) => deed.startsWith('beside'))).toEqual([]);
  });

  it.skipIf(!isRoot)('is known to be gone after a reboot, whoever has its number now', async () => {
    const lab = new Lab(program.main, { build: slow });
    const first = lab.start(['run', 'build']);
    const pid = await spawnedPid(lab);
    first.process.kill('SIGKILL');
    await first.ended;
    // It still runs here and stands for a stranger: to a machine that was started anew, its number means nothing.
    const boot = join(lab.dir, 'boot_id');
    writeFileSync(boot, '00000000-1111-2222-3333-444444444444\n');
    const again = lab.start(['resume', '--survivors', 'end'], undefined, [
      ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-ec'],
      `mount --bind ${boot} /proc/sys/kernel/random/boot_id; exec "$@"`,
      'sh',
    ]);
    await until(() => lab.deeds().length === 2);
    expect(exists(pid)).toBe(true);
    writeFileSync(join(lab.world, 'go'), '');
    const ended = await again.ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toMatch(/this machine was started anew since the run was last at work/);
    await until(() => !exists(pid));
  });
});

describe('two runs of one state folder', patient, () => {
  it('started in the same moment never work side by side', async () => {
    const lab = new Lab(program.main, { build });
    const all = await Promise.all(Array.from({ length: 5 }, () => lab.run(['run', 'build'])));
    expect(all.map(({ code }) => code).filter((code) => code !== 5)).toContain(0);
    for (const { code, stderr } of all.filter((each) => each.code !== 0)) {
      expect(code, stderr).toBe(5);
      expect(stderr).toMatch(/lock|holds/);
    }
    expect(lab.deeds()).toHaveLength(8);
    expect(lab.deeds().filter((deed) => deed.startsWith('beside'))).toEqual([]);
  });

  it.each([
    ['run', 0],
    ['resume', 6],
  ])(
    'of which one ends between the look and the lock of the other: %s finds nothing to continue',
    async (word, code) => {
      const lab = new Lab(program.main, {
        build: one(`shell: |
  echo "start only" >> world/deeds
  until test -e world/go; do sleep 0.05; done
  echo ok > world/only
health: [{ probe: file, path: world/only }]`),
      });
      const first = lab.start(['run', 'build']);
      await spawnedPid(lab);
      const second = lab.start(word === 'run' ? ['run', 'build'] : ['resume'], {
        at: 1,
        only: 'open for writing',
        when: 'stop',
      });
      await until(() => /\) T /.test(readFileSync(`/proc/${second.process.pid}/stat`, 'utf8')));
      writeFileSync(join(lab.world, 'go'), '');
      expect((await first.ended).code).toBe(0);
      second.process.kill('SIGCONT');
      const ended = await second.ended;
      expect(ended.code, `${ended.stdout}${ended.stderr}`).toBe(code);
      expect(lab.deeds()).toEqual(['start only']);
      const resumed = (await lab.events()).filter((event) => event.type === 'run.resumed');
      expect(resumed).toEqual([]);
    },
  );

  it('are refused while the holder is stopped, and told who it is', async () => {
    const lab = new Lab(program.main, {
      build: one(`shell: |
  until test -e world/go; do sleep 0.05; done
  echo ok > world/only
health: [{ probe: file, path: world/only }]`),
    });
    const first = lab.start(['run', 'build']);
    await spawnedPid(lab);
    first.process.kill('SIGSTOP');
    const second = await lab.run(['run', 'build']);
    expect(second.code).toBe(5);
    expect(second.stderr).toContain(String(first.process.pid));
    first.process.kill('SIGCONT');
    writeFileSync(join(lab.world, 'go'), '');
    expect((await first.ended).code).toBe(0);
  });
});
