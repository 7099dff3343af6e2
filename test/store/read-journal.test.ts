import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventBody, RunEvent } from '../../src/core/event.ts';
import { openJournal, readJournal, repairTail } from '../../src/store/journal.ts';
import { maximumLine } from '../../src/store/journal-line.ts';
import type { StoreError } from '../../src/store/store-error.ts';
import { encodeLine } from '../rig/encode-line.ts';
import { append } from './rig/append.ts';
import { patient } from './rig/child.ts';
import { anyBody, finished, notice, numbered, started } from './rig/events.ts';
import { refusalOf } from './rig/refusal.ts';
import { tempFolder } from './rig/temp-folder.ts';

const write = (file: string, bodies: readonly EventBody[]): RunEvent[] => {
  const events = numbered(bodies);
  writeFileSync(file, events.map((event) => encodeLine(event)).join(''));
  return events;
};
const refusal = (file: string): StoreError => refusalOf(() => readJournal(file));
const three = [started('a'), finished('a', { text: 'æ "quoted"\n' }), notice('end')];

describe('readJournal', patient, () => {
  it('reads any events back as they were, and any beginning of the file as a beginning of the events', async () => {
    const folder = tempFolder();
    const file = join(folder, 'journal.jsonl');
    await fc.assert(
      fc.asyncProperty(fc.array(anyBody, { maxLength: 12 }), fc.nat(), async (bodies, cut) => {
        const events = write(file, bodies);
        const { size } = statSync(file);
        expect(readJournal(file)).toEqual({ events, bytes: size });
        const length = size === 0 ? 0 : cut % size;
        truncateSync(file, length);
        const read = readJournal(file);
        expect(read.events).toEqual(events.slice(0, read.events.length));
        expect(read.bytes + (read.torn?.bytes ?? 0)).toBe(length);
        expect(readFileSync(file).subarray(0, read.bytes).toString()).toBe(
          read.events.map((e) => encodeLine(e)).join(''),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('writes through the journal the same lines that it reads', async () => {
    const folder = tempFolder();
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyBody, { maxLength: 6 }), async (bodies) => {
        count += 1;
        const file = join(folder, `${count}.jsonl`);
        const journal = await openJournal(file);
        const events = await Promise.all(bodies.map((body) => append(journal, body, 5)));
        await journal.close();
        expect(readJournal(file).events).toEqual(events);
      }),
      { numRuns: 30 },
    );
  });

  it('drops the last record when it was torn at any byte, and goes on after a repair', async () => {
    const folder = tempFolder();
    const file = join(folder, 'journal.jsonl');
    const events = write(file, three);
    const whole = readFileSync(file);
    const start = encodeLine(events[0] as RunEvent).length + Buffer.byteLength(encodeLine(events[1] as RunEvent));
    for (let length = start; length < whole.length; length += 1) {
      writeFileSync(file, whole.subarray(0, length));
      const read = readJournal(file);
      expect(read.events).toEqual(events.slice(0, 2));
      expect(read.bytes).toBe(start);
      expect(read.torn).toEqual(length === start ? undefined : { bytes: length - start, line: 3, cut: true });
      await repairTail(file, read);
      const journal = await openJournal(file, { from: { seq: 2, bytes: read.bytes } });
      await append(journal, notice('again'), 9);
      await journal.close();
      expect(readJournal(file).events.at(-1)).toMatchObject({ seq: 3, message: 'again' });
    }
    expect(readdirSync(folder)).toHaveLength(whole.length - start); // the journal, and each torn piece but the empty one
  });

  it('drops a last record whose bytes never reached the disk', async () => {
    const file = join(tempFolder(), 'journal.jsonl');
    const events = write(file, three);
    const whole = readFileSync(file);
    const start = whole.length - encodeLine(events[2] as RunEvent).length;
    for (const fill of [0, 0x0a, 0xff]) {
      writeFileSync(file, Buffer.concat([whole.subarray(0, start), Buffer.alloc(whole.length - start, fill)]));
      const read = readJournal(file);
      expect(read.events).toEqual(events.slice(0, 2));
      expect(read.torn).toMatchObject({ bytes: whole.length - start, line: 3 });
    }
  });

  it('notices any changed byte: in the last line as torn, elsewhere as damage with its line', async () => {
    const file = join(tempFolder(), 'journal.jsonl');
    const events = write(file, three);
    const whole = readFileSync(file);
    const lineOf = (offset: number): number => whole.subarray(0, offset).filter((byte) => byte === 10).length + 1;
    for (let offset = 0; offset < whole.length; offset += 1) {
      const changed = Buffer.from(whole);
      changed[offset] = (changed[offset] ?? 0) ^ 0x04;
      writeFileSync(file, changed);
      const line = lineOf(offset);
      // Where the line feed before the last line is gone, the last two are one line.
      if (line === 3 || (line === 2 && whole[offset] === 10)) {
        const read = readJournal(file);
        expect(read.events).toEqual(events.slice(0, line - 1));
        expect(read.torn?.line).toBe(line);
      } else {
        const error = refusal(file);
        expect({ offset, kind: error.kind, line: error.detail.line }).toEqual({ offset, kind: 'damaged', line });
      }
    }
  });

  it.each<[string, (lines: string[]) => void, RegExp]>([
    ['a missing line', (lines) => lines.splice(1, 1), /its number is 3 where 2 is due/],
    ['a line twice', (lines) => lines.splice(1, 0, lines[0] ?? ''), /its number is 1 where 2 is due/],
    ['a line that is none of ours', (lines) => lines.splice(1, 0, 'hello\n'), /does not end with a checksum/],
    ['an empty line', (lines) => lines.splice(1, 0, '\n'), /does not end with a checksum/],
    [
      'an edited line',
      (lines) => lines.splice(1, 1, (lines[1] ?? '').replace('"a"', '"b"')),
      /checksum does not match/,
    ],
  ])('refuses a journal with %s in its middle', async (_, change, reason) => {
    const file = join(tempFolder(), 'journal.jsonl');
    const lines = numbered(three).map((event) => encodeLine(event));
    change(lines);
    writeFileSync(file, lines.join(''));
    const error = refusal(file);
    expect(error.kind).toBe('damaged');
    expect(error.detail.line).toBe(2);
    expect(error.message).toMatch(reason);
  });

  it('refuses a newer format and migrates an older one step by step', async () => {
    const file = join(tempFolder(), 'journal.jsonl');
    const [first, second] = numbered([started('a'), notice('old')]);
    if (first === undefined || second === undefined) throw new Error('two events');
    writeFileSync(file, encodeLine(first, 2) + encodeLine(second, 0));
    expect(refusal(file)).toMatchObject({
      kind: 'newer-format',
      detail: { line: 1, format: { found: 2, known: 1 } },
    });
    const rename = (event: Record<string, unknown>) => ({ ...event, message: `${event['message']}+` });
    const read = readJournal(file, { version: 2, migrations: { 0: rename, 1: rename } });
    expect(read.events).toEqual([first, { ...second, message: 'old++' }]);
    await expect((async () => readJournal(file, { version: 2, migrations: { 1: rename } }))()).rejects.toMatchObject({
      kind: 'damaged',
      detail: { line: 2 },
    });
  });

  it('reads an empty file as no events and tells a missing one', async () => {
    const file = join(tempFolder(), 'journal.jsonl');
    expect(refusal(file).kind).toBe('missing');
    writeFileSync(file, '');
    expect(readJournal(file)).toEqual({ events: [], bytes: 0 });
  });

  it('reads lines of any length across the pieces it reads in', async () => {
    const file = join(tempFolder(), 'journal.jsonl');
    const events = write(file, [finished('a', { text: 'é'.repeat(1_700_000) }), notice('x'), started('b')]);
    expect(readJournal(file).events).toEqual(events);
  });

  it('takes an endless line for damage', async () => {
    const file = join(tempFolder(), 'journal.jsonl');
    write(file, three);
    truncateSync(file, statSync(file).size + maximumLine + 1); // a hole: it takes no room on the disk
    appendFileSync(file, 'x');
    expect(refusal(file)).toMatchObject({ kind: 'damaged', detail: { line: 4 } });
  });
});

describe('repairTail', patient, () => {
  it('does nothing to a whole journal', async () => {
    const folder = tempFolder();
    const file = join(folder, 'journal.jsonl');
    write(file, three);
    expect(await repairTail(file, readJournal(file))).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['journal.jsonl']);
  });

  it('keeps each cut piece in a private file of its own and says so', async () => {
    const folder = tempFolder();
    const file = join(folder, 'journal.jsonl');
    write(file, three.slice(0, 2));
    appendFileSync(file, '{"seq":3');
    const repaired = await repairTail(file, readJournal(file));
    expect(repaired).toMatchObject({ type: 'notice', level: 'warning', code: 'journal-tail' });
    expect(repaired?.message).toContain('journal.jsonl.torn-3');
    appendFileSync(file, '{"other');
    await repairTail(file, readJournal(file));
    expect(readFileSync(`${file}.torn-3`, 'utf8')).toBe('{"seq":3');
    expect(readFileSync(`${file}.torn-3-2`, 'utf8')).toBe('{"other');
    expect(statSync(`${file}.torn-3`).mode & 0o777).toBe(0o600);
    expect(readJournal(file)).toEqual({ events: numbered(three.slice(0, 2)), bytes: statSync(file).size });
  });

  it('leaves a journal alone that has grown since it was read', async () => {
    const file = join(tempFolder(), 'journal.jsonl');
    write(file, three);
    appendFileSync(file, '{"seq"');
    const read = readJournal(file);
    appendFileSync(file, ':4');
    const before = readFileSync(file);
    await expect(repairTail(file, read)).rejects.toMatchObject({ kind: 'io' });
    expect(readFileSync(file)).toEqual(before);
  });
});
