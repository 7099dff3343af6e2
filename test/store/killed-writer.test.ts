import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJournal } from '../../src/store/journal.ts';
import { openState, readState } from '../../src/store/state.ts';
import { type Child, patient, prepareChild } from './rig/child.ts';
import { tempFolder } from './rig/temp-folder.ts';

let writers: Awaited<ReturnType<typeof prepareChild>>;
beforeAll(async () => {
  writers = await prepareChild(new URL('fixtures/writer.ts', import.meta.url));
});
afterAll(() => writers.remove());

interface Said {
  readonly seq?: number;
  readonly created?: number;
}

/** Listens for so many answers, kills, and hears the rest of what was said before the end. */
const listenAndKill = async (child: Child, answers: number): Promise<Said> => {
  const highest = { seq: 0, created: 0 };
  const hear = ({ seq = 0, created = 0 }: Said): void => {
    highest.seq = Math.max(highest.seq, seq);
    highest.created = Math.max(highest.created, created);
  };
  for (let count = 0; count < answers; count += 1) hear(await child.says<Said>());
  child.process.kill('SIGKILL');
  for (;;) {
    const said = await child.says<Said>().catch(() => undefined);
    if (said === undefined) return highest;
    hear(said);
  }
};

describe('a writer killed by SIGKILL', patient, () => {
  it('leaves everything that was answered, however often it is killed and started again', async () => {
    const dir = tempFolder();
    for (const answers of [1, 2, 3, 10, 40, 90, 7, 150]) {
      const said = await listenAndKill(writers.start([dir]), answers);
      const { events } = readJournal(join(dir, 'journal.jsonl'));
      expect(events.length).toBeGreaterThanOrEqual(said.seq ?? 0);
      expect((await readState(dir)).created.length).toBeGreaterThanOrEqual(said.created ?? 0);
    }
    await openState(dir);
    const left = readdirSync(dir).filter((name) => !name.startsWith('journal.jsonl'));
    expect(left).toEqual(['state.json']);
  });
});
