import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { Lab, until } from './rig/lab.ts';
import { useProgram } from './rig/program.ts';

const program = useProgram();
const patient = { timeout: 300_000 };

const teardown = 'name: teardown\nundoes: build\n';

/** Makes `world/thing` once it may, and takes it away once it may. */
const slow = `name: build
deploys: true
steps:
  - id: thing
    creates: [{ kind: file, name: thing }]
    shell: |
      echo "make thing" >> world/deeds
      until test -e world/make; do sleep 0.05; done
      touch world/thing
    health: [{ probe: file, path: world/thing, within: 0s }]
    undo:
      shell: |
        echo "remove thing" >> world/deeds
        until test -e world/remove; do sleep 0.05; done
        rm -f world/thing
      absent: [{ probe: file, path: world/thing, expect: "!exists", within: 0s }]
`;

const allow = (lab: Lab, what: string): void => writeFileSync(join(lab.world, what), '');
const isThere = (lab: Lab, what = 'thing'): boolean => existsSync(join(lab.world, what));
const survived = (events: readonly RunEvent[]) => events.filter((event) => event.type === 'step.survived');

/** Starts a command, and kills it once the deed has begun. */
const killedIn = async (lab: Lab, command: readonly string[], deeds: number): Promise<void> => {
  const started = lab.start(command);
  await until(() => lab.deeds().length === deeds);
  started.process.kill('SIGKILL');
  await started.ended;
};

const alive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

describe('beside what a killed run left at work', patient, () => {
  const removals = { 'a teardown': ['run', 'teardown'], 'redo --undo': ['redo', '--undo', 'thing'] };
  for (const [name, command] of Object.entries(removals))
    it(`${name} takes nothing away before it has ended`, async () => {
      const lab = new Lab(program.main, { build: slow, teardown });
      await killedIn(lab, ['run', 'build'], 1);
      const down = lab.start(command);
      await until(async () => survived(await lab.events()).length === 1);
      expect(lab.deeds()).toEqual(['make thing']);
      allow(lab, 'remove');
      allow(lab, 'make');
      const ended = await down.ended;
      expect(ended.code, `${ended.stdout}${ended.stderr}`).toBe(0);
      expect(ended.stdout).toMatch(/still alive +thing: process \d+ of an earlier attempt/);
      expect([lab.deeds(), isThere(lab)]).toEqual([['make thing', 'remove thing'], false]);
    });

  it('nothing is called true, or made, before an undo has ended', async () => {
    const lab = new Lab(program.main, { build: slow, teardown });
    allow(lab, 'make');
    expect((await lab.run(['run', 'build'])).code).toBe(0);
    await killedIn(lab, ['run', 'teardown'], 2);
    const up = lab.start(['run', 'build']);
    await until(async () => survived(await lab.events()).length === 1);
    allow(lab, 'remove');
    const ended = await up.ended;
    expect(ended.code, `${ended.stdout}${ended.stderr}`).toBe(0);
    expect(ended.stdout).toMatch(/still alive +thing: process \d+ of an earlier undo/);
    expect([lab.deeds(), isThere(lab)]).toEqual([['make thing', 'remove thing', 'make thing'], true]);
  });

  it('no step is started while a worker lives whose leader is gone', async () => {
    const lab = new Lab(program.main, {
      build: `name: build
deploys: true
steps:
  - id: only
    shell: |
      echo "make only" >> world/deeds
      sh -c 'echo $$ > world/worker; until test -e world/go; do sleep 0.05; done; touch world/only' &
      echo $$ > world/leader
      wait
    health: [{ probe: file, path: world/only, within: 0s }]
`,
    });
    const first = lab.start(['run', 'build']);
    await until(() => isThere(lab, 'worker') && isThere(lab, 'leader'));
    const pidIn = (file: string): number => Number(readFileSync(join(lab.world, file), 'utf8'));
    await until(() => pidIn('worker') > 0 && pidIn('leader') > 0);
    const worker = pidIn('worker');
    onTestFinished(() => {
      if (alive(worker)) process.kill(worker, 'SIGKILL');
    });
    first.process.kill('SIGKILL');
    await first.ended;
    process.kill(pidIn('leader'), 'SIGKILL');
    const again = lab.start(['resume']);
    await until(async () => survived(await lab.events()).length === 1);
    allow(lab, 'go');
    const ended = await again.ended;
    expect(ended.code, `${ended.stdout}${ended.stderr}`).toBe(0);
    expect(lab.deeds()).toEqual(['make only']);
  });

  it('no attempt is started while a child of the one before it lives, in this run or the next', async () => {
    const lab = new Lab(program.main, {
      build: `name: build
deploys: true
steps:
  - id: only
    shell: |
      setsid sh -c 'test ! -e world/lives || echo beside >> world/deeds; echo $$ > world/lives; trap "rm world/lives; exit" TERM; while :; do sleep 0.05; done' >/dev/null 2>&1 &
      until test -s world/lives; do sleep 0.05; done
      sleep 60
    timeout: 1s
    grace: 200ms
    retry: { attempts: 2, delay: 10ms }
`,
    });
    const run = await lab.run(['run', 'build', '--survivors', 'end']);
    const resumed = await lab.run(['resume', '--survivors', 'end']);
    expect([run.code, resumed.code]).toEqual([1, 1]);
    const ended = survived(await lab.events());
    for (const event of ended) expect(event).toMatchObject({ address: 'only', decision: 'end' });
    expect([ended.length, lab.deeds()]).toEqual([3, []]);
    process.kill(Number(readFileSync(join(lab.world, 'lives'), 'utf8')), 'SIGKILL');
  });
});
