import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepChecked, recallChecked, type World } from '../../src/store/checked-file.ts';
import { tempFolder } from './rig/temp-folder.ts';

const seen = {
  files: new Map([
    ['/p/a.yaml', 'name: ä\n'],
    ['/p/none.yaml', undefined],
    ['/p/b.yaml', ''],
  ]),
  folders: new Map([['/p', ['a.yaml', 'b.yaml']]]),
};
const worldOf = (files: ReadonlyMap<string, string | undefined>, names: readonly string[]): World => ({
  read(path) {
    const text = files.get(path);
    return text === undefined ? undefined : Buffer.from(text);
  },
  list: () => names,
});
const same = worldOf(seen.files, ['a.yaml', 'b.yaml']);
const open = () => {
  const folder = join(tempFolder(), 'checked');
  const file = { folder, name: 'v.deploy', build: 'one' };
  keepChecked(file, seen, '{"steps":[]}');
  return { folder, file, path: join(folder, 'v.deploy') };
};

describe('what was found right about files', () => {
  it('counts while everything it rests on is the same', () => {
    expect(recallChecked(open().file, same)).toBe('{"steps":[]}');
  });

  it.each([
    [
      'a text changed, to one as long',
      worldOf(new Map([...seen.files, ['/p/a.yaml', 'name: ö\n']]), ['a.yaml', 'b.yaml']),
    ],
    ['a file is gone', worldOf(new Map([['/p/a.yaml', 'name: ä\n']]), ['a.yaml', 'b.yaml'])],
    ['a file is there that was not', worldOf(new Map([...seen.files, ['/p/none.yaml', '']]), ['a.yaml', 'b.yaml'])],
    ['a folder has one name more', worldOf(seen.files, ['a.yaml', 'b.yaml', 'c.yaml'])],
    ['a folder has another name', worldOf(seen.files, ['a.yaml', 'c.yaml'])],
  ])('does not count once %s', (_, world) => {
    expect(recallChecked(open().file, world)).toBeUndefined();
  });

  it('does not count for another build of the program', () => {
    expect(recallChecked({ ...open().file, build: 'two' }, same)).toBeUndefined();
  });

  it('does not count when any part of it is damaged or cut off', () => {
    const { file, path } = open();
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at += 1) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      writeFileSync(path, damaged);
      expect(recallChecked(file, same)).toBeUndefined();
      writeFileSync(path, whole.subarray(0, at));
      expect(recallChecked(file, same)).toBeUndefined();
    }
  });

  it('is for its owner alone, and leaves nothing else behind', () => {
    const { folder, path } = open();
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['v.deploy']);
  });

  it('is not written where that is impossible, which is no error', () => {
    const folder = join(tempFolder(), 'file');
    writeFileSync(folder, '');
    keepChecked({ folder, name: 'v', build: 'one' }, seen, '{}');
    expect(existsSync(join(folder, 'v'))).toBe(false);
  });
});
