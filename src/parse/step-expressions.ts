// Walks a step, and the workflow around it, to every string that is or holds CEL, and says which names are read there.
import { pattern } from '../core/pattern.ts';
import { lowerFirst } from './cel-message.ts';
import type { Catalogue, Context } from './context.ts';
import type { ExpressionChecker } from './expression-check.ts';
import { isMap, type Plain } from './merge.ts';
import type { Spot } from './names.ts';
import type { LinkedStep } from './order.ts';
import { probeLists } from './shared-probes.ts';

const afterCommand = ['exitCode', 'stdout', 'stderr', 'message', 'json', 'lines'];
const afterStepType = ['result'];
const afterAttempt = ['exitCode', 'message', 'stdout', 'stderr', 'attempt'];

/** Keys that hold names, never expressions, and keys that are walked by rules of their own. */
const elsewhere = new Set([
  'id',
  'was',
  'needs',
  'uses',
  'concurrency',
  'if',
  'key',
  'foreach',
  'retry',
  'outputs',
  'undo',
  'creates',
  ...probeLists,
]);

export const checkStepExpressions = (
  context: Context,
  checker: ExpressionChecker,
  { step, id, written = [] }: LinkedStep,
): void => {
  const outside: Spot = { step: id, locals: [], reads: 'needs' };
  const variables = isMap(step['foreach']) ? [...Object.keys(step['foreach']), 'key'] : [];
  const spot: Spot = { ...outside, locals: variables };
  const plain: Plain = step;
  for (const key of Object.keys(plain)) if (!elsewhere.has(key)) checker.templates(plain, key, spot);
  checker.condition(plain, 'if', spot);
  checker.cel(plain, 'key', spot);
  checker.templates(plain, 'foreach', outside);
  checkRetry(checker, plain['retry'], spot);
  for (const index of written.keys()) checker.templates(written, index, spot);
  const after = plain['uses'] === undefined ? afterCommand : afterStepType;
  checkOutputs(context, { checker, outputs: plain['outputs'], spot: { ...spot, locals: [...variables, ...after] } });
  for (const key of probeLists) checkProbes(context.request.catalogue, { checker, list: plain[key], spot });
  checker.templates(plain, 'creates', spot);
  const { undo } = plain;
  if (!isMap(undo)) return;
  for (const key of Object.keys(undo)) if (key !== 'absent' && key !== 'uses') checker.templates(undo, key, spot);
  checkProbes(context.request.catalogue, { checker, list: undo['absent'], spot });
};

const checkRetry = (checker: ExpressionChecker, retry: unknown, spot: Spot): void => {
  if (!isMap(retry)) return;
  for (const key of Object.keys(retry)) if (key !== 'when') checker.templates(retry, key, spot);
  checker.condition(retry, 'when', { ...spot, locals: [...spot.locals, ...afterAttempt] });
};

const checkOutputs = (
  { origins, report }: Context,
  { checker, outputs, spot }: { checker: ExpressionChecker; outputs: unknown; spot: Spot },
): void => {
  if (!isMap(outputs)) return;
  for (const [name, output] of Object.entries(outputs)) {
    checker.cel(outputs, name, spot);
    if (!isMap(output) || typeof output['regex'] !== 'string') continue;
    const problem = problemOfRegex(output['regex'], output['group']);
    const place = problem && origins.placeAt(output, problem.at, 'value');
    if (place) report(place, { code: 'wrong-regex', message: problem.message });
  }
};

/** What is wrong with a pattern, or with the group that is taken from it. */
const problemOfRegex = (source: string, group: unknown): { at: 'regex' | 'group'; message: string } | undefined => {
  try {
    const { groups, names } = pattern(source);
    if (typeof group === 'number' && (group < 0 || group > groups)) {
      return { at: 'group', message: `the pattern has no group ${group}` };
    }
    if (typeof group === 'string' && !names.includes(group)) {
      return { at: 'group', message: `the pattern has no group named \`${group}\`` };
    }
    return undefined;
  } catch (error) {
    return { at: 'regex', message: lowerFirst(error instanceof Error ? error.message : String(error)) };
  }
};

/** Probes with their kinds in place; `expect` reads what its kind sees. */
export const checkProbes = (
  catalogue: Catalogue,
  { checker, list, spot }: { checker: ExpressionChecker; list: unknown; spot: Spot },
): void => {
  if (!Array.isArray(list)) return;
  for (const probe of list) {
    if (!isMap(probe)) continue;
    const kind = catalogue.probes.get(String(probe['probe']));
    for (const key of Object.keys(probe)) if (key !== 'expect' && key !== 'probe') checker.templates(probe, key, spot);
    if (kind) checker.condition(probe, 'expect', { ...spot, locals: [...spot.locals, ...Object.keys(kind.values)] });
  }
};
