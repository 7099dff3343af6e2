// What a power cut may leave: all that was synced, and of what came after anything or nothing, sector by sector.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventBody, RunEvent } from '../../src/core/event.ts';
import { openJournal, readJournal, repairTail } from '../../src/store/journal.ts';
import { realDisk } from '../../src/store/private-file.ts';
import type { StoreError } from '../../src/store/store-error.ts';
import { append } from './rig/append.ts';
import { patient } from './rig/child.ts';
import { notice, started } from './rig/events.ts';
import { refusalOf } from './rig/refusal.ts';
import { tempFolder } from './rig/temp-folder.ts';

const sector = 512;

/** A journal as it was just before one of its syncs: the bytes, and how many of them had been synced before. */
interface Cut {
  readonly bytes: Buffer;
  readonly synced: number;
  /** The facts that were answered as durable. */
  readonly answered: number;
}

/** Batches of facts, written by two sessions; each batch ends with one that is synced. */
const write = async (file: string): Promise<readonly Cut[]> => {
  const cuts: Cut[] = [];
  let synced = 0;
  let answered = 0;
  const sync = (fd: number): void => {
    // The first facts are not under the journal's name yet.
    const path = synced === 0 ? `${file}.new` : file;
    cuts.push({ bytes: readFileSync(path), synced, answered });
    realDisk.syncNow(fd);
    synced = statSync(path).size;
  };
  const disk = { ...realDisk, syncNow: sync, sync: async (fd: number) => sync(fd) };
  const batch = (name: string, size: number): EventBody[] => [
    ...Array.from({ length: size }, (_, at) => notice(`${name} ${at} ${'x'.repeat((at * 97) % 700)}`)),
    started(name),
  ];
  let seq = 0;
  for (const sizes of [
    [0, 9, 2],
    [1, 12],
  ]) {
    const journal = await openJournal(file, { disk, ...(seq > 0 && { from: { seq, bytes: statSync(file).size } }) });
    for (const size of sizes) {
      const bodies = batch(`s${size}`, size);
      await Promise.all(bodies.map((body) => append(journal, body, 1)));
      seq += bodies.length;
      answered = seq;
    }
    await journal.close();
  }
  return cuts;
};

const folderOfAll = mkdtempSync(join(tmpdir(), 'lab-power-cut-'));
afterAll(() => rmSync(folderOfAll, { recursive: true }));
const file = join(folderOfAll, 'journal.jsonl');
let cuts: readonly Cut[];
let events: readonly RunEvent[];
let whole: Buffer;
beforeAll(async () => {
  cuts = await write(file);
  ({ events } = readJournal(file));
  whole = readFileSync(file);
});

const scratch = join(folderOfAll, 'scratch.jsonl');
const read = (bytes: Buffer) => {
  writeFileSync(scratch, bytes);
  return readJournal(scratch);
};
const refusal = (bytes: Buffer): StoreError => refusalOf(() => read(bytes));

/** What was answered is there; whatever else is there is as it was written. */
const expectNothingLost = async (bytes: Buffer, { answered }: Cut): Promise<void> => {
  const found = await read(bytes);
  expect(found.events.length).toBeGreaterThanOrEqual(answered);
  expect(found.events).toEqual(events.slice(0, found.events.length));
  expect(found.bytes + (found.torn?.bytes ?? 0)).toBe(bytes.length);
};

/** The tail's sectors, or the parts of them behind what was synced. */
const tailSectors = ({ bytes, synced }: Cut): readonly (readonly [number, number])[] => {
  const found: [number, number][] = [];
  for (let from = synced; from < bytes.length; from = (Math.floor(from / sector) + 1) * sector)
    found.push([from, Math.min((Math.floor(from / sector) + 1) * sector, bytes.length)]);
  return found;
};

const fills: readonly ((length: number) => Buffer)[] = [
  (length) => Buffer.alloc(length),
  (length) => Buffer.alloc(length, '\n'),
  (length) => Buffer.from(Array.from({ length }, (_, at) => (at * 167 + 13) % 256)),
];

