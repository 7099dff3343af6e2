// What lets a page follow a run it has no part in: the ends of files that another process writes, and viewers of any speed.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalTail } from '../../src/live/journal-tail.ts';
import { LogTail } from '../../src/live/log-tail.ts';
import { type Message, type News, Viewers } from '../../src/live/viewers.ts';
import { encodeLine } from '../rig/encode-line.ts';
import { eventsOf, finished, planned, started } from './rig/pages.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-follow-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the tail of a journal', () => {
  const events = eventsOf([
    [0, started],
    [1, planned({ address: 'a' })],
    [2, finished('a', 1)],
  ]);
  const lines = events.map((event) => encodeLine(event));
  const seqs = async (tail: JournalTail): Promise<readonly number[]> =>
    (await tail.read()).events.map(({ seq }) => seq);

  it('tells what was added, once, and waits for the rest of a line', async () => {
    const file = join(folder, 'journal.jsonl');
    const tail = new JournalTail(file);
    expect(await seqs(tail)).toEqual([]);
    writeFileSync(file, `${lines[0]}${lines[1]?.slice(0, 20)}`);
    expect(await seqs(tail)).toEqual([1]);
    expect(await seqs(tail)).toEqual([]);
    appendFileSync(file, lines[1]?.slice(20) ?? '');
    expect(await seqs(tail)).toEqual([2]);
  });

  it('takes a torn end for nothing, and what a later sitting writes in its place for what it is', async () => {
    const file = join(folder, 'journal.jsonl');
    const tail = new JournalTail(file);
    writeFileSync(file, `${lines[0]}{"torn`);
    expect(await seqs(tail)).toEqual([1]);
    truncateSync(file, readFileSync(file).length - '{"torn'.length);
    appendFileSync(file, `${lines[1]}${lines[2]}`);
    expect(await seqs(tail)).toEqual([2, 3]);
  });

  it('begins anew when what it had read is gone', async () => {
    const file = join(folder, 'journal.jsonl');
    const tail = new JournalTail(file);
    writeFileSync(file, `${lines[0]}${lines[1]}`);
    await tail.read();
    writeFileSync(file, lines[0] ?? '');
    expect(await tail.read()).toMatchObject({ anew: true, events: [{ seq: 1 }] });
  });
});

describe('the tail of the logs', () => {
  it('tells what is printed, of a run that began before only what comes now', async () => {
    writeFileSync(join(folder, 'a.1.log'), 'early\n');
    const [known, fresh] = [new LogTail(folder), new LogTail(folder, true)];
    await Promise.all([known.read(), fresh.read()]);
    appendFileSync(join(folder, 'a.1.log'), 'late\n');
    await Promise.all([known.read(), fresh.read()]);
    expect(known.pieces.map(({ text }) => text)).toEqual(['late\n']);
    expect(fresh.pieces.map(({ text }) => text)).toEqual(['early\n', 'late\n']);
  });

  it('joins a letter whose bytes came apart, and tells only the end of a flood', async () => {
    const tail = new LogTail(folder, true);
    const bytes = Buffer.from('ü\n');
    writeFileSync(join(folder, 'a.1.log'), bytes.subarray(0, 1));
    await tail.read();
    appendFileSync(join(folder, 'a.1.log'), bytes.subarray(1));
    await tail.read();
    expect(tail.pieces.map(({ text }) => text).join('')).toBe('ü\n');
    appendFileSync(join(folder, 'a.1.log'), 'x'.repeat(1_000_000));
    await tail.read();
    expect(tail.pieces.at(-1)?.text.length).toBeLessThanOrEqual(32 * 1024);
  });
});

describe('viewers', () => {
  /** What a connection is to the viewers: full while `writableNeedDrain`. */
  const connection = (): { response: ServerResponse; written: string[]; full: boolean } => {
    const it = { written: [] as string[], full: false, response: undefined as unknown as ServerResponse };
    it.response = {
      on: () => it.response,
      write: (text: string) => it.written.push(text),
      get writableNeedDrain() {
        return it.full;
      },
    } as unknown as ServerResponse;
    return it;
  };
  const tell = (news: News): readonly Message[] => {
    const data = [...news.rows];
    news.rows.clear();
    return data.length === 0 ? [] : [{ event: 'rows', data }];
  };

  it('that are slow are told once, and all that changed meanwhile; the others at once', () => {
    const viewers = new Viewers();
    const [quick, slow] = [connection(), connection()];
    viewers.add(quick.response);
    viewers.add(slow.response);
    slow.full = true;
    for (const row of ['a', 'b', 'a']) {
      viewers.note((news) => news.rows.add(row));
      viewers.tell(tell);
    }
    expect(quick.written).toHaveLength(3);
    expect(slow.written).toEqual([]);
    slow.full = false;
    viewers.tell(tell);
    expect(slow.written).toEqual(['event: rows\ndata: ["a","b"]\n\n']);
  });
});
