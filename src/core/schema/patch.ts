// How a workflow takes on steps of other files: includes, and patches of the one it extends.
import * as z from 'zod';
import { says } from './parts.ts';
import { stepSchema } from './step.ts';

export const includeSchema = z.strictObject({
  include: z
    .string()
    .meta(says('A YAML file whose `steps` stand here, relative to this one', { example: '../common/dns.yaml' })),
});

const target = (text: string) => z.string().meta(says(text, { example: 'cluster' }));
const inserted = z.array(stepSchema).describe('The steps');
export const patchSchema = z.union([
  z.strictObject({
    override: target('The step whose keys change'),
    set: z.record(z.string(), z.unknown()).meta(
      says('Any of its keys. Maps merge key by key, lists and values replace, null takes a key away', {
        example: { timeout: '20m', with: { nodes: 5 } },
      }),
    ),
  }),
  z.strictObject({
    replace: target('The step that others stand in for'),
    by: z.union([stepSchema, z.array(stepSchema)]).describe('One step or several'),
  }),
  z.strictObject({ remove: target('The step that goes; nothing may need it any more') }),
  z.strictObject({ before: target('The step before which others come'), insert: inserted }),
  z.strictObject({ after: target('The step after which others come'), insert: inserted }),
]);
