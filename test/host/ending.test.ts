// Commands and scripts end by the same rules, so each of these runs for both.
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CommandRequest, CommandResult } from '../../src/engine/ports.ts';
import { listPids, pollUntil } from '../../src/host/process.ts';
import { fixture, gone, host, listen, lives, surroundings, temporaryFolder } from './support.ts';

type Start = (file: string, argument: string, more: Partial<CommandRequest>) => Promise<CommandResult>;

const asCommand: Start = (file, argument, more) =>
  host.command({ argv: ['sh', fixture(file), argument], ...surroundings, ...more });
/** zx sets errexit; the fixtures, written for any shell, go without. */
const asScript: Start = (file, argument, more) =>
  host.script(`set +e\nset -- '${argument}'\n${readFileSync(fixture(file), 'utf8')}`, { ...surroundings, ...more });

const holds = (pid: number, file: string): boolean => {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === file);
  } catch {
    return false; // ended meanwhile, or not ours
  }
};

const pidOf = (match: RegExpExecArray): number => Number(match[1]);

describe.each([
  ['a command', asCommand],
  ['a script', asScript],
])('%s', (_, start) => {
  it('that takes too long is ended, and says so', async () => {
    const result = await start('family.sh', 'HUP', { timeoutMs: 100 });
    expect(result).toMatchObject({ ended: 'timeout', exitCode: null, signal: 'SIGTERM' });
  });

  it('that ignores SIGTERM is killed after the grace, and its child with it', async () => {
    const heard = listen();
    const abort = new AbortController();
    const running = start('family.sh', 'TERM INT', { ...heard, signal: abort.signal, graceMs: 100 });
    const parent = pidOf(await heard.said(/parent (\d+)/));
    const child = pidOf(await heard.said(/child (\d+)/));
    abort.abort();
    expect(await running).toMatchObject({ ended: 'cancelled', exitCode: null, signal: 'SIGKILL' });
    expect([parent, child].filter(lives)).toEqual([]);
  });

  it('that goes at SIGTERM does not leave behind a child that stays', async () => {
    const heard = listen();
    const abort = new AbortController();
    const running = start('orphan.sh', '', { ...heard, signal: abort.signal, graceMs: 100 });
    const child = pidOf(await heard.said(/child (\d+)/));
    await heard.said(/parent/);
    abort.abort();
    const result = await running;
    expect(result).toMatchObject({ ended: 'cancelled', signal: null, exitCode: 9 });
    expect(lives(child)).toBe(false);
  });

  it('is asked with SIGINT first when the abort says so, then with SIGTERM, then killed', async () => {
    const heard = listen();
    const abort = new AbortController();
    const running = start('diary.sh', '', { ...heard, signal: abort.signal, graceMs: 2000 });
    await heard.said(/ready/);
    abort.abort({ signal: 'SIGINT' });
    const result = await running;
    expect(result).toMatchObject({ ended: 'cancelled', signal: 'SIGKILL' });
    expect(result.stdout).toBe('ready\ngot INT\ngot TERM\n');
  });

  it('is asked with SIGTERM only when the abort gives no reason', async () => {
    const heard = listen();
    const abort = new AbortController();
    const running = start('diary.sh', '', { ...heard, signal: abort.signal, graceMs: 1000 });
    await heard.said(/ready/);
    abort.abort();
    expect((await running).stdout).toBe('ready\ngot TERM\n');
  });

  it('that was stopped by a debugger or Ctrl-Z is ended all the same', async () => {
    const heard = listen();
    const abort = new AbortController();
    const running = start('orphan.sh', '', { ...heard, signal: abort.signal, graceMs: 10_000 });
    const parent = pidOf(await heard.said(/parent (\d+)/));
    await heard.said(/child/);
    process.kill(-parent, 'SIGSTOP');
    abort.abort();
    await gone(parent);
    process.kill(-parent, 'SIGKILL');
    expect(await running).toMatchObject({ ended: 'cancelled', exitCode: 9 });
  });

  it('is not started when it is cancelled already', async () => {
    let spawned = false;
    const more = { signal: AbortSignal.abort(), onSpawn: () => (spawned = true) };
    const result = await start('diary.sh', '', more as Partial<CommandRequest>);
    expect(result).toMatchObject({ ended: 'cancelled', exitCode: null });
    expect(spawned).toBe(false);
  });
});

