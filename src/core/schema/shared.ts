// The keys that workflow and variant files have in common.
import * as z from 'zod';
import { inputSchema } from './input.ts';
import { env, says } from './parts.ts';
import { probeSchema } from './probe.ts';

const secretSource = z.union([
  z.strictObject({ env: z.string().meta(says('The environment variable that holds it', { example: 'TOKEN' })) }),
  z.strictObject({
    file: z.string().meta(says('The file that holds it, relative to the project', { example: '.token' })),
  }),
]);
export const secrets = z
  .record(z.string(), secretSource)
  .meta(
    says('Values read as `secrets.NAME`, masked in every output and record', { example: { token: { env: 'TOKEN' } } }),
  )
  .optional();
export const shared = z
  .record(z.string(), probeSchema)
  .meta(
    says('Probes by name, for `use:` and for lists of probes', {
      example: { 'api-answers': { probe: 'http', url: 'http://127.0.0.1:8080/' } },
    }),
  )
  .optional();
export const inputs = (text: string) =>
  z
    .record(z.string(), inputSchema)
    .meta(says(text, { example: { nodes: { type: 'integer', default: 3 } } }))
    .optional();
export const allEnv = (text: string) =>
  env.meta(says(text, { example: { KUBECONFIG: '${{ state.dir }}/kubeconfig' } })).optional();
