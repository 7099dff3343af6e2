// Opens an unchanged project without parsing and checking it again: what was found right in an earlier run counts as long as every
// file and folder that was looked at is the same, byte for byte. Only a run writes it down.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckedFile, keepChecked, recallChecked, type Seen } from '../store/checked-file.ts';
import { readPlainFile } from './files.ts';
import { build } from './version-of-lab.ts';

/** What reading files goes through, so that everything it saw is known afterwards. */
export interface Reader {
  readonly read: (path: string) => Promise<string | undefined>;
  readonly list: (folder: string) => Promise<readonly string[]>;
}

export interface CheckedFiles {
  /**
   * What `load` finds, which throws when it is not right; from before when nothing it rests on has changed. What was found under
   * `alike` counts as well.
   */
  open<T>(key: readonly string[], load: (reader: Reader) => Promise<T>, alike?: readonly string[]): Promise<T>;
  /** Writes down what was found in this process. */
  keep(): void;
}

const listNow = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);

export const reader: Reader = {
  read: async (path) => readPlainFile(path)?.toString('utf8'),
  list: async (folder) => listNow(folder),
};

/** Finds everything out anew. */
export const unchecked: CheckedFiles = { open: (_, load) => load(reader), keep: () => {} };

/** Names become names of files: one that could be a path is not remembered. */
const isPlain = (name: string): boolean => /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,199}$/.test(name);

/** Of a project in a state folder; other projects may use the same folder. */
export const checkedFiles = (stateDir: string, projectDir: string): CheckedFiles => {
  if (build === undefined) return unchecked;
  const fresh = new Map<readonly string[], { readonly seen: Seen; readonly text: string }>();
  /** What was recalled last, by name: a run opens the same before and after it takes the lock. */
  const recalled = new Map<string, { readonly text: string; readonly value: unknown }>();
  const fileOf = (key: readonly string[]): CheckedFile => ({
    folder: join(stateDir, 'checked'),
    name: key.join('.'),
    // Two keys may make one name: whose it is stands within.
    build: JSON.stringify([build, projectDir, ...key]),
  });
  const recall = (key: readonly string[]): unknown => {
    const text = recallChecked(fileOf(key), { read: readPlainFile, list: listNow });
    if (text === undefined) return undefined;
    const name = key.join('.');
    const before = recalled.get(name);
    const value = before?.text === text ? before.value : JSON.parse(text);
    recalled.set(name, { text, value });
    return value;
  };
  return {
    async open<T>(key: readonly string[], load: (reader: Reader) => Promise<T>, alike = key): Promise<T> {
      if (![key, alike].every((each) => isPlain(each.join('.')))) return load(reader);
      const known = recall(key) ?? (alike === key ? undefined : recall(alike));
      if (known !== undefined) return known as T;
      const { seen, watched } = watch();
      const found = await load(watched);
      const text = faithful(found);
      if (text !== undefined) fresh.set(key, { seen, text });
      return found;
    },
    keep() {
      for (const [key, { seen, text }] of fresh) keepChecked(fileOf(key), seen, text);
      fresh.clear();
    },
  };
};

const watch = (): { readonly seen: Seen; readonly watched: Reader } => {
  const files = new Map<string, string | undefined>();
  const folders = new Map<string, readonly string[]>();
  const watched: Reader = {
    async read(path) {
      const text = await reader.read(path);
      files.set(path, text);
      return text;
    },
    async list(folder) {
      const names = await reader.list(folder);
      folders.set(folder, names);
      return names;
    },
  };
  return { seen: { files, folders }, watched };
};

/** As JSON, unless it holds one of the few values that JSON changes, such as infinity. */
const faithful = (value: unknown): string | undefined => (survivesJson(value) ? JSON.stringify(value) : undefined);

const survivesJson = (value: unknown): boolean => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.every(survivesJson);
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(survivesJson);
};
