// What may be said of an input, by its type.
import * as z from 'zod';
import { durationSchema, says } from './parts.ts';

const bounds = {
  description: z
    .string()
    .meta(says('What it decides, for `lab list`', { example: 'How many leaves' }))
    .optional(),
  required: z
    .boolean()
    .meta(says('It must be given: there is no value without', { example: true, otherwise: false }))
    .optional(),
};
const stringBounds = {
  minLength: z
    .int()
    .meta(says('The fewest characters', { example: 1 }))
    .optional(),
  maxLength: z
    .int()
    .meta(says('The most characters', { example: 63 }))
    .optional(),
  pattern: z
    .string()
    .meta(says('A regular expression that it must match', { example: '^[a-z-]+$' }))
    .optional(),
};
const range = {
  minimum: z
    .number()
    .meta(says('The least value', { example: 1 }))
    .optional(),
  maximum: z
    .number()
    .meta(says('The greatest value', { example: 16 }))
    .optional(),
};
const byDefault = <T extends z.ZodType>(schema: T, example: unknown) =>
  schema.meta(says('The value when none is given', { example })).optional();
const typed = <T extends string>(name: T, text: string) => z.literal(name).describe(text);
export const inputSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: typed('string', 'Text'),
    default: byDefault(z.string(), 'cluster1'),
    ...stringBounds,
    ...bounds,
  }),
  z.strictObject({ type: typed('integer', 'A whole number'), default: byDefault(z.int(), 3), ...range, ...bounds }),
  z.strictObject({ type: typed('number', 'Any number'), default: byDefault(z.number(), 0.5), ...range, ...bounds }),
  z.strictObject({ type: typed('boolean', 'true or false'), default: byDefault(z.boolean(), false), ...bounds }),
  z.strictObject({
    type: typed('enum', 'One of several words'),
    values: z
      .array(z.string())
      .min(1)
      .meta(says('The words', { example: ['docker', 'kvm2'] })),
    default: byDefault(z.string(), 'docker'),
    ...bounds,
  }),
  z.strictObject({
    type: typed('list', 'A list; on the command line JSON, or items between commas'),
    items: z
      .enum(['string', 'integer', 'number', 'boolean', 'ip', 'prefix'])
      .meta(says('What each item is', { otherwise: 'string' }))
      .optional(),
    default: byDefault(z.array(z.unknown()), ['a', 'b']),
    minItems: z
      .int()
      .meta(says('The fewest items', { example: 1 }))
      .optional(),
    maxItems: z
      .int()
      .meta(says('The most items', { example: 8 }))
      .optional(),
    ...bounds,
  }),
  z.strictObject({
    type: typed('map', 'Values by name; on the command line JSON, or NAME=VALUE between commas'),
    items: z
      .enum(['string', 'integer', 'number', 'boolean', 'ip', 'prefix'])
      .meta(says('What each value is', { otherwise: 'string' }))
      .optional(),
    default: byDefault(z.record(z.string(), z.unknown()), { 'lab-a': '10.99.0.11' }),
    ...bounds,
  }),
  z.strictObject({
    type: typed('ip', 'An IPv4 or IPv6 address'),
    default: byDefault(z.string(), '192.168.33.10'),
    ...bounds,
  }),
  z.strictObject({
    type: typed('prefix', 'Such as 10.0.0.0/24'),
    default: byDefault(z.string(), '192.168.1.0/24'),
    ...bounds,
  }),
  z.strictObject({ type: typed('duration', 'Such as 90s'), default: byDefault(durationSchema, '90s'), ...bounds }),
  z.strictObject({ type: typed('path', 'A file or folder'), default: byDefault(z.string(), 'assets/site'), ...bounds }),
  z.strictObject({
    type: typed('secret', 'Text that is masked everywhere and kept nowhere'),
    ...stringBounds,
    ...bounds,
  }),
]);
