// The list of a foreach step that rests on outputs of other steps: what becomes of it once they are known.
import { ExpressionError, type Scope } from '../../core/expression.ts';
import type { Failure } from '../../core/failure.ts';
import { evaluateCondition } from '../../core/template.ts';
import type { StepSpec } from '../../core/workflow.ts';
import type { Engine } from '../engine.ts';
import { ExpansionError, expand, readsItem, type Unit } from '../step/unit.ts';

/** Parent and children; or the end that the step has without any, and why. */
export type LateList =
  | { readonly units: readonly Unit[] }
  | { readonly outcome: 'skipped'; readonly reason: string }
  | { readonly outcome: 'failed'; readonly reason: string; readonly failure: Failure };

export const expandLate = ({ masker }: Engine, step: StepSpec, scope: Scope): LateList => {
  try {
    const reason = whySkipped(step, scope);
    return reason === undefined ? { units: expand(step, { scope, masker }) } : { outcome: 'skipped', reason };
  } catch (error) {
    if (!(error instanceof ExpressionError || error instanceof ExpansionError)) throw error;
    const message = masker.text(error.message);
    const source = error instanceof ExpressionError ? error.source : '';
    const failure = { kind: 'expression', where: step.id, source, message } as const;
    return { outcome: 'failed', reason: message, failure };
  }
};

/** Whether its `if` is false for all its children; then nobody asks for their list. */
const whySkipped = (step: StepSpec, scope: Scope): string | undefined => {
  if (step.if === undefined || readsItem(step)) return undefined;
  return evaluateCondition(step.if, scope) ? undefined : `its if is false: ${step.if}`;
};
