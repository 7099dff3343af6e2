import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { follow, openStepLog, readTail, stepLogName } from '../../src/store/step-log.ts';
import { isRoot, mountTemp, tempFolder } from './rig/temp-folder.ts';

const anyAddress = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.tuple(fc.constantFrom('a', 'kube-rules'), fc.string({ maxLength: 300 })).map(([id, key]) => `${id}[${key}]`),
);

describe('stepLogName', () => {
  it('reads like the address where that is safe', () => {
    expect(stepLogName({ address: 'cluster', attempt: 1 })).toBe('cluster.1.log');
    expect(stepLogName({ address: 'kube-rules[node-2]', attempt: 3 })).toBe('kube-rules@node-2.3.log');
  });

  it('is a short plain name of a file whatever the address is', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const name = stepLogName({ address, attempt: 12 });
        expect(name).toMatch(/^[a-z0-9_@~.-]+$/);
        expect(name).not.toMatch(/^\./);
        expect(name.includes(sep)).toBe(false);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      }),
    );
  });

  it('tells any two addresses apart, also where case is not', () => {
    fc.assert(
      fc.property(anyAddress, anyAddress, (a, b) => {
        fc.pre(a !== b);
        const names = [a, b].map((address) => stepLogName({ address, attempt: 1 }).toLowerCase());
        expect(names[0]).not.toBe(names[1]);
      }),
    );
    const alike = [
      'a[b]',
      'a[B]',
      'A[b]',
      'a-b',
      'a[b.1]',
      'a[b/1]',
      'a[b-1]',
      'a[..]',
      'a[]',
      'a',
      'a[\u00e9]',
      'a[e\u0301]',
    ];
    expect(new Set(alike.map((address) => stepLogName({ address, attempt: 1 }))).size).toBe(alike.length);
  });
});

describe('a step log', () => {
  it('keeps all bytes in order, also those that are no text', async () => {
    const logs = tempFolder();
    const log = await openStepLog(logs, { address: 'a', attempt: 1 });
    const shared = Buffer.from('one');
    const first = log.write(shared);
    shared.fill(0); // the writer may use its buffer again
    await Promise.all([first, log.write('two\n'), log.write(Buffer.of(0xff, 0xc3))]);
    await log.close();
    expect(readFileSync(log.path)).toEqual(Buffer.concat([Buffer.from('onetwo\n'), Buffer.of(0xff, 0xc3)]));
    expect(log.path).toBe(join(logs, 'a.1.log'));
    expect(statSync(log.path).mode & 0o777).toBe(0o600);
  });

  it('goes on in the file of an attempt that is taken up again', async () => {
    const logs = tempFolder();
    for (const text of ['before ', 'after']) {
      const log = await openStepLog(logs, { address: 'a', attempt: 1 });
      await log.write(text);
      await log.close();
    }
    expect(readFileSync(join(logs, 'a.1.log'), 'utf8')).toBe('before after');
  });

  it('holds a writer back when much waits, and lets it go on', async () => {
    const log = await openStepLog(tempFolder(), { address: 'a', attempt: 1 });
    let answered = 0;
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const writes = Array.from({ length: 64 }, () => log.write(chunk).then(() => (answered += 1)));
    await Promise.resolve();
    await Promise.resolve();
    expect(answered).toBeLessThan(17);
    await Promise.all(writes);
    await log.close();
    expect(statSync(log.path).size).toBe(64 * chunk.length);
  });

  it('tells that its folder is missing', async () => {
    const logs = join(tempFolder(), 'none');
    await expect(openStepLog(logs, { address: 'a', attempt: 1 })).rejects.toMatchObject({ kind: 'missing' });
  });

  it.skipIf(!isRoot)('tells that the disk is full (needs root to mount one)', async () => {
    const { path } = mountTemp('64k');
    const log = await openStepLog(path, { address: 'a', attempt: 1 });
    await expect(log.write(Buffer.alloc(2 * 1024 * 1024))).rejects.toMatchObject({ kind: 'full', path: log.path });
    await expect(log.write('more')).rejects.toMatchObject({ kind: 'full' });
    await expect(log.close()).rejects.toMatchObject({ kind: 'full' });
  });
});

