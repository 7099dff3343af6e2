// Inputs as a person reads them: name, type, default, meaning.
import type { InputSpec } from '../core/workflow.ts';

/** One row an input. */
export const chosenInputs = (specs: Readonly<Record<string, InputSpec>>): readonly (readonly string[])[] =>
  Object.entries(specs).map(([name, spec]) => [name, typeOf(spec), defaultOf(spec), spec.description ?? '']);

const typeOf = (spec: InputSpec): string => (spec.type === 'enum' ? spec.values.join('|') : spec.type);

const defaultOf = (spec: InputSpec): string => {
  if ('default' in spec && spec.default !== undefined)
    return `= ${typeof spec.default === 'string' && spec.default !== '' ? spec.default : JSON.stringify(spec.default)}`;
  return spec.required === true ? 'required' : '';
};
