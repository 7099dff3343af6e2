// The files of `--inputs`.
import { readDataFile } from './data-file.ts';

/** What they say together; a later one counts before an earlier one. @throws CliError 2 */
export const readInputsFiles = (paths: readonly string[]): Record<string, unknown> =>
  Object.assign({}, ...paths.map((path) => readDataFile(path, { option: '--inputs', example: 'leaves: 8' })));