describe('readTail', () => {
  const tailOf = (text: string | Buffer, lines: number): Promise<string[]> => {
    const file = join(tempFolder(), 'log');
    writeFileSync(file, text);
    return readTail(file, lines);
  };

  it('gives the last lines', async () => {
    expect(await tailOf('1\n2\n3\n', 2)).toEqual(['2', '3']);
    expect(await tailOf('1\n2\n3', 2)).toEqual(['2', '3']);
    expect(await tailOf('1\r\n2\r\n', 5)).toEqual(['1', '2']);
    expect(await tailOf('\n\n', 5)).toEqual(['', '']);
    expect(await tailOf('', 5)).toEqual([]);
    expect(await readTail(join(tempFolder(), 'none'), 5)).toEqual([]);
  });

  it('is the end of all lines for any text', async () => {
    const text = fc
      .array(fc.constantFrom('a', 'bb', '\n', 'x'.repeat(70_000)), { maxLength: 30 })
      .map((parts) => parts.join(''));
    const folder = tempFolder();
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (whole, lines) => {
        writeFileSync(join(folder, 'log'), whole);
        const all = whole === '' ? [] : whole.replace(/\n$/, '').split('\n');
        const expected = all.length === 1 && all[0] === '' ? [] : all.slice(-lines);
        expect(await readTail(join(folder, 'log'), lines)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it('gives the end of a line that is longer than it reads', async () => {
    const file = join(tempFolder(), 'log');
    writeFileSync(file, '');
    truncateSync(file, 100 * 1024 * 1024);
    appendFileSync(file, 'the end\n');
    const [line] = await readTail(file, 3);
    expect(line?.endsWith('the end')).toBe(true);
    expect(line?.length).toBeLessThanOrEqual(4 * 1024 * 1024);
  });
});

describe('follow', () => {
  /** Collects what is followed; `until` resolves when all of it contains the text. */
  const collect = (file: string, signal: AbortSignal, from?: number) => {
    let text = '';
    let wake = (): void => {};
    const done = (async () => {
      for await (const piece of follow(file, signal, from)) {
        text += piece;
        wake();
      }
    })();
    const until = async (part: string): Promise<void> => {
      while (!text.includes(part)) await new Promise<void>((settle) => (wake = settle));
    };
    return { until, done, text: () => text };
  };

  it('gives what is there, then what comes, and ends with all that came before the abort', async () => {
    const file = join(tempFolder(), 'log');
    writeFileSync(file, 'one\n');
    const abort = new AbortController();
    const followed = collect(file, abort.signal);
    await followed.until('one\n');
    appendFileSync(file, 'two\n');
    await followed.until('two\n');
    appendFileSync(file, 'three\n');
    abort.abort();
    await followed.done;
    expect(followed.text()).toBe('one\ntwo\nthree\n');
  });

  it('waits for a file, and for its folder', async () => {
    const folder = join(tempFolder(), 'later');
    const abort = new AbortController();
    const followed = collect(join(folder, 'log'), abort.signal);
    mkdirSync(folder);
    writeFileSync(join(folder, 'log'), 'here');
    await followed.until('here');
    abort.abort();
    await followed.done;
    expect(readdirSync(folder)).toEqual(['log']);
  });

  it('begins where it is told, and anew when the file was', async () => {
    const file = join(tempFolder(), 'log');
    writeFileSync(file, 'skipped seen');
    const abort = new AbortController();
    const followed = collect(file, abort.signal, 8);
    await followed.until('seen');
    writeFileSync(file, 'new');
    await followed.until('new');
    abort.abort();
    await followed.done;
    expect(followed.text()).toBe('seennew');
  });

  it('puts characters together that are written in pieces', async () => {
    const file = join(tempFolder(), 'log');
    const bytes = Buffer.from('a€b');
    writeFileSync(file, bytes.subarray(0, 2));
    const abort = new AbortController();
    const followed = collect(file, abort.signal);
    await followed.until('a');
    appendFileSync(file, bytes.subarray(2));
    await followed.until('b');
    abort.abort();
    await followed.done;
    expect(followed.text()).toBe('a€b');
  });

  it('ends at once when it is aborted before it begins', async () => {
    const followed = collect(join(tempFolder(), 'none'), AbortSignal.abort());
    await followed.done;
    expect(followed.text()).toBe('');
  });
});
