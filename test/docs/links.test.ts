// Every link of the pages leads somewhere: files are there, and headings that an anchor names.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  'README.md',
  'CHANGELOG.md',
  'state/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'examples')).map((name) => `examples/${name}/README.md`),
];

/** Text without code, in which brackets mean something else. */
const proseOf = (page: string): string =>
  readFileSync(join(root, page), 'utf8')
    .replace(/^```.*?^```$/gms, '')
    .replace(/^(?: {4}|\t).*$/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''));

const linksIn = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

/** Anchors as GitHub makes them of headings. */
const anchorsIn = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );

const problemOf = (page: string, link: string): string | undefined => {
  if (/^https?:/.test(link)) return undefined;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(root, join(root, dirname(page), decodeURI(path)));
  if (!existsSync(join(root, target))) return `${page}: there is no ${link}`;
  if (anchor === undefined) return undefined;
  return anchorsIn(target).includes(anchor) ? undefined : `${page}: ${target} has no heading for #${anchor}`;
};

describe('links', () => {
  it.each(pages)('of %s lead somewhere', (page) => {
    expect(
      linksIn(page)
        .map((link) => problemOf(page, link))
        .filter(Boolean),
    ).toEqual([]);
  });

  it('lead from the README to every page of docs/', () => {
    const linked = linksIn('README.md').map((link) => link.split('#')[0]);
    expect(pages.filter((page) => page.startsWith('docs/') && !linked.includes(page))).toEqual([]);
  });

  it('are told when they lead nowhere', () => {
    expect(problemOf('README.md', 'docs/nothing.md')).toBe('README.md: there is no docs/nothing.md');
    expect(problemOf('docs/variants.md', '../README.md#nothing')).toBe(
      'docs/variants.md: README.md has no heading for #nothing',
    );
    expect(problemOf('docs/variants.md', '../README.md#quick-start')).toBeUndefined();
  });

  it('are found at all', () => {
    expect(pages.flatMap(linksIn).length).toBeGreaterThan(30);
  });
});

describe('commands of the pages', () => {
  it('are commands that lab has', async () => {
    const { createProgram } = await import('../../src/cli/program/program.ts');
    const known = createProgram(() => {}).commands.map((command) => command.name());
    const used = pages.flatMap((page) =>
      [...readFileSync(join(root, page), 'utf8').matchAll(/npx lab ([a-z]+)/g)].map(([, name]) => `${page}: ${name}`),
    );
    expect(used.filter((use) => !known.includes(use.split(': ')[1] ?? ''))).toEqual([]);
    expect(used.length).toBeGreaterThan(30);
  });
});
