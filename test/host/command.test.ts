import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProcessIdentity } from '../../src/core/event.ts';
import { gone, host, listen, surroundings, temporaryFolder } from './support.ts';

describe('a command', () => {
  it('ends with its exit code and both outputs', async () => {
    const result = await host.command({ argv: ['sh', '-c', 'echo out; echo err >&2; exit 3'], ...surroundings });
    expect(result).toMatchObject({ ended: 'exit', exitCode: 3, signal: null, stdout: 'out\n', stderr: 'err\n' });
    expect(result.truncated).toBe(false);
    expect(result.durationMs).toBeGreaterThan(0);
  });

  it('gets its arguments as they are, without a shell', async () => {
    const odd = ['$HOME', 'a b', "it's", '; rm -rf /', '*', '', '\n', 'é😀'];
    const result = await host.command({ argv: ['printf', '<%s>', ...odd], ...surroundings });
    expect(result.stdout).toBe(odd.map((each) => `<${each}>`).join(''));
  });

  it('has exactly the environment it is given', async () => {
    const result = await host.command({ argv: ['/usr/bin/env'], cwd: '/', env: { ONLY: 'this one' } });
    expect(result.stdout).toBe('ONLY=this one\n');
  });

  it('runs in its folder', async () => {
    const cwd = temporaryFolder();
    expect((await host.command({ argv: ['pwd', '-P'], ...surroundings, cwd })).stdout.trim()).toBe(cwd);
  });

  it('names the signal that ended it', async () => {
    const result = await host.command({ argv: ['sh', '-c', 'kill -USR1 $$'], ...surroundings });
    expect(result).toMatchObject({ ended: 'exit', exitCode: null, signal: 'SIGUSR1' });
  });

  it('leads a process group of its own, and is named as soon as it exists', async () => {
    let spawned: ProcessIdentity | undefined;
    const result = await host.command({
      argv: ['sh', '-c', 'echo $$; cut -d " " -f 5 /proc/$$/stat'],
      ...surroundings,
      onSpawn: (identity) => {
        spawned = identity;
        expect(host.identity(identity.pid)).toEqual(identity);
      },
    });
    expect(result.stdout).toBe(`${spawned?.pid}\n${spawned?.pid}\n`);
    expect(spawned?.startTime).toBeGreaterThan(0);
    expect(spawned?.bootId).toBe(host.self().bootId);
  });

  it('is ended when whoever is told of it fails, and the failure is thrown', async () => {
    let pid = 0;
    const running = host.command({
      argv: ['sleep', '1000'],
      ...surroundings,
      onSpawn: (identity) => {
        pid = identity.pid;
        throw new Error('journal is full');
      },
    });
    await expect(running).rejects.toThrow('journal is full');
    expect(pid).toBeGreaterThan(0);
    await gone(pid);
  });
});

describe('what a command reads', () => {
  it('is empty when nothing is given', async () => {
    expect((await host.command({ argv: ['cat'], ...surroundings })).stdout).toBe('');
  });

  it('is the text it is given, of any size', async () => {
    const stdin = 'é0123456789\n'.repeat(400_000);
    const result = await host.command({ argv: ['wc', '-c'], ...surroundings, stdin });
    expect(Number(result.stdout)).toBe(Buffer.byteLength(stdin));
  });

  it('need not be read', async () => {
    const result = await host.command({ argv: ['true'], ...surroundings, stdin: 'x'.repeat(5_000_000) });
    expect(result).toMatchObject({ ended: 'exit', exitCode: 0 });
  });

  it('can be opened by name, as `nft -f /dev/stdin` does', async () => {
    const result = await host.command({ argv: ['cat', '/dev/stdin'], ...surroundings, stdin: 'rules' });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'rules' });
  });

  it('does not make bash read its start files, as a socket would', async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, '.bashrc'), 'echo from bashrc');
    const env = { ...surroundings.env, HOME: home };
    const result = await host.command({ argv: ['bash', '-c', 'cat'], ...surroundings, env, stdin: 'hello' });
    expect(result.stdout).toBe('hello');
  });
});

describe('a command that can not be started', () => {
  const failure = async (argv: readonly string[], more: Partial<typeof surroundings> = {}) => {
    const result = await host.command({ argv, ...surroundings, ...more });
    expect(result).toMatchObject({ ended: 'spawn-failed', exitCode: null, signal: null });
    return result.error;
  };

  it('is told apart: no such command, on PATH or by path', async () => {
    expect(await failure(['no-such-tool-here'])).toMatchObject({
      code: 'ENOENT',
      message: expect.stringContaining('command not found: no-such-tool-here'),
    });
    expect(await failure(['./missing.sh'])).toMatchObject({ code: 'ENOENT', message: 'no such program: ./missing.sh' });
  });

  it('is told apart: the working folder is missing or is no folder', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expect((await failure(['true'], { cwd: join(folder, 'none') }))?.message).toBe(
      `the working folder ${folder}/none does not exist`,
    );
    expect((await failure(['true'], { cwd: join(folder, 'file') }))?.message).toBe(
      `the working folder ${folder}/file is no folder`,
    );
  });

  it('is told apart: not executable, or a folder', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'plain'), 'echo hi', { mode: 0o644 });
    mkdirSync(join(folder, 'sub'));
    expect(await failure([join(folder, 'plain')])).toMatchObject({
      code: 'EACCES',
      message: `${folder}/plain is not executable`,
    });
    expect(await failure([join(folder, 'sub')])).toMatchObject({ code: 'EACCES' });
  });

  it('is told apart: its interpreter is missing', async () => {
    const script = join(temporaryFolder(), 'script');
    writeFileSync(script, '#!/no/such/interpreter\n');
    chmodSync(script, 0o755);
    expect((await failure([script]))?.message).toBe(`${script}: its interpreter does not exist`);
    writeFileSync(script, '#!/bin/sh\r\necho hi\r\n');
    expect((await failure([script]))?.message).toMatch(
      /its interpreter does not exist: the #! line ends with a carriage/,
    );
  });

  it('is told apart: arguments too long, empty, or with a NUL byte', async () => {
    expect(await failure(['true', 'x'.repeat(200_000)])).toMatchObject({ code: 'E2BIG' });
    expect((await failure([]))?.message).toBe('the command is empty');
    expect((await failure(['echo', 'a\0b']))?.message).toContain('NUL byte');
  });

  it('leaves no open file behind', async () => {
    const count = async (): Promise<number> => (await host.list('/proc/self/fd')).length;
    await failure(['no-such-tool-here']);
    const before = await count();
    for (let turn = 0; turn < 20; turn++) {
      await failure(['no-such-tool-here']);
      await failure(['true', 'x'.repeat(200_000)]);
      await host.command({ argv: ['cat'], ...surroundings, stdin: 'x' });
    }
    expect(await count()).toBeLessThanOrEqual(before + 2);
  });
});

describe('what is kept of the output', () => {
  it('is its end, of each stream by itself', async () => {
    const result = await host.command({
      argv: ['sh', '-c', 'seq 1 100000; echo short >&2'],
      ...surroundings,
      keepBytes: 14,
    });
    expect(result).toMatchObject({ stdout: '\n99999\n100000\n', stderr: 'short\n', truncated: true });
  });

  it('also reaches the listener, in order', async () => {
    const heard = listen();
    const result = await host.command({ argv: ['seq', '1', '20000'], ...surroundings, onOutput: heard.onOutput });
    expect(heard.text()).toBe(result.stdout);
  });
});
