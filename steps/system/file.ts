// The file probe: is it there, and what does it hold.
import * as z from 'zod';
import { Uncomputable } from '../../src/core/uncomputable.ts';
import { defineProbe, type StepContext } from '../../src/engine/step-type.ts';
import { limitInput, limitOf, tooLong } from '../shared/limit.ts';

const input = z.strictObject({
  path: z.string().describe('The file or folder, relative to the folder of the step'),
  read: z.boolean().default(false).describe('Also read its text'),
  limit: limitInput,
});

export const fileProbe = defineProbe({
  name: 'file',
  summary: 'Looks at a file or folder; holds when it exists',
  input,
  values: {
    exists: 'whether it is there',
    kind: 'file, directory, other, or none',
    size: 'bytes',
    mode: 'permission bits',
    text: 'its text, with read: true',
  },
  describe: ({ path }) => path,
  glance: ({ path }, context) => context.host.glance?.(inFolder(path, context)),
  async look({ path, read, limit }, context) {
    const file = inFolder(path, context);
    const stat = await context.host.stat(file);
    if (!stat)
      return { holds: false, saw: 'not there', values: { exists: false, kind: 'none', size: 0, mode: 0, text: '' } };
    const text = await textOf(file, { stat, read, limit: limitOf(limit) }, context);
    return {
      holds: true,
      saw: `${stat.kind}, ${stat.size} bytes`,
      values: { exists: true, kind: stat.kind, size: stat.size, mode: stat.mode & 0o7777, text },
    };
  },
});

const textOf = async (
  file: string,
  { stat, read, limit }: { stat: { kind: string; size: number }; read: boolean; limit: number },
  { host }: StepContext,
): Promise<string | Uncomputable> => {
  if (!read) return new Uncomputable('its text is read only with `read: true`');
  if (stat.kind !== 'file') return '';
  return stat.size > limit ? tooLong('its text', limit) : ((await host.readFile(file)) ?? '');
};

const inFolder = (path: string, { cwd }: { readonly cwd: string }): string =>
  path.startsWith('/') ? path : `${cwd}/${path}`;