describe('many commands', () => {
  it('are ended by one signal, and let go of it', async () => {
    const warnings: string[] = [];
    const note = (warning: Error): number => warnings.push(warning.message);
    process.on('warning', note);
    const abort = new AbortController();
    const results = Promise.all(
      Array.from({ length: 30 }, () =>
        host.command({ argv: ['sleep', '1000'], ...surroundings, signal: abort.signal }),
      ),
    );
    abort.abort();
    expect((await results).map((each) => each.ended)).toEqual(Array(30).fill('cancelled'));
    await new Promise(setImmediate);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });
});

describe('what a command leaves behind', () => {
  it('stays when it ended well: a daemon in a session of its own, without being waited for', async () => {
    const result = await host.command({
      argv: ['sh', '-c', 'setsid sleep 1000 & echo $!'],
      ...surroundings,
    });
    const daemon = Number(result.stdout);
    expect(result).toMatchObject({ ended: 'exit', exitCode: 0 });
    expect(lives(daemon)).toBe(true);
    process.kill(daemon, 'SIGKILL');
    await gone(daemon);
  });

  it('stays when it ended well: a job in the background of a script, without being waited for', async () => {
    const result = await host.script('sleep 1000 & echo $!', surroundings);
    const job = Number(result.stdout);
    expect(result).toMatchObject({ ended: 'exit', exitCode: 0 });
    expect(lives(job)).toBe(true);
    process.kill(job, 'SIGKILL');
    await gone(job);
  });

  it('may finish what it has to say', async () => {
    const result = await host.script('(sleep 0.2; echo late) & echo early', surroundings);
    expect(result.stdout).toBe('early\nlate\n');
  });

  it('is ended when the command is cancelled while its output is still waited for', async () => {
    const heard = listen();
    const abort = new AbortController();
    const running = host.script('(while :; do echo tick; sleep 0.02; done) & echo "job $!"', {
      ...surroundings,
      ...heard,
      signal: abort.signal,
    });
    const job = pidOf(await heard.said(/job (\d+)/));
    await heard.said(/(tick\n){10}/);
    abort.abort();
    expect(await running).toMatchObject({ ended: 'exit', exitCode: 0 });
    expect(lives(job)).toBe(false);
  });

  it('goes on printing, to the file of its later words, until it ends', async () => {
    const file = join(temporaryFolder(), 'log');
    const go = `${file}.go`;
    const result = await host.command({
      argv: ['sh', '-c', `setsid sh -c 'until test -e ${go}; do sleep 0.02; done; echo out; echo err >&2' & echo $!`],
      ...surroundings,
      leftOutput: async () => file,
    });
    expect(result).toMatchObject({ ended: 'exit', exitCode: 0, stderr: '' });
    writeFileSync(go, '');
    await gone(Number(result.stdout));
    await pollUntil(() => readFileSync(file, 'utf8').length === 8, { mostMs: 20 });
    expect(readFileSync(file, 'utf8').split('\n').sort()).toEqual(['', 'err', 'out']);
    // Whoever reads on for it ends with it.
    await pollUntil(() => !listPids().some((pid) => holds(pid, file)), { mostMs: 20 });
  });

  it('fills no disk by talking on without end', async () => {
    const file = join(temporaryFolder(), 'log');
    const result = await host.command({
      argv: ['sh', '-c', 'setsid sh -c "echo \\$\\$ >&2; exec yes" & echo done'],
      ...surroundings,
      leftOutput: async () => file,
    });
    await gone(Number(result.stderr.split('\n')[0]));
    expect(existsSync(file)).toBe(false);
  });

  it('does not hold us for ever by talking on', async () => {
    const result = await host.command({
      argv: ['sh', '-c', 'setsid sh -c "echo \\$\\$ >&2; exec yes" & echo done'],
      ...surroundings,
    });
    expect(result).toMatchObject({ ended: 'exit', exitCode: 0, truncated: true });
    // It gets EPIPE, as `yes | head` does.
    await gone(Number(result.stderr.split('\n')[0]));
  });
});
