// A project's own step types, probe types and models: every export of the files in its steps/ and models/ that is one.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { ProbeType, Registry, StepType } from '../engine/step-type.ts';
import { formatDiagnostics } from '../view/snippet.ts';
import { CliError, exitCode } from './exit-code.ts';
import { loadModule, mistakeAt } from './load-module.ts';
import type { Project } from './project.ts';
import { flawsOf, type Kind, kindOf, type Model, type NamedModel } from './type-shape.ts';

interface Found {
  readonly kind: Kind;
  readonly value: { readonly name: string };
  readonly file: string;
  readonly exported: string;
}

interface Types extends Registry {
  readonly models: ReadonlyMap<string, Model>;
}

/** The types that come with `lab` and the project's own. @throws CliError with every mistake in its files. */
export const withOwnTypes = async ({ dir }: Project, builtIn: Types): Promise<Types> => {
  const files = ['steps', 'models'].flatMap((folder) => sourcesIn(join(dir, folder)));
  const mistakes: Diagnostic[] = [];
  const found: Found[] = [];
  for (const file of files) {
    const loaded = await loadModule(file, dir);
    if (loaded.ok) found.push(...typesIn(loaded.exports, file));
    else mistakes.push(loaded.mistake);
  }
  mistakes.push(...found.flatMap((each) => shapeMistakes(each, dir)), ...nameMistakes(found, { dir, builtIn }));
  if (mistakes.length > 0) throw new CliError(exitCode.file, formatDiagnostics(mistakes));
  return {
    steps: new Map([...builtIn.steps, ...named<StepType>(found, 'step type')]),
    probes: new Map([...builtIn.probes, ...named<ProbeType>(found, 'probe type')]),
    models: new Map([...builtIn.models, ...named<NamedModel>(found, 'model')]),
  };
};

const sourcesIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /\.(m?js|m?ts)$/.test(name) && !/\.d\.m?ts$/.test(name))
        .sort()
        .map((name) => join(folder, name))
    : [];

/** The same value under two names, such as `default`, is one type. */
const typesIn = (exports: Readonly<Record<string, unknown>>, file: string): readonly Found[] => {
  const byValue = new Map(Object.entries(exports).map(([exported, value]) => [value, exported]));
  return [...byValue].flatMap(([value, exported]) => {
    const kind = kindOf(value);
    return kind === undefined ? [] : [{ kind, value: value as Found['value'], file, exported }];
  });
};

const named = <T>(found: readonly Found[], kind: Kind): readonly (readonly [string, T])[] =>
  found.filter((each) => each.kind === kind).map(({ value }) => [value.name, value as T]);

const shapeMistakes = (found: Found, dir: string): readonly Diagnostic[] =>
  flawsOf(found.kind, found.value).map((flaw) => mistakeAt(spotOf(found), dir, { code: 'type-shape', ...flaw }));

const nameMistakes = (
  found: readonly Found[],
  { dir, builtIn }: { readonly dir: string; readonly builtIn: Types },
): readonly Diagnostic[] => {
  const taken: Readonly<Record<Kind, ReadonlyMap<string, unknown>>> = {
    'step type': builtIn.steps,
    'probe type': builtIn.probes,
    model: builtIn.models,
  };
  const first = new Map<string, Found>();
  return found.flatMap((each) => {
    const { kind, value } = each;
    const key = `${kind} ${value.name}`;
    const other = first.get(key);
    if (!other) first.set(key, each);
    if (!other && !taken[kind].has(value.name)) return [];
    const where = other ? `in ${relative(dir, other.file)}` : 'among those that come with `lab`';
    const said = { code: 'name-taken', message: `there is a ${kind} named \`${value.name}\` already, ${where}` };
    return [mistakeAt(spotOf(each), dir, { ...said, hint: 'give it a name of its own, such as that of your project' })];
  });
};

/** The line that exports it, as far as a look at the text tells. */
const spotOf = ({ file, exported }: Found): { readonly file: string; readonly line: number } => {
  const lines = readFileSync(file, 'utf8').split('\n');
  const word = new RegExp(`\\bexport\\b.*\\b${exported}\\b`);
  const at = lines.findIndex((line) => word.test(line));
  return { file, line: Math.max(at, 0) + 1 };
};
