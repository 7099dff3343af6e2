import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ProcessIdentity } from '../../src/core/event.ts';
import { parseStat } from '../../src/host/process.ts';
import { fixture, gone, host, lives, surroundings, temporaryFolder } from './support.ts';

const start = (program: string, args: readonly string[], env: Record<string, string> = {}): ChildProcess => {
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...surroundings.env, ...env },
  });
  onTestFinished(() => {
    try {
      process.kill(-Number(child.pid), 'SIGKILL');
    } catch {
      // It is gone already, as it should.
    }
  });
  return child;
};

const identityOf = (child: ChildProcess): ProcessIdentity => {
  const identity = host.identity(Number(child.pid));
  if (!identity) throw new Error('the child is gone');
  return identity;
};

const exitOf = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once('exit', () => resolve()));

describe('the identity of a process', () => {
  it('stays the same while it lives, and is none when there is no such process', async () => {
    const child = start('sleep', ['1000']);
    const identity = identityOf(child);
    expect(host.identity(identity.pid)).toEqual(identity);
    expect(host.isAlive(identity)).toBe(true);
    child.kill('SIGKILL');
    await exitOf(child);
    expect(host.isAlive(identity)).toBe(false);
    expect(host.identity(identity.pid)).toBeUndefined();
  });

  it('is our own for ourselves', () => {
    expect(host.self()).toEqual(host.identity(process.pid));
    expect(host.isAlive(host.self())).toBe(true);
  });

  it('is another one when the number was given to another process, or the machine was started anew', () => {
    const identity = identityOf(start('sleep', ['1000']));
    expect(host.isAlive({ ...identity, startTime: identity.startTime - 1 })).toBe(false);
    expect(host.isAlive({ ...identity, bootId: '00000000-0000-0000-0000-000000000000' })).toBe(false);
  });

  it('is read also when the name of the program holds blanks and brackets', async () => {
    const program = join(temporaryFolder(), ') R 1 (a');
    copyFileSync('/bin/sleep', program);
    const child = start(program, ['1000']);
    const plain = start('sleep', ['1000']);
    const difference = identityOf(plain).startTime - identityOf(child).startTime;
    expect(difference).toBeGreaterThanOrEqual(0);
    expect(difference).toBeLessThan(6000);
  });

  it('needs a whole line of the kernel', () => {
    expect(parseStat('')).toBeUndefined();
    expect(parseStat('12 (sh) S 1')).toBeUndefined();
    expect(parseStat(`12 (a) b) S 1 7 ${'0 '.repeat(16)}4711 0`)).toEqual({
      state: 'S',
      parent: 1,
      group: 7,
      startTime: 4711,
    });
  });

  it('of a zombie is that of a process that has ended', async () => {
    // The shell never asks after its child, because it has become `sleep`.
    const child = start('sh', ['-c', 'sh -c "echo \\$\\$; exit 0" & exec sleep 1000']);
    const pid = Number(await new Promise((resolve) => child.stdout?.once('data', resolve)));
    await gone(pid);
    const identity = host.identity(pid);
    expect(identity).toBeDefined();
    expect(identity && host.isAlive(identity)).toBe(false);
  });
});

describe('waiting for an end', () => {
  it('takes until the process has ended', async () => {
    const child = start('sleep', ['1000']);
    const identity = identityOf(child);
    const waited = host.waitForEnd(identity);
    child.kill('SIGKILL');
    await waited;
    expect(host.isAlive(identity)).toBe(false);
  });

  it('is over at once for a process whose number another one has now', async () => {
    const identity = identityOf(start('sleep', ['1000']));
    await host.waitForEnd({ ...identity, startTime: identity.startTime + 1 });
  });

  it('stops with the signal', async () => {
    const identity = identityOf(start('sleep', ['1000']));
    const abort = new AbortController();
    const waited = host.waitForEnd(identity, abort.signal);
    abort.abort();
    await waited;
    expect(host.isAlive(identity)).toBe(true);
  });
});

