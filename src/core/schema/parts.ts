// What the schemas of all files are made of: texts of a certain form, and the words that go with a key.
import * as z from 'zod';

/** A string that holds at least one `${{ … }}`; it stands where its value will stand. */
export const expressionText = z.string().regex(/\$\{\{/, 'a ${{ … }} expression');

/** What editors and docs/workflow-reference.md say of a key: its meaning, an example as it would be written, what holds without it. */
export const says = (description: string, { example, otherwise }: { example?: unknown; otherwise?: unknown } = {}) => ({
  description,
  ...(example !== undefined && { examples: [example] }),
  ...(otherwise !== undefined && { default: otherwise }),
});

/** The literal itself, or an expression that yields it. */
export const orExpression = <T extends z.ZodType>(schema: T) => z.union([schema, expressionText]);

export const durationSchema = z
  .string()
  .regex(/^(\d+(\.\d+)?(ms|s|m|h|d))+$/, 'a duration such as 500ms, 30s, 15m, 1h30m')
  .describe('A duration: 500ms, 30s, 15m, 1h30m');
export const duration = orExpression(durationSchema);
export const size = orExpression(
  z
    .string()
    .regex(/^[1-9]\d*(KiB|MiB)$/, 'a size such as 512KiB or 16MiB')
    .describe('A size: 512KiB, 16MiB; 256MiB at most'),
);
export const id = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'letters, digits, - and _, starting with a letter')
  .describe('The name by which runs, needs and patches know the step');
export const cel = z.string().min(1).meta({ description: 'A CEL expression, without ${{ }}', $comment: 'CEL' });
export const env = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
  orExpression(z.union([z.string(), z.number(), z.boolean()])),
);
export const argv = orExpression(z.array(z.union([z.string(), z.number(), z.boolean()])).min(1)).meta(
  says('The command as a list of arguments; no shell reads it. An item that yields a list stands for that many', {
    example: ['docker', 'exec', '${{ node.name }}', 'ip', 'route'],
  }),
);
/** One variable with its list or map. */
export const each = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
    z.union([expressionText, z.array(z.unknown()), z.record(z.string(), z.unknown())]),
  )
  .refine((variable) => Object.keys(variable).length === 1, 'exactly one variable name with its list or map');
export const description = z.string().meta(says('What it is for, in a sentence')).optional();
