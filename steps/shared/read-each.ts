// Reading a list or a map that a tool answers with: each entry by itself, so that one that is not understood takes no other with it. Pure.
import type * as z from 'zod';
import { isMap } from '../../src/core/maps.ts';

export interface ReadEach<Entry> {
  readonly entries: readonly Entry[];
  /** What was not understood and why, one sentence an entry. */
  readonly unread: readonly string[];
}

/** Entries of a list that fit the shape, and what is off with the others; something else than a list is one entry that does not fit. */
export const readEach = <Shape extends z.ZodType>(shape: Shape, list: unknown): ReadEach<z.output<Shape>> => {
  if (!Array.isArray(list)) return { entries: [], unread: [`a list was expected, not ${inShort(list)}`] };
  const entries: z.output<Shape>[] = [];
  const unread: string[] = [];
  for (const each of list) {
    const read = shape.safeParse(each);
    if (read.success) entries.push(read.data);
    else unread.push(`${inShort(each)}: ${read.error.issues.map(issueText).join('; ')}`);
  }
  return { entries, unread };
};

/** The same for a map: values that fit the shape by their keys, and what is off with the others; nothing at all is an empty one. */
export const readFields = <Shape extends z.ZodType>(
  shape: Shape,
  map: unknown,
): { readonly fields: Readonly<Record<string, z.output<Shape>>>; readonly unread: readonly string[] } => {
  if (map === undefined || map === null) return { fields: {}, unread: [] };
  if (!isMap(map)) return { fields: {}, unread: [`a map was expected, not ${inShort(map)}`] };
  const fields: Record<string, z.output<Shape>> = {};
  const unread: string[] = [];
  for (const [key, value] of Object.entries(map)) {
    const { entries, unread: off } = readEach(shape, [value]);
    for (const entry of entries) fields[key] = entry;
    unread.push(...off.map((why) => `${key}: ${why}`));
  }
  return { fields, unread };
};

const issueText = ({ path, message }: z.core.$ZodIssue): string =>
  path.length === 0 ? message : `${path.join('.')}: ${message}`;

const inShort = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
};

/** The value that a tool printed as JSON; undefined when it is none. */
export const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
