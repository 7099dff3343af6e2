// What expressions may read of a text besides the text itself.
import { jsonOrNull } from './exact-json.ts';
import { Uncomputable } from './uncomputable.ts';

/** The lines that are not empty. */
export const linesOf = (text: string): string[] => text.split(/\r?\n/).filter((line) => line !== '');

/** A text as JSON, null when it is none; of a text that is not known whole nothing can be said. */
export const jsonOf = (text: string | Uncomputable): unknown =>
  text instanceof Uncomputable ? text : jsonOrNull(text);

/** Lines and JSON of what a command printed. */
export const readings = (stdout: string | Uncomputable): { readonly lines: unknown; readonly json: unknown } => ({
  lines: stdout instanceof Uncomputable ? stdout : linesOf(stdout),
  json: jsonOf(stdout),
});
