// What can only be seen from outside: a process of ours that exits, runs out of files, or gets signals.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { onSignals } from '../../src/host/signals.ts';
import { bundle, fixture, gone, host, linkPackages, lives, surroundings } from './support.ts';

describe('when our own process exits', () => {
  it.each([
    ['by process.exit', 'exit', 5],
    ['by an error nobody caught', 'throw', 1],
  ])('%s, running children end with it, but not those in the background', async (_, how, exitCode) => {
    const folder = await bundle('host');
    linkPackages(folder);
    const argv = [process.execPath, fixture('exit-with-children.mjs'), join(folder, 'host.mjs'), how];
    const result = await host.command({ argv, ...surroundings });
    expect(result).toMatchObject({ exitCode });
    const pids = JSON.parse(result.stdout) as number[];
    expect(pids).toHaveLength(3);
    onTestFinished(() => {
      for (const pid of pids.filter(lives)) process.kill(pid, 'SIGKILL');
    });
    expect(await lastOf(pids)).toHaveLength(1);
  });
});

/** Who lives when all but one, or all, are gone. */
const lastOf = async (pids: readonly number[]): Promise<readonly number[]> => {
  for (;;) {
    const left = pids.filter(lives);
    if (left.length <= 1) return left;
    await Promise.race(left.map(gone));
  }
};

describe('a process of ours', () => {
  it('loads no package for a command', async () => {
    const folder = await bundle('host');
    const argv = [process.execPath, fixture('without-packages.mjs'), join(folder, 'host.mjs')];
    const result = await host.command({ argv, ...surroundings });
    expect(result.stdout).toBe('lean ERR_MODULE_NOT_FOUND\n');
  });

  it('that has no files left says so, and goes on when it has', async () => {
    const folder = await bundle('host');
    const result = await host.script('ulimit -n 60; exec "$NODE" "$FIXTURE" "$HOST"', {
      ...surroundings,
      env: {
        ...surroundings.env,
        NODE: process.execPath,
        FIXTURE: fixture('few-files.mjs'),
        HOST: join(folder, 'host.mjs'),
      },
    });
    expect(JSON.parse(result.stdout)).toEqual({
      refused: ['spawn-failed', { code: 'EMFILE', message: 'too many open files; raise the limit with ulimit -n' }],
      fine: 'hi\n',
    });
  });
});

describe('signals', () => {
  it('are counted whatever they are: finish, stop, leave; afterwards they are what they were', async () => {
    const folder = await bundle('signals');
    const child = spawn(process.execPath, [fixture('count-signals.mjs'), join(folder, 'signals.mjs')]);
    onTestFinished(() => void child.kill('SIGKILL'));
    const lines = linesOf(child);
    const ended = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)));
    expect(await lines()).toBe('ready');
    child.kill('SIGINT');
    expect(await lines()).toBe('finish SIGINT');
    child.kill('SIGHUP');
    expect(await lines()).toBe('stop SIGHUP');
    child.kill('SIGTERM');
    expect(await lines()).toBe('leave SIGTERM');
    expect(await lines()).toBe('disposed');
    child.kill('SIGINT');
    expect(await ended).toBe('SIGINT');
  });

  it('that come twice at the same time, as npx makes of one Ctrl-C, count once', () => {
    const stages: string[] = [];
    let now = 1000;
    const note = (stage: string) => (signal: string) => void stages.push(`${stage} ${signal}`);
    const handlers = { finish: note('finish'), stop: note('stop'), leave: note('leave') };
    const dispose = onSignals(handlers, { togetherMs: 200, now: () => now });
    for (const at of [1000, 1003, 1500, 1501, 1502, 1900, 3000]) {
      now = at;
      process.emit('SIGINT', 'SIGINT');
    }
    expect(stages).toEqual(['finish SIGINT', 'stop SIGINT', 'leave SIGINT', 'leave SIGINT']);
    const before = process.listenerCount('SIGINT');
    dispose();
    expect(process.listenerCount('SIGINT')).toBe(before - 1);
  });
});

/** The next line each time. */
const linesOf = (child: ChildProcess): (() => Promise<string>) => {
  let text = '';
  let look = (): void => {};
  child.stdout?.on('data', (piece) => {
    text += piece;
    look();
  });
  return () =>
    new Promise((resolve) => {
      look = () => {
        const end = text.indexOf('\n');
        if (end < 0) return;
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        look = () => {};
        resolve(line);
      };
      look();
    });
};