describe('a power cut', patient, () => {
  it('takes nothing that was answered, whichever sectors after the last sync are lost', async () => {
    expect(cuts.length).toBeGreaterThanOrEqual(5);
    const tries = cuts.slice(1).flatMap((cut) => {
      const sectors = tailSectors(cut);
      const pairs = sectors.flatMap((first, at) => sectors.slice(at).map((last) => [first, last] as const));
      return pairs.flatMap((lost) => fills.map((fill) => ({ cut, lost, fill })));
    });
    for (const { cut, lost, fill } of tries) {
      const bytes = Buffer.from(cut.bytes);
      for (const [from, to] of lost) bytes.set(fill(to - from), from);
      await expectNothingLost(bytes, cut);
    }
    expect(tries.length).toBeGreaterThan(100);
  });

  it('takes nothing that was answered, wherever the file ends after the last sync', async () => {
    for (const cut of cuts.slice(1))
      for (let length = cut.synced; length <= cut.bytes.length; length += 7)
        await expectNothingLost(cut.bytes.subarray(0, length), cut);
  });

  it('takes nothing that was answered, whatever bytes stand after the last sync', async () => {
    const tail = fc.tuple(fc.nat({ max: cuts.length - 2 }), fc.uint8Array({ maxLength: 3000 }), fc.nat());
    await fc.assert(
      fc.asyncProperty(tail, async ([index, garbage, at]) => {
        const cut = cuts[index + 1] as Cut;
        const bytes = Buffer.from(cut.bytes);
        const from = cut.synced + (at % (bytes.length - cut.synced));
        bytes.set(garbage.subarray(0, bytes.length - from), from);
        await expectNothingLost(bytes, cut);
      }),
      { numRuns: 200 },
    );
  });

  it('takes nothing that was answered, wherever a line feed stands after the last sync', async () => {
    const cut = cuts[3] as Cut;
    for (let at = cut.synced; at < cut.bytes.length; at += 1) {
      const bytes = Buffer.from(cut.bytes);
      bytes[at] = 10;
      await expectNothingLost(bytes, cut);
    }
  });

  it('leaves a journal that can be continued, with the lost piece kept aside', async () => {
    const cut = cuts[1] as Cut;
    const bytes = Buffer.from(cut.bytes);
    bytes.fill(0, cut.synced, cut.synced + sector);
    const folder = tempFolder();
    const path = join(folder, 'journal.jsonl');
    writeFileSync(path, bytes);
    const found = readJournal(path);
    expect((await repairTail(path, found))?.message).toContain(`line ${cut.answered + 1}`);
    const journal = await openJournal(path, { from: { seq: found.events.length, bytes: found.bytes } });
    await append(journal, started('again'), 2);
    await journal.close();
    expect(readJournal(path).events.at(-1)).toMatchObject({ seq: found.events.length + 1, address: 'again' });
    expect(readFileSync(`${path}.torn-${found.events.length + 1}`)).toEqual(bytes.subarray(found.bytes));
  });

  it('leaves an empty journal when the first facts were not synced', async () => {
    const folder = tempFolder();
    const path = join(folder, 'journal.jsonl');
    const journal = await openJournal(path);
    await append(journal, notice('not synced'), 1);
    expect(statSync(path).size).toBe(0);
    copyFileSync(path, `${path}.then`);
    await journal.close();
    expect(readJournal(`${path}.then`)).toEqual({ events: [], bytes: 0 });
    expect(readJournal(path).events).toHaveLength(1);
  });
});

describe('damage to what was synced', patient, () => {
  const lines = (): Buffer[] => {
    const found: Buffer[] = [];
    for (let start = 0, end = whole.indexOf(10); end !== -1; start = end + 1, end = whole.indexOf(10, start))
      found.push(whole.subarray(start, end + 1));
    return found;
  };
  const lastSync = (): number => (cuts.at(-1) as Cut).answered;

  it('is refused with its line, whichever byte was changed', async () => {
    const proven = lines().slice(0, lastSync());
    let offset = 0;
    for (const [index, line] of proven.entries()) {
      for (const at of [0, 5, Math.floor(line.length / 2), line.length - 20, line.length - 2, line.length - 1]) {
        const bytes = Buffer.from(whole);
        bytes[offset + at] = (bytes[offset + at] ?? 0) ^ 0x04;
        expect(refusal(bytes)).toMatchObject({ kind: 'damaged', detail: { line: index + 1 } });
      }
      offset += line.length;
    }
  });

  it.each<[string, number, (line: Buffer, index: number) => Buffer]>([
    ['every line ends with a carriage return', 0, (line) => Buffer.from(`${line.toString().trimEnd()}\r\n`)],
    ['every line but the first ends with one', 1, (line) => Buffer.from(`${line.toString().trimEnd()}\r\n`)],
    [
      'some bytes of every line are overwritten',
      0,
      (line, index) => {
        const changed = Buffer.from(line);
        return changed.fill('#', (index * 31) % (line.length - 12), ((index * 31) % (line.length - 12)) + 8);
      },
    ],
    ['every line is another text', 0, () => Buffer.from('hello\n')],
    ['ten whole lines are damaged', 4, (line) => Buffer.concat([Buffer.from('??'), line.subarray(2)])],
    ['every byte is another', 0, (line) => Buffer.alloc(line.length)],
  ])('is refused when %s', async (_, from, change) => {
    const bytes = Buffer.concat(lines().map((line, index) => (index < from ? line : change(line, index))));
    expect(refusal(bytes)).toMatchObject({ kind: 'damaged', detail: { line: from + 1 } });
  });

  it('names a way on that forgets nothing of what is there', async () => {
    const error = refusal(Buffer.concat([...lines().slice(0, 3), Buffer.from('?\n'), ...lines().slice(4)]));
    expect(error.detail.remedy).toContain(`sed -i '4,$d' ${scratch}`);
    expect(error.detail.remedy).toContain('lab adopt');
    expect(error.detail.remedy).not.toContain('move this run');
  });
});
