// What a probe may say, wherever one stands.
import * as z from 'zod';
import { cel, duration, says } from './parts.ts';

/** General keys of every probe; the keys of its kind stand beside them and are checked by that kind's own schema. */
export const probeSchema = z
  .looseObject({
    probe: z
      .string()
      .meta(says('The kind: one of those below, or of the project', { example: 'http', otherwise: 'command' }))
      .optional(),
    use: z
      .string()
      .meta(
        says('A shared probe of `probes`, instead of a kind; keys beside it override its own', {
          example: 'api-answers',
        }),
      )
      .optional(),
    name: z
      .string()
      .meta(says('What a person calls the fact', { example: 'BGP ${{ router.name }}' }))
      .optional(),
    expect: cel
      .meta(
        says('Over what was seen; true means that it holds. Without it the kind has a verdict of its own', {
          example: 'status == 200 && json.ready',
        }),
      )
      .optional(),
    message: z
      .string()
      .meta(says('What it means when it does not hold, and what to do', { example: 'the API is down; see its log' }))
      .optional(),
    within: duration
      .meta(
        says('How long to poll until it holds: 30s for health checks, else 0s, which is one look', { example: '2m' }),
      )
      .optional(),
    every: duration.meta(says('The longest pause between two looks', { example: '5s', otherwise: '1s' })).optional(),
    for: duration
      .meta(
        says('It must hold without a break for this long, all within `within`', { example: '10s', otherwise: '0s' }),
      )
      .optional(),
    stays: duration
      .meta(says('Once it holds it must go on holding this long; one break fails', { example: '30s', otherwise: '0s' }))
      .optional(),
    timeout: duration.meta(says('How long one look may take', { example: '3s', otherwise: '10s' })).optional(),
    on: z
      .string()
      .meta(says('The place to look from, as `lab exec` names it; that of the step unless told', { example: 'leaf1' }))
      .optional(),
  })
  .describe('A look at the world that never changes it. The keys of its kind stand beside these');
export const probe = z.union([z.string().describe('The name of a shared probe'), probeSchema]);

export const probes = (text: string) => z.array(probe).describe(text).optional();
