import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { query } from '../../src/host/query.ts';
import { bundle, fixture, gone, host, linkPackages, surroundings, temporaryFolder } from './support.ts';

describe('a question to a tool', () => {
  it('is answered with its exit code and outputs', async () => {
    expect(await query(['sh', '-c', 'echo v1.2; echo note >&2; exit 3'], { timeoutMs: 30_000 })).toEqual({
      found: true,
      exitCode: 3,
      stdout: 'v1.2',
      stderr: 'note',
    });
  });

  it('is answered when there is no such tool, or it may not be run', async () => {
    const plain = join(temporaryFolder(), 'plain');
    writeFileSync(plain, '');
    chmodSync(plain, 0o644);
    for (const argv of [['no-such-tool-here'], [plain], []])
      expect(await query(argv, { timeoutMs: 30_000 })).toEqual({
        found: false,
        exitCode: null,
        stdout: '',
        stderr: '',
      });
  });

  it('is over when the time is, also for what the tool has started', async () => {
    const answer = await query(['sh', '-c', 'sleep 1000 & echo $!; wait'], { timeoutMs: 200 });
    expect(answer).toMatchObject({ found: true, exitCode: null });
    if (answer.stdout !== '') await gone(Number(answer.stdout));
  });

  it('is over when the tool does not stop talking', async () => {
    const answer = await query(['yes'], { timeoutMs: 60_000 });
    expect(answer.found).toBe(true);
    expect(answer.stdout.length).toBeLessThanOrEqual(2 ** 20);
  });
});

describe('an interactive program', () => {
  const hand = async (...argv: readonly string[]) => {
    const folder = await bundle('interactive');
    linkPackages(folder);
    const wrapper = [process.execPath, fixture('interactive.mjs'), join(folder, 'interactive.mjs')];
    const result = await host.command({ argv: [...wrapper, ...argv], ...surroundings, stdin: 'typed' });
    return result.stdout.split('\n');
  };

  it('has our input and output, its own environment and folder, and its exit code comes back', async () => {
    expect(await hand('sh', '-c', 'cat; echo; echo "$ONLY"; pwd; exit 4')).toEqual([
      'typed',
      'this',
      '/',
      '{"exitCode":4,"signal":null}',
      '',
    ]);
  });

  it('may be ended by a signal', async () => {
    expect(await hand('sh', '-c', 'kill -KILL $$')).toContain('{"exitCode":null,"signal":"SIGKILL"}');
  });

  it('gets Ctrl-C alone: we wait for what it makes of it', async () => {
    expect(await hand('sh', '-c', 'kill -INT $PPID; exit 6')).toContain('{"exitCode":6,"signal":null}');
  });

  it('that can not be started is told as for a command', async () => {
    const [line = ''] = await hand('no-such-tool-here');
    expect(JSON.parse(line)).toMatchObject({
      exitCode: null,
      error: { code: 'ENOENT', message: expect.stringContaining('command not found: no-such-tool-here') },
    });
  });
});
