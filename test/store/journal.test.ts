import { readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJournal, readJournal } from '../../src/store/journal.ts';
import { type Disk, realDisk } from '../../src/store/private-file.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { append } from './rig/append.ts';
import { finished, notice, numbered, started } from './rig/events.ts';
import { fullAfter, GatedDisk, slowSync, systemError } from './rig/failing-disk.ts';
import { isRoot, mountTemp, tempFolder } from './rig/temp-folder.ts';

const newFile = (): string => join(tempFolder(), 'journal.jsonl');
const kindOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing',
    (error: unknown) => (error instanceof StoreError ? error.kind : String(error)),
  );

describe('a journal', () => {
  it('numbers the facts and gives them back in order', async () => {
    const file = newFile();
    const journal = await openJournal(file);
    const bodies = [started('a'), notice('between'), finished('a', { ip: '10.0.0.1' })];
    const events = await Promise.all(bodies.map((body, at) => append(journal, body, at)));
    await journal.close();
    expect(events).toEqual(numbered(bodies));
    expect(readJournal(file)).toEqual({ events, bytes: statSync(file).size });
  });

  it('has a fact in its file when it answers', async () => {
    const file = newFile();
    const journal = await openJournal(file);
    for (let count = 1; count <= 5; count += 1) {
      await append(journal, started(`s${count}`), count);
      expect(readJournal(file).events).toHaveLength(count);
    }
    await journal.close();
  });

  it('answers at once for what need not be synced, and writes it before what comes later', async () => {
    const file = newFile();
    const disk = new GatedDisk();
    const journal = await openJournal(file, { disk });
    await append(journal, notice('first'), 1);
    expect(disk.asked).toEqual([]);
    await append(journal, started('a'), 2);
    expect(disk.asked).toEqual(['write', 'syncNow']);
    expect(readJournal(file).events.map((event) => event.seq)).toEqual([1, 2]);
    await journal.close();
  });

  it('shows what is only for views without keeping it', async () => {
    const file = newFile();
    const journal = await openJournal(file);
    await append(journal, started('a'), 1);
    const shown = await append(journal, { type: 'step.output', address: 'a', stream: 'stdout', text: 'hello' }, 2);
    expect(shown.seq).toBe(1);
    expect((await append(journal, finished('a'), 3)).seq).toBe(2);
    await journal.close();
    expect(readJournal(file).events.map((event) => event.type)).toEqual(['step.started', 'step.finished']);
  });

  it('shares one sync among all who ask in one moment, and among all who come while it runs', async () => {
    const disk = new GatedDisk();
    const file = newFile();
    const journal = await openJournal(file, { disk });
    const settled: number[] = [];
    const start = (address: string): Promise<void> =>
      append(journal, started(address), 1).then((event) => void settled.push(event.seq));
    await start('slow');
    disk.asked.length = 0;
    const first = ['a', 'b', 'c'].map(start);
    await expect.poll(() => disk.asked).toEqual(['write', 'sync']);
    const second = ['d', 'e'].map(start);
    expect(settled).toEqual([1]);
    disk.open();
    await Promise.all(first);
    await expect.poll(() => disk.asked).toEqual(['write', 'sync', 'write', 'sync']);
    expect(settled).toEqual([1, 2, 3, 4]);
    disk.open();
    await Promise.all(second);
    expect(settled).toEqual([1, 2, 3, 4, 5, 6]);
    await journal.close();
    expect(readJournal(file).events).toHaveLength(6);
  });

  it('writes what many have to say in one turn in pieces, and syncs it once', async () => {
    const file = newFile();
    const disk = new GatedDisk();
    const journal = await openJournal(file, { disk });
    const bodies = Array.from({ length: 700 }, (_, at) => finished(`s${at}`, { text: 'x'.repeat(1000) }));
    await Promise.all(bodies.map((body, at) => append(journal, body, at)));
    expect(disk.asked).toEqual(['write', 'write', 'write', 'write', 'syncNow']);
    await journal.close();
    expect(readJournal(file)).toEqual({ events: numbered(bodies), bytes: statSync(file).size });
  });

  it('shares one sync without a thread while the disk is quick', async () => {
    const asked: string[] = [];
    const disk: Disk = {
      ...realDisk,
      syncNow: () => void asked.push('syncNow'),
      sync: async () => void asked.push('sync'),
    };
    const journal = await openJournal(newFile(), { disk });
    for (const round of [1, 2])
      await Promise.all([started('a'), finished('b')].map((body) => append(journal, body, round)));
    expect(asked).toEqual(['syncNow', 'syncNow']);
    await journal.close();
  });

  it('goes on where an earlier one ended', async () => {
    const file = newFile();
    const first = await openJournal(file);
    await append(first, started('a'), 1);
    await first.close();
    const { events, bytes } = readJournal(file);
    const second = await openJournal(file, { from: { seq: events.length, bytes } });
    expect((await append(second, finished('a'), 2)).seq).toBe(2);
    await second.close();
    expect(readJournal(file).events).toHaveLength(2);
  });

  it('is private whatever the umask is', async () => {
    const file = newFile();
    for (const umask of [0, 0o777]) {
      const before = process.umask(umask);
      const journal = await openJournal(file).finally(() => process.umask(before));
      await journal.close();
      expect(statSync(file).mode & 0o777).toBe(0o600);
      rmSync(file);
    }
  });

  it('is never begun over another, through a symbolic link, or at another length than was read', async () => {
    const file = newFile();
    writeFileSync(file, 'x\n');
    expect(await kindOf(openJournal(file))).toBe('io');
    expect(await kindOf(openJournal(file, { from: { seq: 1, bytes: 7 } }))).toBe('damaged');
    symlinkSync(file, `${file}.link`);
    expect(await kindOf(openJournal(`${file}.link`, { from: { seq: 1, bytes: 2 } }))).toBe('symlink');
    expect(await kindOf(openJournal(join(file, 'below')))).toBe('io');
    expect(await kindOf(openJournal(`${file}.none`, { from: { seq: 1, bytes: 2 } }))).toBe('missing');
  });

  it('refuses a fact that is no JSON without losing its place', async () => {
    const file = newFile();
    const journal = await openJournal(file);
    await expect(append(journal, finished('a', { count: 1n }), 1)).rejects.toThrow(TypeError);
    expect((await append(journal, finished('a'), 2)).seq).toBe(1);
    await journal.close();
    expect(readJournal(file).events).toHaveLength(1);
  });

  it('writes what it was handed before it closes, and nothing after', async () => {
    const file = newFile();
    const journal = await openJournal(file);
    void append(journal, notice('last words'), 1);
    const closing = journal.close();
    expect(readFileSync(file, 'utf8')).toContain('last words');
    await closing;
    await journal.close();
    await expect(append(journal, notice('too late'), 2)).rejects.toThrow('append after close');
  });
});

