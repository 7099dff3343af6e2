// The file probe: is it there, and what does it hold.
import * as z from 'zod';
import { defineProbe } from '../src/engine/step-type.ts';

const input = z.strictObject({
  path: z.string().describe('The file or folder, relative to the folder of the step'),
  read: z.boolean().default(false).describe('Also read its text, up to 1 MiB'),
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
  async look({ path, read }, context) {
    const file = inFolder(path, context);
    const stat = await context.host.stat(file);
    if (!stat)
      return { holds: false, saw: 'not there', values: { exists: false, kind: 'none', size: 0, mode: 0, text: '' } };
    const text =
      read && stat.kind === 'file' && stat.size <= 1 << 20 ? ((await context.host.readFile(file)) ?? '') : '';
    return {
      holds: true,
      saw: `${stat.kind}, ${stat.size} bytes`,
      values: { exists: true, kind: stat.kind, size: stat.size, mode: stat.mode & 0o7777, text },
    };
  },
});

const inFolder = (path: string, { cwd }: { readonly cwd: string }): string =>
  path.startsWith('/') ? path : `${cwd}/${path}`;
