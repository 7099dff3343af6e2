import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Created, UndoRecord } from '../../src/core/event.ts';
import { type LedgerEntry, openState, readState, type StateData } from '../../src/store/state.ts';
import { tempFolder } from './rig/temp-folder.ts';

const created: readonly Created[] = [{ kind: 'namespace', name: 'leaf1', within: 'capsule/lab' }];
const undo: UndoRecord = { action: { run: ['true'] }, absent: [{ probe: 'command' }], timeoutMs: 5 };
const entry = (seq: number): LedgerEntry => ({
  address: `s${seq}`,
  workflow: 'deploy',
  variant: 'test',
  run: 'r',
  at: 1,
  seq,
  created,
  undo,
});
const whole: StateData = {
  format: 1,
  deployed: { variant: 'test', workflow: 'deploy', run: 'r', since: 1, inputs: { nodes: 3 }, facts: { ip: null } },
  created: [entry(1)],
  runs: [
    { id: 'r', workflow: 'deploy', variant: 'test', startedAt: 1, endedAt: 2, outcome: 'failed', deploys: true },
    { id: 's', workflow: 'verify', variant: 'test', startedAt: 3, deploys: false },
  ],
};

describe('openState', () => {
  it('begins empty and keeps every change, as the next one who opens it sees', async () => {
    const dir = join(tempFolder(), 'state');
    const state = await openState(dir);
    expect(state.data).toEqual({ format: 1, created: [], runs: [] });
    await state.update((data) => Object.assign(data, structuredClone(whole)));
    expect(state.data).toEqual(whole);
    expect((await openState(dir)).data).toEqual(whole);
    expect(await readState(dir)).toEqual(whole);
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, 'state.json')).mode & 0o777).toBe(0o600);
  });

  it('loses no change of many made at once', async () => {
    const dir = tempFolder();
    const state = await openState(dir);
    await Promise.all(Array.from({ length: 50 }, (_, seq) => state.update((data) => data.created.push(entry(seq)))));
    expect((await readState(dir)).created.map((each) => each.seq)).toEqual(Array.from({ length: 50 }, (_, seq) => seq));
  });

  it('does not share its beginning with the next state', async () => {
    const first = await openState(tempFolder());
    await first.update((data) => data.created.push(entry(1)));
    expect((await openState(tempFolder())).data.created).toEqual([]);
  });

  it('writes nothing into a folder that took the place of its own', async () => {
    const parent = tempFolder();
    const dir = join(parent, 'state');
    const state = await openState(dir);
    renameSync(dir, join(parent, 'moved'));
    mkdirSync(dir);
    await expect(state.update((data) => data.created.push(entry(1)))).rejects.toMatchObject({ kind: 'missing' });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('refuses damage with its line and leaves the file as it is', async () => {
    const dir = tempFolder();
    const text = JSON.stringify({ ...whole, runs: [{ id: 'r' }] }, null, 2);
    writeFileSync(join(dir, 'state.json'), text);
    const line = text.split('\n').findIndex((each) => each.includes('"runs"')) + 2;
    await expect(openState(dir)).rejects.toMatchObject({ kind: 'damaged', detail: { line } });
    expect(readFileSync(join(dir, 'state.json'), 'utf8')).toBe(text);
  });
});

describe('readState', () => {
  it('gives an empty state where there is none, and writes nothing', async () => {
    const parent = tempFolder();
    expect(await readState(join(parent, 'state'))).toEqual({ format: 1, created: [], runs: [] });
    expect(existsSync(join(parent, 'state'))).toBe(false);
    expect(await readState(parent)).toEqual({ format: 1, created: [], runs: [] });
    expect(readdirSync(parent)).toEqual([]);
  });
});
