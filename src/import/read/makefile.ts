// A Makefile as targets with their recipes, as far as it is plain: variables of text, rules, recipes. What is make's own language beyond
// that (functions, conditionals, patterns) is told as not read; nothing is run to find out.
import { type Line, linesOf, type Source } from './source.ts';

export interface Target {
  readonly name: string;
  readonly line: number;
  readonly needs: readonly string[];
  /** With variables in place, and without the marks `@`, `-` and `+`. */
  readonly recipe: readonly Line[];
  /** The comment above it or at its end. */
  readonly comment: string;
}

export interface Makefile {
  readonly file: string;
  readonly targets: readonly Target[];
  /** What `make` alone makes. */
  readonly first: string | undefined;
  readonly unread: readonly { readonly line: number; readonly text: string; readonly why: string }[];
}

interface Reading {
  readonly variables: Map<string, string>;
  readonly targets: Map<string, { line: number; needs: string[]; recipe: Line[]; comment: string }>;
  readonly unread: { line: number; text: string; why: string }[];
  phony: readonly string[];
  goal: string | undefined;
}

export const readMakefile = (source: Source): Makefile => {
  const reading: Reading = { variables: new Map(), targets: new Map(), unread: [], phony: [], goal: undefined };
  let current: string[] = [];
  let comment = '';
  for (const line of joined(linesOf(source.text))) {
    if (line.text.startsWith('\t') && current.length > 0) {
      for (const name of current) reading.targets.get(name)?.recipe.push({ ...line, text: line.text.slice(1) });
      continue;
    }
    const text = line.text.trim();
    if (text === '') comment = '';
    else if (text.startsWith('#')) comment = text.replace(/^#+\s*/, '');
    else if (!readVariable(reading, text)) {
      const names = readRule(reading, line, comment);
      if (names === undefined) reading.unread.push({ line: line.number, text, why: "this is make's own language" });
      else current = names;
    }
  }
  return finish(source.name, reading);
};

/** Lines that end with a backslash go on in the next, also in recipes, where the shell reads them so. */
const joined = (lines: readonly Line[]): readonly Line[] => {
  const result: Line[] = [];
  let open: Line | undefined;
  for (const line of lines) {
    const text: string = open === undefined ? line.text : `${open.text.replace(/\\$/, '')} ${line.text.trim()}`;
    const whole: Line = { number: open?.number ?? line.number, text };
    open = text.endsWith('\\') ? whole : undefined;
    if (open === undefined) result.push(whole);
  }
  return open === undefined ? result : [...result, open];
};

const readVariable = ({ variables }: Reading, text: string): boolean => {
  const [, name, operator, value = ''] =
    /^(?:export\s+|override\s+)?([\w.-]+)\s*(::?=|\?=|\+=|=)\s*(.*)$/.exec(text) ?? [];
  if (name === undefined) return /^(un)?export(\s+[\w\s]+)?$/.test(text);
  const plain = value.replace(/\s+#.*$/, '');
  if (operator === '?=' && variables.has(name)) return true;
  variables.set(name, operator === '+=' ? `${variables.get(name) ?? ''} ${plain}`.trim() : plain);
  return true;
};

const readRule = (reading: Reading, { number, text }: Line, above: string): string[] | undefined => {
  const [, left, right = ''] = /^([^:=#]+?)\s*::?(?!=)\s*(.*)$/.exec(text) ?? [];
  if (left === undefined || /^(if|else|endif|include|-include|define|endef|vpath)\b/.test(left)) return undefined;
  const [, needs = '', help = ''] = /^([^#]*?)\s*(?:#+\s*(.*))?$/.exec(right) ?? [];
  const names = expand(left, reading.variables).split(/\s+/);
  const wanted = expand(needs.split('|').join(' ').split(';')[0] ?? '', reading.variables)
    .split(/\s+/)
    .filter(Boolean);
  if (names[0] === '.DEFAULT_GOAL') return undefined;
  if (names[0]?.startsWith('.')) {
    if (names[0] === '.PHONY') reading.phony = [...reading.phony, ...wanted];
    return [];
  }
  if (names.some((name) => name.includes('%') || name.includes('$'))) return undefined;
  for (const name of names) {
    const known = reading.targets.get(name);
    if (known) known.needs.push(...wanted);
    else reading.targets.set(name, { line: number, needs: wanted, recipe: [], comment: help || above });
  }
  reading.goal ??= names[0];
  return names;
};

const finish = (file: string, { variables, targets, unread, goal }: Reading): Makefile => ({
  ...{ file, unread },
  first: variables.get('.DEFAULT_GOAL') ?? goal,
  targets: [...targets].map(([name, { line, needs, recipe, comment }]) => ({
    ...{ name, line, needs, comment },
    recipe: recipe.map((each) => ({
      number: each.number,
      text: expand(
        each.text.replace(/^\s*[@+-]+\s*/, ''),
        new Map([...variables, ['@', name], ['<', needs[0] ?? ''], ['^', needs.join(' ')]]),
      ),
    })),
  })),
});

/** `$(NAME)`, `${NAME}`, `$@`; `$$` is the shell's. A function such as `$(shell …)` stays as it is, and no shell reads it so. */
const expand = (text: string, variables: ReadonlyMap<string, string>, depth = 0): string =>
  text.replaceAll(
    /\$(?:\$|\(([\w.-]+)\)|\{([\w.-]+)\}|([@<^]))/g,
    (whole, round?: string, curly?: string, mark?: string) => {
      if (whole === '$$') return '$';
      const name = round ?? curly ?? mark ?? '';
      if (name === 'MAKE') return 'make';
      if (name === 'CURDIR' || name === 'PWD') return '$(pwd)';
      const value = variables.get(name);
      // Set by whoever calls make: the shell has it too.
      if (value === undefined) return /^[@<^]$/.test(name) ? whole : `\${${name}}`;
      return depth > 8 ? value : expand(value, variables, depth + 1);
    },
  );
