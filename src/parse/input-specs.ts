// Whether declared inputs make sense: bounds that leave room, patterns that compile, defaults that fit.
import { pattern } from '../core/pattern.ts';
import { inputSchema } from '../core/schema/input.ts';
import type { InputSpec } from '../core/workflow.ts';
import type { Context } from './context.ts';
import { problemOfInput } from './input-value.ts';
import { isMap } from './merge.ts';
import type { Finding } from './source.ts';

/** Specs without the shape of one are left out: that was reported already. */
export const checkInputSpecs = (context: Context, inputs: unknown): void => {
  if (!isMap(inputs)) return;
  for (const spec of Object.values(inputs)) {
    if (isMap(spec) && inputSchema.safeParse(spec).success) checkSpec(context, spec as unknown as InputSpec);
  }
};

const pairs = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
] as const;

const checkSpec = ({ origins, report }: Context, spec: InputSpec): void => {
  const at = (key: string, finding: Finding): void => {
    const place = origins.placeAt(spec, key, 'value');
    if (place) report(place, finding);
  };
  const bounds = spec as Readonly<Record<string, unknown>>;
  for (const [low, high] of pairs) {
    if (Number(bounds[low]) > Number(bounds[high])) {
      at(high, {
        code: 'wrong-bounds',
        message: `\`${high}\` is less than \`${low}\``,
        expected: `at least ${bounds[low]}`,
      });
    }
  }
  const broken = 'pattern' in spec && spec.pattern !== undefined ? brokenPattern(spec.pattern) : undefined;
  if (broken !== undefined) at('pattern', { code: 'wrong-regex', message: broken });
  if (broken !== undefined || !('default' in spec) || spec.default === undefined) return;
  if (JSON.stringify(spec.default).includes('${{')) {
    const expected = 'a plain value; what is computed from inputs belongs where it is used';
    at('default', { code: 'wrong-default', message: 'no expression is computed in the default of an input', expected });
    return;
  }
  const problem = problemOfInput(spec, spec.default);
  if (problem) at('default', { code: 'wrong-default', ...problem });
};

const brokenPattern = (source: string): string | undefined => {
  try {
    return pattern(source) && undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
