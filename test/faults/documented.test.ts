import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** The last cell of each row of the tables that end with a column of tests. */
const namedIn = (doc: string): readonly string[] =>
  read(doc)
    .split('\n\n')
    .filter((block) => /^\| .* \| test \|$/m.test(block.split('\n')[0] ?? ''))
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.startsWith('| ') && !/^\| (---|.* \| test \|$)/.test(line))
    .map((line) => line.split(' | ').at(-1)?.replace(/ \|$/, '').trim() ?? '');

/** The titles of a file's tests; one that is made from a table of cases fits each of them. */
const titlesOf = (path: string): readonly RegExp[] =>
  [...read(path).matchAll(/\bit(?:\.(?:skipIf|each)\([^)]*\))?\(\s*(['`])(.*?)\1,/gs)].map(([, , title = '']) => {
    const parts = title.split(/\$\{[^}]*\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('.+')}$`);
  });

const testsIn = (folder: string): readonly string[] =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name}`);

describe('each row of', () => {
  it.each([
    ['docs/recovery.md', 35, ['test/faults', 'test/cli', 'test/store']],
    ['docs/fleet.md', 5, ['test/e2e', 'test/steps']],
  ])('%s names a test that exists', (doc, least, folders) => {
    const rows = namedIn(doc);
    expect(rows.length).toBeGreaterThan(least);
    const missing = rows.filter((row) => {
      const [file = '', title = ''] = row.split(/: (.*)/s);
      const path = folders.flatMap(testsIn).find((each) => each.endsWith(`/${file}`));
      return path === undefined || !titlesOf(path).some((each) => each.test(title));
    });
    expect(missing).toEqual([]);
  });

  it('docs/security.md names a test that exists', () => {
    const titles = ['security', 'faults', 'rehearse', 'report', 'store', 'parse', 'cli', 'view', 'fuzz']
      .map((folder) => `test/${folder}`)
      .flatMap(testsIn)
      .flatMap(titlesOf);
    const rows = namedIn('docs/security.md');
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.filter((row) => !titles.some((each) => each.test(row)))).toEqual([]);
  });
});
