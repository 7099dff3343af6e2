import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type DocumentShape, DurableFile } from '../../src/store/durable-file.ts';
import type { StoreError } from '../../src/store/store-error.ts';
import { patient, prepareChild } from './rig/child.ts';
import { isRoot, mountTemp, tempFolder } from './rig/temp-folder.ts';

interface Document {
  readonly format: number;
  readonly items: readonly { readonly name: string }[];
}
const schema = z.strictObject({
  format: z.literal(2),
  items: z.array(z.strictObject({ name: z.string() })),
});
const shape: DocumentShape<Document> = {
  schema,
  format: 2,
  migrations: { 1: (old) => ({ items: [{ name: old['name'] }] }) },
};
const document = (...names: string[]): Document => ({ format: 2, items: names.map((name) => ({ name })) });
const open = (folder: string): DurableFile<Document> => new DurableFile(join(folder, 'state.json'), shape);
const refusal = (work: Promise<unknown>): Promise<StoreError> =>
  work.then(
    () => expect.fail('it was accepted'),
    (error: StoreError) => error,
  );
const hasStrace = spawnSync('strace', ['-V']).status === 0;
const refusalOf = (text: string): Promise<StoreError> => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'state.json'), text);
  return refusal(open(folder).read());
};

describe('DurableFile', patient, () => {
  it('reads back what was written, also as another process would, and under NODE_ENV=test', async () => {
    expect(process.env['NODE_ENV']).toBe('test');
    const folder = tempFolder();
    await open(folder).write(document('a', 'b'));
    expect(JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'))).toEqual(document('a', 'b'));
    expect(await open(folder).read()).toEqual(document('a', 'b'));
    expect(readdirSync(folder)).toEqual(['state.json']);
  });

  it('gives null where there is no file, and makes none', async () => {
    const folder = tempFolder();
    expect(await open(folder).read()).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('replaces the file as a whole: who has the old one open keeps reading it', async () => {
    const folder = tempFolder();
    const file = open(folder);
    await file.write(document('a'));
    const before = statSync(join(folder, 'state.json')).ino;
    await file.write(document('b'));
    expect(statSync(join(folder, 'state.json')).ino).not.toBe(before);
  });

  it('answers each of many writes at once only when the disk holds it, with few writes for all', async () => {
    const folder = tempFolder();
    const file = open(folder);
    const inodes = new Set<number>();
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        await file.write(document(...Array.from({ length: index + 1 }, String)));
        const onDisk = await open(folder).read();
        expect(onDisk?.items.length).toBeGreaterThan(index);
        inodes.add(statSync(join(folder, 'state.json')).ino);
      }),
    );
    expect(await open(folder).read()).toEqual(document(...Array.from({ length: 100 }, String)));
    expect(inodes.size).toBeLessThanOrEqual(2);
  });

  it('is private whatever the umask is', async () => {
    for (const umask of [0, 0o777]) {
      const folder = tempFolder();
      const before = process.umask(umask);
      await open(folder)
        .write(document())
        .finally(() => process.umask(before));
      expect(statSync(join(folder, 'state.json')).mode & 0o777).toBe(0o600);
    }
  });

  it('rejects all who wait when the write fails, leaves the old content, and writes again later', async () => {
    const folder = join(tempFolder(), 'state');
    mkdirSync(folder);
    const file = open(folder);
    rmSync(folder, { recursive: true });
    const kinds = await Promise.all(
      [1, 2, 3].map(() => refusal(file.write(document('a'))).then((error) => error.kind)),
    );
    expect(kinds).toEqual(['missing', 'missing', 'missing']);
    mkdirSync(folder);
    await file.write(document('b'));
    expect(await file.read()).toEqual(document('b'));
  });

  it('removes the temporary files of writers that were killed, and nothing else', async () => {
    const folder = tempFolder();
    for (const name of ['state.json.812-00ff.tmp', 'other.tmp', 'state.json.bak'])
      writeFileSync(join(folder, name), '');
    await open(folder).removeStale();
    expect(readdirSync(folder)).toEqual(['other.tmp', 'state.json.bak']);
  });

  it('migrates an older format and refuses a newer one, or one that never was', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'state.json'), '{"format":1,"name":"old"}');
    expect(await open(folder).read()).toEqual(document('old'));
    expect(await refusalOf('{"format":3,"unheard":"of"}')).toMatchObject({
      kind: 'newer-format',
      detail: { format: { found: 3, known: 2 } },
    });
    for (const text of ['{"format":0}', '{"format":"2"}', '{}', '{"format":-1e9}']) {
      expect((await refusalOf(text)).kind).toBe('damaged');
    }
  });

  it('tells the line of a syntax error', async () => {
    const lines = JSON.stringify(document('a', 'b', 'c'), null, 2).split('\n');
    for (const [index, broken] of [
      [2, '  "items" ['],
      [4, '      "name": "a'],
      [4, '      name: "a"'],
      [7, '      "name": \u0001"b"'],
      [7, '      "name": "b" "b"'],
      [10, '      "name": truly'],
    ] as const) {
      const text = lines.map((line, at) => (at === index ? broken : line)).join('\n');
      expect({ broken, line: (await refusalOf(text)).detail.line }).toEqual({ broken, line: index + 1 });
    }
  });

  it('takes a file torn at any byte for damaged, at its last line', async () => {
    const folder = tempFolder();
    const text = JSON.stringify(document('a', 'bc'), null, 2);
    for (let length = 0; length < text.length; length += 1) {
      writeFileSync(join(folder, 'state.json'), text.slice(0, length));
      const error = await refusal(open(folder).read());
      expect(error.kind).toBe('damaged');
      expect(error.detail.line).toBe(text.slice(0, length).split('\n').length);
    }
  });

  it('tells the line and the path of a value that does not fit', async () => {
    const bad = { format: 2, items: [{ name: 'a' }, { name: 7 }] };
    const error = await refusalOf(`${JSON.stringify(bad, null, 2)}\n`);
    expect(error).toMatchObject({ kind: 'damaged', detail: { line: 8 } });
    expect(error.message).toMatch(/items\.1\.name/);
    expect((await refusalOf(JSON.stringify(bad))).detail.line).toBeUndefined();
    expect((await refusalOf('{"format":2,"items":[],"__proto__":{}}')).kind).toBe('damaged');
    for (const text of ['[]', 'null', '3', '""']) expect((await refusalOf(text)).kind).toBe('damaged');
  });

  it('reads any text at all as a document or as damage', async () => {
    const folder = tempFolder();
    const anyText = fc.oneof(fc.string(), fc.json(), fc.string({ unit: 'binary' }));
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        writeFileSync(join(folder, 'state.json'), text);
        expect(['damaged', 'newer-format']).toContain((await refusal(open(folder).read())).kind);
      }),
      { numRuns: 200 },
    );
  });
});

