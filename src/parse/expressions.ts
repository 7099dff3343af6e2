// Every expression of a workflow or variant is checked where it stands.
import type { z } from 'zod';
import { messageOf } from '../core/failure.ts';
import { isMap } from '../core/maps.ts';
import { pattern } from '../core/pattern.ts';
import type { Catalogue, Context } from './context.ts';
import { createExpressionChecker, type ExpressionChecker } from './expression-check.ts';
import type { Plain } from './merge.ts';
import { type Names, type Spot, type StepNames, stepNamesOf } from './names.ts';
import { didYouMean, lowerFirst } from './nearest.ts';
import { probeLists } from './shared-probes.ts';
import { checkSpelling } from './spelling.ts';
import { checkProbe } from './step-rules.ts';
import type { LinkedStep } from './steps.ts';
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

const keysOf = (value: unknown): ReadonlySet<string> => new Set(isMap(value) ? Object.keys(value) : []);

/** `env` and `cwd` hold for every step and are read before any; `facts` come after all. */
export const checkWorkflowExpressions = (context: Context, checker: ExpressionChecker, head: Plain): void => {
  checkSpelling(context, head, 'env');
  for (const key of ['env', 'cwd']) checker.templates(head, key, { step: undefined, locals: [], reads: 'none' });
  const { facts } = head;
  if (!isMap(facts)) return;
  for (const name of Object.keys(facts)) checker.cel(facts, name, { step: undefined, locals: [], reads: 'all' });
};

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
    return { at: 'regex', message: lowerFirst(messageOf(error)) };
  }
};

/** Probes with their kinds in place; `expect` reads what its kind sees. */
const checkProbes = (
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

export const checkVariantExpressions = (context: Context, variant: Plain): void => {
  const { model } = variant;
  if (typeof model === 'string') checkModel(context, variant, model);
  const names = {
    inputs: keysOf(variant['inputs']),
    secrets: keysOf(variant['secrets']),
    model: typeof model === 'string' ? model : undefined,
    models: new Set(context.request.models.keys()),
    steps: new Map(),
    aliases: new Map(),
  };
  const checker = createExpressionChecker(context, names);
  const before: Spot = { step: undefined, locals: [], reads: 'none' };
  checkSpelling(context, variant, 'env');
  checker.templates(variant, 'env', before);
  checkRender(checker, { variant, before });
  const { enter } = variant;
  if (!isMap(enter)) return;
  checker.templates(enter, 'places', before);
  const found = isMap(enter['let']) ? enter['let'] : {};
  for (const probe of Object.values(found)) {
    if (!isMap(probe)) continue;
    checkProbe(context, probe);
    checkProbes(context.request.catalogue, { checker, list: [probe], spot: { ...before, locals: ['place'] } });
  }
  const inside: Spot = { ...before, locals: ['place', ...Object.keys(found)] };
  for (const key of ['command', 'interactive', 'shell']) checker.templates(enter, key, inside);
};

const checkRender = (
  checker: ReturnType<typeof createExpressionChecker>,
  { variant, before }: { variant: Plain; before: Spot },
): void => {
  for (const entry of Array.isArray(variant['render']) ? variant['render'] : []) {
    if (!isMap(entry)) continue;
    checker.templates(entry, 'foreach', before);
    const locals = isMap(entry['foreach']) ? [...Object.keys(entry['foreach']), 'key'] : [];
    for (const key of ['template', 'to', 'values', 'with']) checker.templates(entry, key, { ...before, locals });
  }
};

const checkModel = (context: Context, variant: Plain, name: string): void => {
  const { models } = context.request;
  const model = models.get(name);
  if (model?.inputs) checkDefaults(context, variant['inputs'], model.inputs);
  if (model) return;
  const place = context.origins.placeAt(variant, 'model', 'value');
  const known = [...models.keys()];
  const hint = didYouMean(name, known) ?? (known.length > 0 ? `there is ${known.join(', ')}` : 'the project has none');
  if (place) context.report(place, { code: 'unknown-model', message: `there is no model \`${name}\``, hint });
};

/** The model's own rules for the values that will reach it unless others are given. */
const checkDefaults = ({ origins, report }: Context, inputs: unknown, schema: z.ZodType): void => {
  if (!isMap(inputs)) return;
  const specs = Object.entries(inputs).filter(([, spec]) => isMap(spec) && spec['default'] !== undefined) as [
    string,
    Plain,
  ][];
  const result = schema.safeParse(Object.fromEntries(specs.map(([name, spec]) => [name, spec['default']])));
  for (const issue of result.error?.issues ?? []) {
    const spec = specs.find(([name]) => name === issue.path[0])?.[1];
    const place = spec && origins.placeAt(spec, 'default', 'value');
    if (place) report(place, { code: 'wrong-default', message: `the model refuses it: ${issue.message}` });
  }
};
