// The names a workflow offers to expressions, and the expressions that stand outside its steps.
import type { Context } from './context.ts';
import type { ExpressionChecker } from './expression-check.ts';
import { isMap, type Plain } from './merge.ts';
import { type Names, type StepNames, stepNamesOf } from './names.ts';
import type { LinkedStep } from './order.ts';
import { checkSpelling } from './spelling.ts';
import type { VariantChain } from './variant.ts';

export const namesOf = (
  { request }: Context,
  { head, chain, steps }: { head: Plain; chain: VariantChain; steps: readonly LinkedStep[] },
): Names => {
  const { model } = chain.value;
  const known = new Map<string, StepNames>();
  const aliases = new Map<string, string>();
  for (const { id, step } of steps) {
    const { uses, outputs } = step as Plain;
    const type = typeof uses === 'string' ? request.catalogue.steps.get(uses) : undefined;
    const names = stepNamesOf(step, Object.keys(type?.outputs ?? {}));
    const unsure = (uses !== undefined && !type) || (outputs !== undefined && !isMap(outputs));
    known.set(id, unsure ? { ...names, outputs: undefined } : names);
    if (id.includes('-')) aliases.set(id.replaceAll('-', '_'), id);
  }
  return {
    inputs: keysOf(head['inputs']),
    secrets: keysOf(head['secrets']),
    model: typeof model === 'string' ? model : undefined,
    models: new Set(request.models.keys()),
    steps: known,
    aliases,
  };
};

export const keysOf = (value: unknown): ReadonlySet<string> => new Set(isMap(value) ? Object.keys(value) : []);

/** `env` and `cwd` hold for every step and are read before any; `facts` come after all. */
export const checkWorkflowExpressions = (context: Context, checker: ExpressionChecker, head: Plain): void => {
  checkSpelling(context, head, 'env');
  for (const key of ['env', 'cwd']) checker.templates(head, key, { step: undefined, locals: [], reads: 'none' });
  const { facts } = head;
  if (!isMap(facts)) return;
  for (const name of Object.keys(facts)) checker.cel(facts, name, { step: undefined, locals: [], reads: 'all' });
};
