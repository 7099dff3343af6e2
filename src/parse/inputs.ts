// The inputs of a run: what was given on the command line and in a file, over the defaults.
import type { InputSpec } from '../core/workflow.ts';
import { type InputProblem, problemOfInput, readInputText } from './input-value.ts';
import { nearest } from './nearest.ts';

export interface InputComplaint {
  /** The input's name; for text without a name, the text. */
  readonly input: string;
  readonly message: string;
  readonly hint?: string;
  /** Of a map: the name whose value is meant. */
  readonly at?: string;
}

export type ResolvedInputs =
  | { readonly ok: true; readonly values: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problems: readonly InputComplaint[] };

export interface GivenInputs {
  /** `NAME=VALUE`; of several for one name the last counts. */
  readonly set: readonly string[];
  /** The content of `--inputs FILE`. */
  readonly file?: unknown;
}

/** Secrets must not be shown: what is wrong with one is told without its value. */
const hidden = (spec: InputSpec, message: string): string =>
  spec.type === 'secret' ? 'the value does not fit' : message;

/** An input that is neither given nor has a default is absent from the values, unless it is required. */
export const resolveInputs = (specs: Readonly<Record<string, InputSpec>>, given: GivenInputs): ResolvedInputs => {
  const problems: InputComplaint[] = [];
  const values: Record<string, unknown> = {};
  const named = new Set<string>();
  const take = (name: string, read: (spec: InputSpec) => ReturnType<typeof readInputText>): void => {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (!spec) {
      problems.push(unknownInput(name, Object.keys(specs)));
      return;
    }
    named.add(name);
    const reading = read(spec);
    if (reading.ok) values[name] = reading.value;
    else problems.push(complaint(name, { ...reading.problem, message: hidden(spec, reading.problem.message) }));
  };
  const texts = assignments(given.set, problems);
  for (const [name, value] of fileEntries(given.file, problems)) {
    if (texts.has(name)) continue;
    take(name, (spec) => {
      const problem = problemOfInput(spec, value);
      return problem ? { ok: false, problem } : { ok: true, value };
    });
  }
  for (const [name, text] of texts) take(name, (spec) => readInputText(spec, text));
  for (const [name, spec] of Object.entries(specs)) {
    if (named.has(name)) continue;
    if ('default' in spec && spec.default !== undefined) values[name] = spec.default;
    else if (spec.required) problems.push({ input: name, message: 'a value is required', hint: `--set ${name}=…` });
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, values };
};

const assignments = (set: readonly string[], problems: InputComplaint[]): ReadonlyMap<string, string> => {
  const texts = new Map<string, string>();
  for (const each of set) {
    const cut = each.indexOf('=');
    if (cut > 0) texts.set(each.slice(0, cut).trim(), each.slice(cut + 1));
    else problems.push({ input: each, message: 'no value', hint: '--set NAME=VALUE' });
  }
  return texts;
};

const fileEntries = (file: unknown, problems: InputComplaint[]): readonly (readonly [string, unknown])[] => {
  if (file === undefined || file === null) return [];
  if (typeof file === 'object' && !Array.isArray(file)) return Object.entries(file);
  problems.push({ input: '--inputs', message: 'the file holds no map of inputs', hint: 'one `NAME: VALUE` a line' });
  return [];
};

const unknownInput = (name: string, known: readonly string[]): InputComplaint => {
  const near = nearest(name, known);
  const listed = known.length > 0 ? `the inputs are ${known.join(', ')}` : 'this workflow has no inputs';
  return {
    input: name,
    message: 'there is no such input',
    hint: near === undefined ? listed : `did you mean \`${near}\`?`,
  };
};

const complaint = (input: string, { message, expected, ...more }: InputProblem): InputComplaint => ({
  input,
  message: `${message}; expected ${expected}`,
  ...more,
});
