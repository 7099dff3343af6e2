import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepDerived, recallDerived } from '../../src/store/derived-file.ts';
import { tempFolder } from './rig/temp-folder.ts';

const texts = ['first', '', '["ä"]'];
const open = () => {
  const folder = tempFolder();
  const source = join(folder, 'journal');
  writeFileSync(source, 'one\n');
  const derived = { file: join(folder, 'told'), source, format: 1 };
  keepDerived(derived, texts);
  return { folder, derived };
};
const recalled = (derived: Parameters<typeof recallDerived>[0]) => texts.map((_, part) => recallDerived(derived)(part));
const nothing = texts.map(() => undefined);

describe('text worked out of a file', () => {
  it('is read part by part while that file is what it was', () => {
    const { derived } = open();
    expect(recalled(derived)).toEqual(texts);
    expect(recallDerived(derived)(texts.length)).toBeUndefined();
  });

  it('is read the same whether it is small or large', () => {
    const { derived } = open();
    for (const length of [3000, 3900, 4096, 100_000]) {
      const parts = ['a'.repeat(length), 'b'.repeat(2000), 'c'];
      keepDerived(derived, parts);
      expect(parts.map((_, part) => recallDerived(derived)(part))).toEqual(parts);
    }
  });

  it('does not count once the file has grown, was changed, or is gone', () => {
    const { derived } = open();
    utimesSync(derived.source, 1, 1);
    expect(recalled(derived)).toEqual(nothing);
    const grown = open().derived;
    appendFileSync(grown.source, 'two\n');
    expect(recalled(grown)).toEqual(nothing);
    expect(recalled({ ...open().derived, source: join(tempFolder(), 'gone') })).toEqual(nothing);
  });

  it('does not count for another format', () => {
    expect(recalled({ ...open().derived, format: 2 })).toEqual(nothing);
  });

  it('gives no part that is damaged or cut off', () => {
    const { derived } = open();
    const whole = readFileSync(derived.file);
    for (let at = 0; at < whole.length; at += 1) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      for (const bytes of [damaged, whole.subarray(0, at)]) {
        writeFileSync(derived.file, bytes);
        const found = recalled(derived);
        expect(found).toContain(undefined);
        for (const [part, text] of found.entries()) expect([texts[part], undefined]).toContain(text);
      }
    }
  });

  it('is for its owner alone, and leaves nothing else behind', () => {
    const { folder, derived } = open();
    expect(statSync(derived.file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['journal', 'told']);
  });

  it('is not written where that is impossible, which is no error', () => {
    const { derived } = open();
    const file = join(derived.source, 'told');
    keepDerived({ ...derived, file }, texts);
    expect(existsSync(file)).toBe(false);
  });
});
