// A JSON Schema as tables for people: what each key takes, what holds without it, what it means and how it is written.
import { stringify } from 'yaml';

export type Json = { readonly [key: string]: unknown };

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isJson) : []);

/** Where the page explains a shape that stands in several places. */
const sections: Readonly<Record<string, string>> = {
  step: '[step](#steps)',
  include: '[include](#files-that-share-steps)',
  patch: '[patch](#files-that-share-steps)',
  probe: '[probe](#probes)',
  undo: '[undo](#undo)',
  retry: '[retry](#retry)',
  created: '[created thing](#undo)',
  input: '[input](#inputs)',
  render: '[rendered file](#render)',
};

/** @param definitions what references name */
export const keyTable = (schema: Json, definitions: Readonly<Record<string, Json>> = {}): string => {
  const properties = isJson(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const rows = Object.entries(properties)
    .filter((entry): entry is [string, Json] => isJson(entry[1]))
    .map(([key, each]) => {
      const name = required.includes(key) ? `**\`${key}\`**` : `\`${key}\``;
      return `| ${name} | ${wordsFor(each)} | ${meaningOf(key, { ...referred(each, definitions), ...each })} |`;
    });
  return ['| key | takes | meaning |', '| --- | --- | --- |', ...rows].join('\n');
};

const meaningOf = (key: string, schema: Json): string => {
  const { description, default: otherwise } = schema;
  const [example] = Array.isArray(schema['examples']) ? (schema['examples'] as unknown[]) : [];
  const said = typeof description === 'string' ? description : '';
  return [
    ...(said === '' ? [] : [`${cell(said)}.`]),
    ...(otherwise === undefined || isEmpty(otherwise) ? [] : [`Default ${code(inline(otherwise))}.`]),
    ...(example === undefined ? [] : [`${code(inline({ [key]: example }))}`]),
  ].join(' ');
};

const nameIn = (schema: Json): string | undefined => {
  const reference = schema['$ref'] ?? listOf(schema['allOf'])[0]?.['$ref'];
  return typeof reference === 'string' ? reference.split('/').at(-1) : undefined;
};

const referred = (schema: Json, definitions: Readonly<Record<string, Json>>): Json =>
  definitions[nameIn(schema) ?? ''] ?? {};

/** One line of YAML, as it would stand in a file. */
export const inline = (value: unknown): string => {
  const text = stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trim();
  return isJson(value) ? text.replace(/^\{ (.*) \}$/s, '$1') : text;
};

/** What goes without saying. */
const isEmpty = (value: unknown): boolean => ['{}', '[]', '""'].includes(JSON.stringify(value));

const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
const cell = (text: string): string => text.replaceAll('|', '\\|');

const expression = '${{ }}';

/** What a value may be, in words. */
export const wordsFor = (schema: Json): string => {
  const alternatives = [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])];
  if (alternatives.length > 0) {
    const words = alternatives.map(wordsFor).filter((each) => each !== expression);
    const open = words.length < alternatives.length ? ` or \`${expression}\`` : '';
    return `${joined([...new Set(words)])}${open}`;
  }
  return plainWords(schema);
};

const plainWords = (schema: Json): string => {
  const name = nameIn(schema);
  if (name !== undefined) return sections[name] ?? 'map';
  if (schema['const'] !== undefined) return `\`${schema['const']}\``;
  if (Array.isArray(schema['type'])) return joined(schema['type'].map((type) => plainWords({ type })));
  if (Array.isArray(schema['enum'])) return joined(schema['enum'].map((each) => `\`${each}\``));
  switch (schema['type']) {
    case 'string':
      return textWords(schema);
    case 'integer':
    case 'number':
      return numberWords(schema);
    case 'boolean':
      return '`true` or `false`';
    case 'array':
      return listWords(schema['items']);
    case 'object':
      return mapWords(schema);
    default:
      return 'anything';
  }
};

const textWords = ({ pattern, description, $comment }: Json): string => {
  if (pattern === '\\$\\{\\{') return expression;
  if (typeof pattern === 'string' && pattern.includes('ms|s|m|h|d')) return 'duration';
  if (description === 'The name of a shared probe') return 'name';
  return $comment === 'CEL' ? 'CEL' : 'text';
};

const numberWords = ({ type, minimum, maximum }: Json): string => {
  const name = type === 'integer' ? 'whole number' : 'number';
  const least = typeof minimum === 'number' && minimum > Number.MIN_SAFE_INTEGER ? `, at least ${minimum}` : '';
  const most = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? `, at most ${maximum}` : '';
  return `${name}${least}${most}`;
};

const listWords = (items: unknown): string => {
  const inner = isJson(items) ? wordsFor(items) : 'anything';
  return inner === 'anything' ? 'list' : `list of ${inner}`;
};

const mapWords = ({ additionalProperties, properties }: Json): string => {
  if (isJson(properties))
    return `map of ${Object.keys(properties)
      .map((key) => `\`${key}\``)
      .join(', ')}`;
  const inner = isJson(additionalProperties) ? wordsFor(additionalProperties) : 'anything';
  return inner === 'anything' ? 'map' : `map of ${inner}`;
};

const joined = (words: readonly string[]): string =>
  words.length < 3 ? words.join(' or ') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