describe('a journal whose disk fails', () => {
  it('refuses every fact after the first that could not be written, and cuts the half line off', async () => {
    const file = newFile();
    const whole = newFile();
    const measure = await openJournal(whole);
    await append(measure, started('a'), 1);
    await measure.close();
    const journal = await openJournal(file, { disk: fullAfter(statSync(whole).size + 30) });
    await append(journal, started('a'), 1);
    const refused = [started('b'), notice('c'), started('d')].map((body) => kindOf(append(journal, body, 2)));
    expect(await Promise.all(refused)).toEqual(['full', 'nothing', 'full']);
    expect(await kindOf(append(journal, notice('e'), 3))).toBe('full');
    await journal.close();
    expect(readJournal(file)).toEqual({
      events: numbered([started('a')]).map((e) => ({ ...e, at: 1 })),
      bytes: statSync(file).size,
    });
  });

  it('refuses all of a turn when a piece of it could not be written, and cuts off what was', async () => {
    const file = newFile();
    const journal = await openJournal(file, { disk: fullAfter(400 * 1024) });
    await append(journal, started('a'), 1);
    const { size } = statSync(file);
    const bodies = Array.from({ length: 700 }, (_, at) => finished(`s${at}`, { text: 'x'.repeat(1000) }));
    const refused = await Promise.all(bodies.map((body) => kindOf(append(journal, body, 2))));
    expect(new Set(refused)).toEqual(new Set(['full']));
    await journal.close();
    expect(statSync(file).size).toBe(size);
  });

  it.each(['EIO', 'ENOSPC', 'EDQUOT'])('never asks again for a sync that failed with %s', async (code) => {
    const file = newFile();
    let failing = false;
    let syncs = 0;
    const syncNow = (fd: number): void => {
      syncs += 1;
      if (failing) throw systemError(code);
      realDisk.syncNow(fd);
    };
    const journal = await openJournal(file, { disk: { ...realDisk, syncNow } });
    await append(journal, started('a'), 1);
    failing = true;
    const error = await append(journal, finished('a'), 2).catch((each: unknown) => each);
    expect(error).toMatchObject({ name: 'StoreError', path: file, detail: { code, doing: 'write the journal' } });
    failing = false;
    await expect(append(journal, finished('a'), 3)).rejects.toBe(error);
    await journal.close();
    expect(syncs).toBe(2);
    expect(readJournal(file).events).toHaveLength(1);
  });

  it('refuses all who share a sync that fails, and all who wait behind them', async () => {
    const file = newFile();
    let fail = (_: Error): void => {};
    const sync = (): Promise<void> => new Promise((_, reject) => (fail = reject));
    const journal = await openJournal(file, { disk: { ...realDisk, sync, syncNow: slowSync } });
    await append(journal, started('slow'), 0);
    const shared = [started('a'), started('b')].map((body) => kindOf(append(journal, body, 1)));
    await new Promise(setImmediate);
    const behind = kindOf(append(journal, started('c'), 2));
    fail(systemError('EIO'));
    expect(await Promise.all([...shared, behind])).toEqual(['io', 'io', 'io']);
    await journal.close();
    expect(readJournal(file).events).toHaveLength(1);
  });

  it('leaves a readable beginning also when the half line can not be cut off', async () => {
    const file = newFile();
    const truncate = (): never => {
      throw systemError('EIO');
    };
    const journal = await openJournal(file, { disk: { ...fullAfter(1000), truncate } });
    let kept = 0;
    while ((await kindOf(append(journal, started(`s${kept}`), 1))) === 'nothing') kept += 1;
    await journal.close();
    const read = readJournal(file);
    expect(read.events).toHaveLength(kept);
    expect(read.torn?.bytes).toBe(1000 - read.bytes);
  });

  it('tells of a failure at its close when nobody has heard of it', async () => {
    const journal = await openJournal(newFile(), { disk: fullAfter(0) });
    await append(journal, notice('lost'), 1);
    expect(await kindOf(journal.close())).toBe('full');
  });

  it.each([
    ['deleted', (file: string) => rmSync(file)],
    ['moved away', (file: string) => renameSync(file, `${file}.moved`)],
    ['replaced', (file: string) => writeFileSync(`${file}.new`, '') ?? renameSync(`${file}.new`, file)],
  ])('refuses a fact when its file was %s', async (_, change) => {
    const file = newFile();
    const journal = await openJournal(file);
    await append(journal, started('a'), 1);
    change(file);
    expect(await kindOf(append(journal, finished('a'), 2))).toBe('missing');
    await journal.close();
  });
});

