// Inputs that nobody reads because their name was typed wrong: a model takes only those it knows, and passes over the others.
import type { Context } from './context.ts';
import { isMap } from './merge.ts';
import { nearest } from './nearest.ts';
import type { VariantChain } from './variant.ts';

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
