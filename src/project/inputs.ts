// Inputs: those a command starts from when none are given, and how they are shown.
import type { InputSpec } from '../core/workflow.ts';
import type { StateData } from '../store/state.ts';
import type { Opened } from './open-workflow.ts';
import type { WorkflowOptions } from './options.ts';

export const earlierInputs = (
  { deployed }: StateData,
  variant: string,
  options: WorkflowOptions,
): Readonly<Record<string, unknown>> =>
  options.defaults === true || deployed?.variant !== variant ? {} : deployed.inputs;

/** One line that says which inputs are as deployed and not as the files say; undefined when there are none such. */
export const stickyInputs = (opened: Opened, earlier: Readonly<Record<string, unknown>>): string | undefined => {
  const kept = Object.entries(opened.shownInputs).filter(([name, value]) => {
    const spec = opened.workflow.inputs?.[name];
    const usual = spec && 'default' in spec ? spec.default : undefined;
    const same = JSON.stringify(earlier[name]) === JSON.stringify(value);
    return Object.hasOwn(earlier, name) && same && JSON.stringify(value) !== JSON.stringify(usual);
  });
  if (kept.length === 0) return undefined;
  const shown = kept.map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `inputs as deployed: ${shown.join(' ')}; --defaults goes back to the files' own`;
};

/** One row an input. */
export const chosenInputs = (specs: Readonly<Record<string, InputSpec>>): readonly (readonly string[])[] =>
  Object.entries(specs).map(([name, spec]) => [name, typeOf(spec), defaultOf(spec), spec.description ?? '']);

const typeOf = (spec: InputSpec): string => (spec.type === 'enum' ? spec.values.join('|') : spec.type);

const defaultOf = (spec: InputSpec): string => {
  if ('default' in spec && spec.default !== undefined)
    return `= ${typeof spec.default === 'string' && spec.default !== '' ? spec.default : JSON.stringify(spec.default)}`;
  return spec.required === true ? 'required' : '';
};
