import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followLogs } from '../../src/history/follow-logs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-follow-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const followAll = async (): Promise<readonly string[]> => {
  const shown: string[] = [];
  await followLogs({
    folder,
    lines: Number.POSITIVE_INFINITY,
    isMeant: () => true,
    underWay: async () => false,
    out: (name, line) => shown.push(`${name} ${line}`),
    pause: async () => {},
  });
  return shown;
};

describe('following logs', () => {
  it('shows what is there already log by log, however much it is', async () => {
    const lines = Array.from({ length: 20_000 }, (_, at) => `line ${at}`);
    writeFileSync(join(folder, 'a.1.log'), `${lines.join('\n')}\n`);
    writeFileSync(join(folder, 'b.1.log'), 'short\n');
    expect(await followAll()).toEqual([...lines.map((line) => `a.1.log ${line}`), 'b.1.log short']);
  });

  it('ends with what it could not read', async () => {
    mkdirSync(join(folder, 'a.1.log'));
    await expect(followAll()).rejects.toThrow(/a\.1\.log: a folder/);
  });
});
