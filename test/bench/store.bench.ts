// What remembering costs: one fact on disk, eight at once, ten thousand read back, the small document, the lock.
// Run with `npx vitest bench test/bench/store.bench.ts`; figures depend on the disk of the temporary folder.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, bench, describe } from 'vitest';
import type { EventBody } from '../../src/core/event.ts';
import type { Journal } from '../../src/engine/ports.ts';
import { openJournal, readJournal } from '../../src/store/journal.ts';
import { acquireLock } from '../../src/store/lock.ts';
import { openState } from '../../src/store/state.ts';

const dir = mkdtempSync(join(tmpdir(), 'lab-bench-'));
afterAll(() => rmSync(dir, { recursive: true }));

const body = (count: number): EventBody => ({
  type: 'step.finished',
  address: `step-${count}`,
  outcome: 'changed',
  fingerprint: 'f'.repeat(64),
  definition: { action: { run: ['docker', 'exec', 'cluster1', 'ip', 'route'] }, files: {} },
  outputs: { address: '10.0.0.1' },
  evidence: [{ probe: 'command', holds: true, saw: 'exit 0' }],
  attempts: 1,
  durationMs: 1200,
  creates: [],
});

let count = 0;
const journals = new Map<string, Journal>();
const journal = async (name: string): Promise<Journal> => {
  const opened = journals.get(name) ?? (await openJournal(join(dir, `${name}.jsonl`)));
  journals.set(name, opened);
  return opened;
};

describe('journal', () => {
  bench('append one fact, synced', async () => {
    await (await journal('one')).append(body(count++), count);
  });
  bench('append eight facts at once, synced', async () => {
    const opened = await journal('eight');
    await Promise.all(Array.from({ length: 8 }, () => opened.append(body(count++), count)));
  });
  bench('append one fact that need not be synced', async () => {
    await (await journal('write')).append({ type: 'notice', level: 'info', code: 'c', message: 'm' }, count);
  });
  bench(
    'read 10,000 events',
    async () => {
      readJournal(join(dir, 'large.jsonl'));
    },
    {
      setup: async () => {
        if (journals.has('large')) return;
        const opened = await journal('large');
        await Promise.all(Array.from({ length: 10_000 }, (_, at) => opened.append(body(at), at)));
        await opened.close();
      },
    },
  );
});

describe('state', async () => {
  const state = await openState(join(dir, 'state'));
  bench('update of state.json', async () => {
    await state.update((data) => {
      data.created = data.created.slice(-100);
      data.created.push({ address: 's', workflow: 'w', variant: 'v', run: 'r', at: 1, seq: count++, created: [] });
    });
  });
  bench('lock taken and released', async () => {
    await (await acquireLock(join(dir, 'state'), { command: 'bench' })).release();
  });
});
