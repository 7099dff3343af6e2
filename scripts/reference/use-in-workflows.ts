// Where the workflows of this project use a step type or a probe: the example that the reference shows of it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { probeSchema } from '../../src/core/schema/probe.ts';
import type { Json } from './key-table.ts';

export interface Uses {
  /** YAML of the shortest use; undefined when there is none. */
  ofStep(name: string): string | undefined;
  ofProbe(name: string): string | undefined;
}

export const usesIn = (folders: readonly string[]): Uses => {
  const maps = folders.flatMap(filesBelow).flatMap((file) => mapsIn(parse(readFileSync(file, 'utf8'))));
  const shortest = (found: readonly Json[]): string | undefined =>
    found.map(written).sort((a, b) => a.length - b.length || a.localeCompare(b))[0];
  return {
    ofStep: (name) =>
      shortest(
        maps
          .filter((map) => map['uses'] === name && map['with'] !== undefined)
          .map(({ uses, with: input }) => ({ uses, with: input })),
      ),
    ofProbe: (name) => shortest(maps.filter((map) => map['probe'] === name).map(ownKeys)),
  };
};

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(folder, name));

const mapsIn = (value: unknown): readonly Json[] => {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(mapsIn);
  return Array.isArray(value) ? inner : [value as Json, ...inner];
};

const general = new Set(Object.keys(probeSchema.shape));
const kept = new Set(['probe', 'expect']);

/** What is about the kind: its own keys, and what is expected of them. */
const ownKeys = (probe: Json): Json =>
  Object.fromEntries(Object.entries(probe).filter(([key]) => kept.has(key) || !general.has(key)));

const written = (value: Json): string => stringify(value, { lineWidth: 110 });
