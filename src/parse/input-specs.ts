// What a workflow declares as its inputs, and what a model needs of them.
import { messageOf } from '../core/failure.ts';
import { isMap } from '../core/maps.ts';
import { pattern } from '../core/pattern.ts';
import { inputSchema } from '../core/schema/input.ts';
import type { InputSpec } from '../core/workflow.ts';
import type { Context } from './context.ts';
import { problemOfInput } from './input-value.ts';
import { nearest } from './nearest.ts';
import type { Finding } from './source.ts';
import type { VariantChain } from './variant.ts';

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
    return messageOf(error);
  }
};

/** Reports an input that is nearly one of the model's, and that no expression of the variant's files reads. */
export const checkModelInputs = async (context: Context, chain: VariantChain, inputs: unknown): Promise<void> => {
  const { models } = context.request;
  const shape = (models.get(String(chain.value['model']))?.inputs as { shape?: object } | undefined)?.shape;
  if (!shape || !isMap(inputs)) return;
  const known = Object.keys(shape);
  for (const name of Object.keys(inputs)) {
    const near = known.includes(name) ? undefined : nearest(name, known);
    const place = context.origins.placeAt(inputs, name, 'key');
    // The file may be of a variant that this one does not extend.
    const own = place?.source.text ?? '';
    if (near === undefined || reads(own, name) || (await isRead(context, chain, name))) continue;
    const message = `nothing reads the input \`${name}\`, and the model has none of that name`;
    if (place) context.report(place, { code: 'unread-input', message, hint: `did you mean \`${near}\`?` });
  }
};

const reads = (text: string, name: string): boolean =>
  new RegExp(`\\binputs\\s*(\\.\\s*${name}\\b|\\[\\s*["']${name}["']\\s*\\])`).test(text);

const isRead = async ({ request }: Context, { folders }: VariantChain, name: string): Promise<boolean> => {
  for (const folder of folders)
    for (const entry of await request.list(folder))
      if (entry.endsWith('.yaml') && reads((await request.read(`${folder}/${entry}`)) ?? '', name)) return true;
  return false;
};
