// The inputs a command starts from when none are given: those the lab was deployed with, unless the defaults are asked for.
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
