// What the words of a command say once variables are in their place; undefined where only a shell, at the time, can tell.
import type { Word, WordPart } from 'unbash';

export interface Scope {
  /** Variables by name; a value may hold `${{ … }}`. */
  readonly variables: ReadonlyMap<string, string>;
  /** What `pwd` says: the folder the person is in, as a workflow would name it. */
  readonly folder: string;
}

export const wordValue = (word: Word, scope: Scope): string | undefined => {
  if (word.parts === undefined) return word.text.startsWith('~') ? undefined : word.value;
  return joined(word.parts.map((part) => partValue(part, scope)));
};

/** Parts of a here-document. */
export const partsValue = (parts: readonly WordPart[], scope: Scope): string | undefined =>
  joined(parts.map((part) => partValue(part, scope)));

const joined = (values: readonly (string | undefined)[]): string | undefined =>
  values.every((value) => value !== undefined) ? values.join('') : undefined;

const partValue = (part: WordPart, scope: Scope): string | undefined => {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return part.value;
    case 'DoubleQuoted':
    case 'LocaleString':
      return joined(part.parts.map((each) => partValue(each, scope)));
    case 'SimpleExpansion':
      return variable(part.text.slice(1), scope);
    case 'ParameterExpansion':
      return parameterValue(part, scope);
    case 'CommandExpansion':
      return /^(\$\(\s*pwd\s*\)|`\s*pwd\s*`)$/.test(part.text) ? scope.folder : undefined;
    // A question mark in an address, and brackets: no file is meant.
    case 'Glob':
      return part.kind === 'question' ? part.text : undefined;
    default:
      return undefined;
  }
};

const variable = (name: string, { variables, folder }: Scope): string | undefined =>
  variables.get(name) ?? (name === 'PWD' ? folder : undefined);

const parameterValue = (part: Extract<WordPart, { type: 'ParameterExpansion' }>, scope: Scope): string | undefined => {
  const { parameter, prefix, index, operation } = part;
  if (prefix !== undefined || index !== undefined) return undefined;
  const value = variable(parameter, scope);
  if (operation === undefined) return value;
  if (operation.type !== 'Default' || !/^:?[-=]$/.test(operation.operator)) return undefined;
  return value ?? wordValue(operation.operand, scope);
};
