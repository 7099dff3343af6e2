// The file of `--inputs`.
import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { CliError, exitCode } from './exit-code.ts';

/** @throws CliError 2 */
export const readInputsFile = (path: string): Record<string, unknown> => {
  const text = readFileOrExplain(path);
  // JSON is YAML, so one reader does for both.
  const value: unknown = parseYaml(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CliError(exitCode.usage, `${path}: expected a map of inputs, such as "leaves: 8".`);
  return value as Record<string, unknown>;
};

const readFileOrExplain = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CliError(
      exitCode.usage,
      `--inputs ${path}: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
};
