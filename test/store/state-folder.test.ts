import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStateFolder } from '../../src/store/state-folder.ts';
import type { StoreError } from '../../src/store/store-error.ts';
import { patient, prepareChild } from './rig/child.ts';
import { isRoot, mountTemp, tempFolder } from './rig/temp-folder.ts';

const refusal = (work: Promise<unknown>): Promise<StoreError> =>
  work.then(
    () => expect.fail('it was accepted'),
    (error: StoreError) => error,
  );
const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('openStateFolder', patient, () => {
  it('makes a private folder for writing, whatever the umask is', async () => {
    for (const umask of [0, 0o277]) {
      const dir = join(tempFolder(), 'a-state');
      const before = process.umask(umask);
      const folder = await openStateFolder(dir, { write: true }).finally(() => process.umask(before));
      expect(folder).toMatchObject({ path: dir, exists: true });
      expect(modeOf(dir)).toBe(0o700);
    }
  });

  it('makes the folders above as they usually are', async () => {
    const parent = join(tempFolder(), 'x');
    await openStateFolder(join(parent, 'state'), { write: true });
    expect(modeOf(parent)).toBe(0o777 & ~process.umask());
  });

  it('changes nothing for one who only looks', async () => {
    const parent = tempFolder();
    const dir = join(parent, 'state');
    expect(await openStateFolder(dir, { write: false })).toMatchObject({ exists: false });
    expect(existsSync(dir)).toBe(false);
    mkdirSync(dir);
    chmodSync(dir, 0o755);
    expect(await openStateFolder(dir, { write: false })).toMatchObject({ exists: true });
    expect(modeOf(dir)).toBe(0o755);
  });

  it('closes a folder to others before it is used', async () => {
    const dir = tempFolder();
    chmodSync(dir, 0o775); // as a checkout under a umask of 002 has it
    writeFileSync(join(dir, 'README.md'), '');
    await openStateFolder(dir, { write: true });
    expect(modeOf(dir)).toBe(0o700);
    mkdirSync(join(dir, 'runs'));
    chmodSync(dir, 0o755);
    await openStateFolder(dir, { write: true });
    expect(modeOf(dir)).toBe(0o700);
  });

  it.each(['state.json', 'runs', 'lock'])('refuses a folder others may write to once it holds %s', async (name) => {
    const dir = tempFolder();
    writeFileSync(join(dir, name), '');
    for (const mode of [0o770, 0o707, 0o1777]) {
      chmodSync(dir, mode);
      for (const write of [true, false]) {
        const error = await refusal(openStateFolder(dir, { write }));
        expect(error).toMatchObject({ kind: 'permission', path: dir });
        expect(error.detail.remedy).toContain('chmod 700');
      }
    }
  });

  it('refuses a symbolic link, also one that leads nowhere, and a file', async () => {
    const parent = tempFolder();
    mkdirSync(join(parent, 'real'));
    symlinkSync('real', join(parent, 'link'));
    symlinkSync('nowhere', join(parent, 'dangling'));
    writeFileSync(join(parent, 'file'), '');
    for (const write of [true, false]) {
      expect((await refusal(openStateFolder(join(parent, 'link'), { write }))).kind).toBe('symlink');
      expect((await refusal(openStateFolder(join(parent, 'dangling'), { write }))).kind).toBe('symlink');
      expect((await refusal(openStateFolder(join(parent, 'file'), { write }))).kind).toBe('io');
      expect((await refusal(openStateFolder(join(parent, 'file', 'state'), { write }))).kind).toBe('io');
    }
    expect(readdirSync(join(parent, 'real'))).toEqual([]);
    expect(existsSync(join(parent, 'nowhere'))).toBe(false);
  });

  it('notices when the folder was deleted, moved or replaced meanwhile', async () => {
    const parent = tempFolder();
    const dir = join(parent, 'state');
    const folder = await openStateFolder(dir, { write: true });
    await folder.assertSame();
    renameSync(dir, join(parent, 'moved'));
    expect((await refusal(folder.assertSame())).kind).toBe('missing');
    mkdirSync(dir);
    expect((await refusal(folder.assertSame())).detail.saw).toBe('the state folder was replaced by another');
    rmSync(dir, { recursive: true });
    renameSync(join(parent, 'moved'), dir);
    await folder.assertSame();
  });
});

describe.skipIf(!isRoot)('openStateFolder of other users (needs root)', patient, () => {
  const nobody = 65534;
  let callers: Awaited<ReturnType<typeof prepareChild>>;
  beforeAll(async () => {
    callers = await prepareChild(new URL('fixtures/caller.ts', import.meta.url));
  });
  afterAll(() => callers.remove());
  const call = (what: string, dir: string): Promise<{ ok: boolean; kind?: string; path?: string }> =>
    callers.start([what, dir], { uid: nobody }).says();

  it('refuses a folder of another user to whoever wants to write, root included unless told', async () => {
    const dir = tempFolder();
    chmodSync(dir, 0o755);
    expect(await call('open-folder', dir)).toMatchObject({ kind: 'owner', path: dir });
    expect(await call('look-folder', dir)).toMatchObject({ kind: 'owner' });
    chownSync(dir, nobody, nobody);
    expect((await refusal(openStateFolder(dir, { write: true }))).kind).toBe('owner');
    expect(await openStateFolder(dir, { write: true, anyOwner: true })).toMatchObject({ exists: true });
    expect(await openStateFolder(dir, { write: false })).toMatchObject({ exists: true });
    expect(await call('open-folder', dir)).toEqual({ ok: true });
  });

  it('tells when there is no permission to make or to read it', async () => {
    const parent = tempFolder();
    chmodSync(parent, 0o755);
    expect(await call('open-folder', join(parent, 'state'))).toMatchObject({ kind: 'permission', code: 'EACCES' });
    const own = join(parent, 'own');
    mkdirSync(own);
    chownSync(own, nobody, nobody);
    expect(await call('open-state', own)).toEqual({ ok: true });
    chmodSync(own, 0o500);
    expect(await call('read-state', own)).toEqual({ ok: true });
    expect(await call('open-journal', own)).toMatchObject({ kind: 'permission', path: join(own, 'journal.jsonl') });
    writeFileSync(join(own, 'state.json'), '{}', { mode: 0o600 });
    writeFileSync(join(own, 'journal.jsonl'), '', { mode: 0o600 });
    expect(await call('read-state', own)).toMatchObject({ kind: 'permission', path: join(own, 'state.json') });
    expect(await call('read-journal', own)).toMatchObject({ kind: 'permission' });
  });

  it('tells that the file system is read-only, and can look at a folder on it', async () => {
    const { path, remount } = mountTemp('64k');
    const dir = join(path, 'state');
    mkdirSync(dir, { mode: 0o755 });
    remount('ro');
    expect((await refusal(openStateFolder(join(path, 'new'), { write: true }))).kind).toBe('read-only');
    expect((await refusal(openStateFolder(dir, { write: true }))).kind).toBe('read-only');
    expect(await openStateFolder(dir, { write: false })).toMatchObject({ exists: true });
  });
});