describe.skipIf(!isRoot)('a journal on a disk of its own (needs root to mount one)', () => {
  it('survives a disk that is really full: all that was answered is there, nothing else is', async () => {
    const { path } = mountTemp('64k');
    const file = join(path, 'journal.jsonl');
    const journal = await openJournal(file);
    let kept = 0;
    let outcome = 'nothing';
    while (outcome === 'nothing') {
      outcome = await kindOf(append(journal, finished(`s${kept}`, { text: 'x'.repeat(700) }), kept));
      if (outcome === 'nothing') kept += 1;
    }
    await journal.close();
    expect(outcome).toBe('full');
    expect(kept).toBeGreaterThan(50);
    const read = readJournal(file);
    expect(read.events).toHaveLength(kept);
    expect(read.torn).toBeUndefined();
    const resumed = await openJournal(file, { from: { seq: kept, bytes: read.bytes } });
    await resumed.close();
  });

  it('refuses to begin on a read-only disk, and can still be read there', async () => {
    const { path, remount } = mountTemp('64k');
    const file = join(path, 'journal.jsonl');
    const journal = await openJournal(file);
    await append(journal, started('a'), 1);
    await journal.close();
    remount('ro');
    expect(await kindOf(openJournal(join(path, 'other.jsonl')))).toBe('read-only');
    expect(await kindOf(openJournal(file, { from: { seq: 1, bytes: statSync(file).size } }))).toBe('read-only');
    expect(readJournal(file).events).toHaveLength(1);
  });
});
