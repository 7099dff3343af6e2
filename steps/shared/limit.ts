// How much a probe reads of an output, a body or a file, as its `limit` says.
import * as z from 'zod';
import { formatSize, parseSize } from '../../src/core/quantity.ts';
import { Uncomputable } from '../../src/core/uncomputable.ts';

export const limitInput = z
  .string()
  .refine((text) => parseSize(text) !== undefined, 'a size such as 512KiB or 16MiB, 256MiB at most')
  .optional()
  .describe('How much is read at most; 1MiB unless told. Of more than that nothing can be computed');

/** Bytes of it. */
export const limitOf = (limit = '1MiB'): number => parseSize(limit) ?? 0;

/** Why nothing can be said of a text that is longer than that. */
export const tooLong = (what: string, bytes: number): Uncomputable =>
  new Uncomputable(
    `${what} is larger than ${formatSize(bytes)}, and the rest was not read; a larger \`limit\` reads more`,
  );
