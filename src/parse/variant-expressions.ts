// What a variant says beyond its shape: its model exists, its inputs fit the model, its expressions read what there is.
import type { z } from 'zod';
import type { Context } from './context.ts';
import { createExpressionChecker } from './expression-check.ts';
import { isMap, type Plain } from './merge.ts';
import type { Spot } from './names.ts';
import { didYouMean } from './nearest.ts';
import { checkProbe } from './probe-rules.ts';
import { checkSpelling } from './spelling.ts';
import { checkProbes } from './step-expressions.ts';
import { keysOf } from './workflow-expressions.ts';

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
