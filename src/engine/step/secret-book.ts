// Secrets in what is kept for later, such as an undo: they are not written down, but where they can be read again is.
import { isAbsolute, resolve } from 'node:path';
import type { UndoRecord } from '../../core/event.ts';
import type { Scope } from '../../core/expression.ts';
import { createMasker, type Masker } from '../../core/mask.ts';
import type { Workflow } from '../../core/workflow.ts';
import type { Engine } from '../engine.ts';
import { StepError } from '../step-type.ts';

type Source = { readonly env: string } | { readonly file: string } | { readonly input: string };

export interface Secret {
  readonly name: string;
  readonly source: Source;
  readonly value: string;
}

/** The secrets of a workflow that have a value now, the longest first. */
export const secretsOf = ({ secrets = {}, inputs = {} }: Workflow, scope: Scope): readonly Secret[] => {
  const values = (scope['secrets'] ?? {}) as Readonly<Record<string, unknown>>;
  const given = (scope['inputs'] ?? {}) as Readonly<Record<string, unknown>>;
  const declared = Object.entries(secrets).map(([name, source]) => ({
    name,
    source,
    value: String(values[name] ?? ''),
  }));
  const asked = Object.entries(inputs)
    .filter(([, spec]) => spec.type === 'secret')
    .map(([name]) => ({ name: `inputs.${name}`, source: { input: name }, value: String(given[name] ?? '') }));
  return [...declared, ...asked].filter(({ value }) => value !== '').sort((a, b) => b.value.length - a.value.length);
};

/** The record with a mark in the place of each secret, and with where those can be read again. */
export const hideSecrets = (undo: UndoRecord, secrets: readonly Secret[], masker: Masker): UndoRecord => {
  const used = new Map<string, Source>();
  const hide = (text: string): string =>
    secrets.reduce((rest, { name, source, value }) => {
      if (!rest.includes(value)) return rest;
      used.set(name, source);
      return rest.replaceAll(value, mark(name));
    }, text);
  const { action, absent, ...rest } = throughStrings(undo, hide) as UndoRecord;
  const known = used.size === 0 ? {} : { secrets: Object.fromEntries(used) };
  // Other forms of a secret can't be brought back, but must not be written down either.
  return { ...rest, action: { ...masker.value(action), ...known }, absent: masker.value(absent) };
};

/** The record as it can be carried out, and what has to be hidden while it is. @throws StepError when a secret can't be read any more. */
export const revealSecrets = async (
  engine: Engine,
  undo: UndoRecord,
): Promise<{ readonly undo: UndoRecord; readonly masker: Masker }> => {
  const { secrets, ...action } = undo.action as { secrets?: Readonly<Record<string, Source>> };
  if (secrets === undefined) return { undo, masker: engine.masker };
  const values = await Promise.all(
    Object.entries(secrets).map(async ([name, source]) => [name, await readAgain(engine, source)] as const),
  );
  const reveal = (text: string): string =>
    values.reduce((rest, [name, value]) => rest.replaceAll(mark(name), value), text);
  const own = createMasker(
    values.map(([, value]) => value),
    (text) => Buffer.from(text).toString('base64'),
  );
  return { undo: throughStrings({ ...undo, action }, reveal) as UndoRecord, masker: both(own, engine.masker) };
};

const mark = (name: string): string => `***{${name}}`;

const readAgain = async (engine: Engine, source: Source): Promise<string> => {
  if ('env' in source) return engine.env[source.env] ?? missing(`set the environment variable ${source.env}`);
  if ('file' in source) {
    const path = isAbsolute(source.file) ? source.file : resolve(engine.projectDir, source.file);
    const text = await engine.host.readFile(path).catch(() => undefined);
    return text?.trimEnd() ?? missing(`put it into ${source.file}, a file you may read`);
  }
  const inputs = (engine.scope['inputs'] ?? {}) as Readonly<Record<string, unknown>>;
  const value = inputs[source.input];
  return typeof value === 'string' && value !== '' ? value : missing(`give it with --set ${source.input}=…`);
};

const missing = (remedy: string): never => {
  throw new StepError(`taking it away needs a secret that is not known any more; ${remedy}`);
};

const both = (first: Masker, second: Masker): Masker => ({
  hides: first.hides || second.hides,
  text: (text) => second.text(first.text(text)),
  value: (value) => second.value(first.value(value)),
  stream: () => {
    const [inner, outer] = [first.stream(), second.stream()];
    return {
      push: (chunk) => outer.push(inner.push(chunk)),
      flush: () => outer.push(inner.flush()) + outer.flush(),
    };
  },
});

const throughStrings = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => throughStrings(each, change));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, throughStrings(each, change)]));
};