describe.skipIf(!isRoot)('DurableFile on a full disk (needs root to mount one)', patient, () => {
  it('keeps the old content and no temporary file', async () => {
    const { path } = mountTemp('64k');
    const file = open(path);
    await file.write(document('old'));
    const error = await refusal(file.write(document('x'.repeat(100_000))));
    expect(error).toMatchObject({ kind: 'full', detail: { code: 'ENOSPC', doing: 'write the state' } });
    expect(readdirSync(path)).toEqual(['state.json']);
    expect(await file.read()).toEqual(document('old'));
    await file.write(document('new'));
    expect(await file.read()).toEqual(document('new'));
  });
});

describe('DurableFile as the system sees it', patient, () => {
  let callers: Awaited<ReturnType<typeof prepareChild>>;
  beforeAll(async () => {
    callers = await prepareChild(new URL('fixtures/caller.ts', import.meta.url));
  });
  afterAll(() => callers.remove());

  it.skipIf(!hasStrace)(
    'syncs the new file before it takes the old one’s place, and the folder after (needs strace)',
    async () => {
      const folder = tempFolder();
      const trace = join(tempFolder(), 'trace');
      const through = ['strace', '-f', '-y', '-o', trace, '-e', 'trace=fsync,rename'];
      const child = callers.start(['update', folder], { through });
      expect(await child.says()).toEqual({ ok: true });
      await child.ended;
      const calls = readFileSync(trace, 'utf8').match(/(fsync|rename)\([^)]*\)/g) ?? [];
      const seen = calls.map((call) => call.replaceAll(folder, '').replaceAll(/\d+-[0-9a-f]{8}|\d+(?=<)/g, 'N'));
      expect(seen).toEqual(['fsync(N</state.json.N.tmp>)', 'rename("/state.json.N.tmp", "/state.json")', 'fsync(N<>)']);
    },
  );

  it('tells that too many are open', async () => {
    const child = callers.start(['update-without-files', tempFolder()], { through: ['prlimit', '--nofile=60'] });
    expect(await child.says()).toMatchObject({ ok: false, kind: 'io', code: 'EMFILE' });
  });
});
