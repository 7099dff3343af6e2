import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { host, surroundings, temporaryFolder } from './support.ts';

const run = (script: string, more = {}) => host.script(script, { ...surroundings, ...more });

describe('a script', () => {
  it('is bash, with all its lines', async () => {
    const result = await run('names=(a b)\nfor name in "${names[@]}"; do\n  echo "<$name>"\ndone\ncat <<< here');
    expect(result).toMatchObject({ ended: 'exit', exitCode: 0, stdout: '<a>\n<b>\nhere\n' });
  });

  it('stops at the first command that fails', async () => {
    expect(await run('echo one; false; echo two')).toMatchObject({ exitCode: 1, stdout: 'one\n' });
  });

  it('fails when any part of a pipeline fails', async () => {
    expect(await run('(exit 7) | cat')).toMatchObject({ exitCode: 7 });
  });

  it('refuses a variable that is not set', async () => {
    const result = await run('echo "$NOT_SET_ANYWHERE"');
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toContain('NOT_SET_ANYWHERE');
  });

  it('counts its lines as they are in the file', async () => {
    expect((await run('true\ntrue\nnosuchcommand')).stderr).toContain('line 3');
  });

  it('may begin with #!, a comment or an empty line', async () => {
    for (const start of ['#!/bin/bash', '# a comment', ''])
      expect((await run(`${start}\necho ok`)).stdout).toBe('ok\n');
  });

  it('gets exactly its environment, and values in it stay text', async () => {
    const nasty = '$(touch /tmp/owned); `id` "quoted" \\ \'';
    const result = await run('printf %s "$VALUE"; test -z "${HOME-}"', {
      env: { ...surroundings.env, VALUE: nasty },
    });
    expect(result).toMatchObject({ exitCode: 0, stdout: nasty });
  });

  it('reads what it is given, and nothing otherwise', async () => {
    expect((await run('cat', { stdin: 'given' })).stdout).toBe('given');
    expect((await run('cat')).stdout).toBe('');
  });

  it('reads no start files, whatever its input is', async () => {
    const home = temporaryFolder();
    writeFileSync(join(home, '.bashrc'), 'echo from bashrc');
    const env = { ...surroundings.env, HOME: home, SSH_CLIENT: 'looks like ssh' };
    expect((await run('cat', { env, stdin: 'hello' })).stdout).toBe('hello');
  });

  it('runs in its folder, in a process group of its own', async () => {
    const cwd = temporaryFolder();
    let pid = 0;
    const result = await run('pwd -P; cut -d " " -f 5 /proc/$$/stat', {
      cwd,
      onSpawn: (identity: { readonly pid: number }) => {
        pid = identity.pid;
      },
    });
    expect(result.stdout).toBe(`${cwd}\n${pid}\n`);
  });

  it('that can not be started is a value: no such folder, or too long', async () => {
    expect(await run('true', { cwd: '/no/such/folder' })).toMatchObject({
      ended: 'spawn-failed',
      error: { code: 'ENOENT', message: 'the working folder /no/such/folder does not exist' },
    });
    expect(await run(`# ${'x'.repeat(200_000)}`)).toMatchObject({ ended: 'spawn-failed', error: { code: 'E2BIG' } });
  });

  it('whose start can not be recorded is ended, and the error thrown', async () => {
    const running = run('sleep 1000', {
      onSpawn: () => {
        throw new Error('journal is full');
      },
    });
    await expect(running).rejects.toThrow('journal is full');
  });

  it('does not heed variables made for zx itself', async () => {
    process.env['ZX_PREFIX'] = 'echo prefixed;';
    try {
      expect((await run('echo only this')).stdout).toBe('only this\n');
    } finally {
      delete process.env['ZX_PREFIX'];
    }
  });
});