describe('ending a group', () => {
  const family = async (signals: string): Promise<{ leader: ProcessIdentity; child: number }> => {
    const leader = start('sh', [fixture('family.sh'), signals]);
    let text = '';
    await new Promise<void>((resolve) => {
      leader.stdout?.on('data', (piece) => {
        text += piece;
        if (/parent/.test(text) && /child/.test(text)) resolve();
      });
    });
    return { leader: identityOf(leader), child: Number(/child (\d+)/.exec(text)?.[1]) };
  };

  it('asks first', async () => {
    const { leader, child } = await family('HUP');
    await host.endGroup(leader, 30_000);
    expect([leader.pid, child].filter(lives)).toEqual([]);
  });

  it('kills those who do not listen, when the grace is over', async () => {
    const { leader, child } = await family('TERM');
    await host.endGroup(leader, 50);
    expect([leader.pid, child].filter(lives)).toEqual([]);
  });

  it('finds the rest of the group when its leader is gone', async () => {
    const { leader, child } = await family('TERM');
    process.kill(leader.pid, 'SIGKILL');
    await gone(leader.pid);
    expect(lives(child)).toBe(true);
    await host.endGroup(leader, 50);
    expect(lives(child)).toBe(false);
  });

  it('ends the whole group when it is given a member that does not lead it', async () => {
    const { leader, child } = await family('TERM');
    const member = host.identity(child);
    if (!member) throw new Error('the member is gone');
    await host.endGroup(member, 50);
    expect([leader.pid, child].filter(lives)).toEqual([]);
  });

  it('leaves a stranger alone who has the number now, and what was before the last boot', async () => {
    const identity = identityOf(start('sleep', ['1000']));
    await host.endGroup({ ...identity, startTime: identity.startTime - 1 }, 0);
    await host.endGroup({ ...identity, bootId: 'another boot' }, 0);
    expect(host.isAlive(identity)).toBe(true);
  });

  it('ends a process of our own group without ending us', async () => {
    const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
    await host.endGroup(identityOf(child), 30_000);
    expect(lives(Number(child.pid))).toBe(false);
  });

  it('is nothing to do when nobody is left', async () => {
    const child = start('true', []);
    const identity = identityOf(child);
    await exitOf(child);
    await host.endGroup(identity, 30_000);
  });
});

describe('finding by environment', () => {
  it('finds who has the variable with exactly that value, the oldest first', async () => {
    const value = `run-1/step[${process.pid}]`;
    const tagged = start('sh', ['-c', 'sleep 1000 & echo $!; wait'], { LAB_TEST_TAG: value });
    start('sleep', ['1000'], { LAB_TEST_TAG: `${value}0` });
    start('sleep', ['1000'], { OTHER_LAB_TEST_TAG: value });
    const inner = Number(await new Promise((resolve) => tagged.stdout?.once('data', resolve)));
    const found = await host.findByEnvironment('LAB_TEST_TAG', value);
    expect(found.map((each) => each.pid)).toEqual([tagged.pid, inner]);
    const marks = expect.objectContaining({ LAB_TEST_TAG: value });
    expect(found[0]).toEqual({ ...identityOf(tagged), command: 'sh -c sleep 1000 & echo $!; wait', marks });
    expect(Object.keys(found[0]?.marks ?? {}).filter((name) => !name.startsWith('LAB_'))).toEqual([]);
  });

  it('leaves out those that we were started from', async () => {
    const path = process.env['PATH'] ?? '';
    expect(readFileSync(`/proc/${process.ppid}/environ`, 'utf8')).toContain(`PATH=${path}`);
    const child = start('sleep', ['1000'], { PATH: path });
    const pids = (await host.findByEnvironment('PATH', path)).map(({ pid }) => pid);
    expect([pids.includes(child.pid ?? 0), pids.includes(process.ppid)]).toEqual([true, false]);
  });

  it('finds nobody when there is nobody', async () => {
    expect(await host.findByEnvironment('LAB_TEST_TAG', 'nobody has this')).toEqual([]);
  });
});
