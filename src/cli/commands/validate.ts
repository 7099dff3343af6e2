// `lab validate`: checks the files of a variant, or of all, and tells every mistake at once. Runs nothing.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { causesFile } from '../../parse/causes.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import { loadOnly, openVariantWithWorkflows } from '../../project/open-workflow.ts';
import type { CommonOptions, OutputOptions } from '../../project/options.ts';
import { requireVariant } from '../../requirements/choose-variant.ts';
import { openContext } from '../../session/context.ts';
import { openCauses } from '../../session/open-causes.ts';
import { print, printJson } from '../../session/print.ts';

interface Checked {
  readonly file: string;
  readonly ok: boolean;
  readonly problem?: string;
}

export const validateCommand = async (
  options: CommonOptions & OutputOptions & { variant?: string },
): Promise<number> => {
  const context = await openContext(options);
  const { project, registry } = context;
  if (options.variant !== undefined) requireVariant(project, options.variant);
  const variants = options.variant === undefined ? project.variants : [options.variant];
  const results: Checked[] = [];
  for (const variant of variants) {
    const opened = await attempt(results, `${variant}/variant.yaml`, () =>
      openVariantWithWorkflows(project, registry, variant),
    );
    for (const workflow of opened?.workflows ?? []) {
      await attempt(results, `${variant}/${workflow}.yaml`, () => loadOnly({ project, registry, variant, workflow }));
    }
  }
  if (existsSync(join(project.workflowsDir, causesFile))) await attempt(results, causesFile, () => openCauses(context));
  const wrong = results.filter((each) => !each.ok);
  if (options.json === true) printJson({ ok: wrong.length === 0, files: results });
  else
    print(
      [
        ...results.map(({ file, ok, problem }) => (ok ? `ok       workflows/${file}` : `\n${problem}\n`)),
        '',
        wrong.length === 0
          ? `${results.length} files are right.`
          : `${wrong.length} of ${results.length} files are wrong.`,
      ].join('\n'),
    );
  return wrong.length === 0 ? exitCode.ok : exitCode.file;
};

const attempt = async <T>(results: Checked[], file: string, check: () => Promise<T>): Promise<T | undefined> => {
  try {
    const value = await check();
    results.push({ file, ok: true });
    return value;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    results.push({ file, ok: false, problem: error.message });
    return undefined;
  }
};
