// The import law of docs/architecture.md, held against the real imports.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const importsOf = (file: string): Import[] =>
  [
    ...readFileSync(join(root, file), 'utf8').matchAll(
      /^\s*(?:import|export)\s+(type\s)?[^;]*?from\s+'([^']+)'|import\('([^']+)'\)/gms,
    ),
  ].map(([, type, name, lazy]) => {
    const target = name ?? lazy ?? '';
    return {
      from: file,
      typeOnly: type !== undefined,
      to: target.startsWith('.') ? relative(root, resolve(root, dirname(file), target)) : target,
    };
  });

const roomOf = (path: string): string =>
  path.startsWith('src/') ? path.split('/').slice(0, 2).join('/') : (path.split('/')[0] ?? '');

/** What a room may import of ours; `types` only as types. */
const law: Record<
  string,
  { readonly rooms: readonly string[]; readonly types?: readonly string[]; readonly packages?: readonly string[] }
> = {
  'src/core': { rooms: [], packages: ['zod', '@marcbachmann/cel-js', '@marcbachmann/cel-js/evaluator', 're2js'] },
  'src/fabric': { rooms: ['src/core'], packages: ['zod'] },
  'src/parse': { rooms: ['src/core'] },
  'src/import': {
    rooms: ['src/core', 'src/parse'],
    packages: ['zod', 'yaml', 'unbash', 'mdast-util-from-markdown', 'mdast-util-to-string'],
  },
  'src/engine': { rooms: ['src/core'] },
  'src/host': { rooms: ['src/core'], types: ['src/engine'] },
  'src/store': { rooms: ['src/core'], types: ['src/engine'] },
  // It stands for everything around the engine.
  'src/rehearse': { rooms: ['src/core', 'src/engine'], packages: ['zod'] },
  'src/view': { rooms: ['src/core'] },
  'src/report': { rooms: ['src/core'], packages: ['@dagrejs/dagre'] },
};

/** The rooms above those, each of which may import what stands before it. */
const storeys = ['src/project', 'src/requirements', 'src/history', 'src/session', 'src/pages', 'src/live', 'src/cli'];

/** Which of the imports lead back to where they came from: each as a round of places. */
const circles = (edges: readonly (readonly [string, string])[]): string[] => {
  const targets = new Map<string, Set<string>>();
  for (const [from, to] of edges) if (from !== to) targets.set(from, (targets.get(from) ?? new Set()).add(to));
  const done = new Set<string>();
  const found: string[] = [];
  const follow = (place: string, way: readonly string[]): void => {
    const at = way.indexOf(place);
    if (at >= 0) found.push([...way.slice(at), place].join(' > '));
    if (at >= 0 || done.has(place)) return;
    for (const next of targets.get(place) ?? []) follow(next, [...way, place]);
    done.add(place);
  };
  for (const place of targets.keys()) follow(place, []);
  return found;
};

describe('the import law', () => {
  it.each(Object.entries(law))('holds for %s', (room, { rooms, types = [], packages }) => {
    const broken = filesIn(room)
      .flatMap(importsOf)
      .filter(({ to, typeOnly }) => {
        if (!to.startsWith('src/') && !to.startsWith('steps/')) return packages !== undefined && !packages.includes(to);
        const other = roomOf(to);
        return other !== room && !rooms.includes(other) && !(typeOnly && types.includes(other));
      });
    expect(broken.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('lets steps know the core, the fabric and the contract of step types', () => {
    const broken = filesIn('steps')
      .flatMap(importsOf)
      .filter(
        ({ to, typeOnly }) =>
          to.startsWith('src/') &&
          !/^src\/(core|fabric)\//.test(to) &&
          to !== 'src/engine/step-type.ts' &&
          !(typeOnly && to === 'src/engine/ports.ts'),
      );
    expect(broken.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('lets the rooms above those import only what stands before them', () => {
    const broken = storeys.flatMap((room, storey) =>
      filesIn(room)
        .flatMap(importsOf)
        .filter(({ to }) => storeys.indexOf(roomOf(to)) > storey),
    );
    expect(broken.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('lets no folder import one that imports it, not for types either', () => {
    const imports = ['src', 'steps'].flatMap(filesIn).flatMap(importsOf);
    const ours = imports.filter(({ to }) => to.startsWith('src/') || to.startsWith('steps/'));
    expect(circles(ours.map(({ from, to }) => [dirname(from), dirname(to)]))).toEqual([]);
  });
});
