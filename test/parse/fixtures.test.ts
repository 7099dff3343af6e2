import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { draw, type Files, load } from './project.ts';

const root = join(import.meta.dirname, '../fixtures/diagnostics');
const cases = (await readdir(root)).sort();

/** Every file of a case, by its path within the case's project. */
const filesOf = async (folder: string): Promise<Files> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    paths.map(async (path) => [relative(folder, path), await readFile(path, 'utf8')] as const),
  );
  return Object.fromEntries(texts.filter(([path]) => path !== 'expected.txt'));
};

/** `UPDATE_FIXTURES=1` writes what is said now; read the difference before you believe it. */
const expectText = async (path: string, text: string): Promise<void> => {
  if (process.env['UPDATE_FIXTURES']) {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
  }
  expect(text).toBe(await readFile(path, 'utf8'));
};

describe('a project with mistakes', () => {
  it.each(cases)('is told what is wrong and where: %s', async (name) => {
    const loaded = await load(await filesOf(join(root, name)));
    expect(loaded.ok).toBe(false);
    if (!loaded.ok) await expectText(join(root, name, 'expected.txt'), draw(loaded.diagnostics));
  });
});
