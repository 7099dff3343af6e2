// `lab import FILE…`: a first workflow from a README, scripts, a Makefile and a containerlab topology. Writes a variant that is right as it
// stands, and tells of every command what became of it.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { builtIn } from '../../../steps/index.ts';
import { type Imported, importLab } from '../../import/import-lab.ts';
import { coverageJson, coverageText } from '../../import/write/coverage.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import type { CommonOptions, OutputOptions } from '../../project/options.ts';
import { projectFolder } from '../../project/project.ts';
import { type CommandContext, openContext } from '../../session/context.ts';
import { type ImportSources, importSources } from '../../session/import-sources.ts';
import { beginProject, demandName, demandRight, schemaFiles, type Written } from '../../session/new-variant.ts';
import { asCalled, print, printJson } from '../../session/print.ts';

export interface ImportOptions extends CommonOptions, OutputOptions {
  readonly name?: string;
  readonly into?: string;
  readonly check?: boolean;
  readonly overwrite?: boolean;
}

export const importCommand = async (files: readonly string[], options: ImportOptions): Promise<number> => {
  if (options.name !== undefined) demandName(options.name);
  const given = importSources(files);
  const where = options.into === undefined ? options : { ...options, project: options.into };
  if (options.check === true) return check(given, where);
  if (options.into !== undefined) await mkdir(join(options.into, 'workflows'), { recursive: true });
  else await beginProject(where);
  const context = await openContext(where);
  const imported = read(given, context, options);
  await write(context, imported, options.overwrite === true);
  return tell(imported, given, options, context);
};

/** Only looks: a project is not needed for that. */
const check = async (given: ImportSources, options: ImportOptions): Promise<number> => {
  const from = resolve(options.project ?? process.cwd());
  const context = projectFolder(from) === undefined ? undefined : await openContext(options);
  return tell(read(given, context, options), given, options, undefined);
};

const read = (
  { sources, folder, beside }: ImportSources,
  context: CommandContext | undefined,
  { name }: ImportOptions,
): Imported => {
  const { steps, probes } = context?.registry ?? builtIn;
  const dir = context?.project.dir ?? folder;
  return importLab({
    ...{ sources, beside, folder: relative(dir, folder) || '.', base: basename(folder) },
    known: { steps: new Set(steps.keys()), probes: new Set(probes.keys()) },
    ...(name !== undefined && { name }),
  });
};

/** All of it or nothing; what is there already is only replaced by the word for that. */
const write = async (context: CommandContext, { name, files }: Imported, isOverwritten: boolean): Promise<void> => {
  const folder = join(context.project.workflowsDir, name);
  const shown = relative(process.cwd(), folder);
  const wasThere = existsSync(folder);
  if (wasThere && !isOverwritten)
    throw new CliError(
      exitCode.usage,
      `${shown} is there already. Give another name with --name NAME, or replace its files with --overwrite.`,
    );
  const all: readonly Written[] = [
    ...schemaFiles(context),
    ...files.map(({ path, text }) => ({ path: join(folder, path), text })),
  ];
  const before = await Promise.all(
    all.map(async ({ path }) => ({ path, text: existsSync(path) ? await readFile(path, 'utf8') : undefined })),
  );
  await mkdir(folder, { recursive: true });
  for (const { path, text } of all) await writeFile(path, text);
  const takeBack = async (): Promise<void> => {
    for (const { path, text } of before) await (text === undefined ? rm(path) : writeFile(path, text));
    if (!wasThere) await rm(folder, { recursive: true });
  };
  await demandRight(context, { name, workflows: workflowsOf(files), takeBack });
};

const workflowsOf = (files: Imported['files']): readonly string[] =>
  files.map(({ path }) => path.replace(/\.yaml$/, '')).filter((name) => name !== 'variant');

const tell = (
  imported: Imported,
  { sources, beside }: ImportSources,
  options: ImportOptions,
  context: CommandContext | undefined,
): number => {
  const { name, files, verdicts, printed } = imported;
  const given = new Set(sources.map(({ path }) => path));
  const missing = imported.called.filter((path) => beside.has(path) && !given.has(path));
  const report = { verdicts, printed, missing };
  const paths =
    context === undefined
      ? []
      : files.map(({ path }) => relative(process.cwd(), join(context.project.workflowsDir, name, path)));
  if (options.json === true) printJson({ variant: name, files: paths, ...coverageJson(report) });
  else
    print(
      asCalled(
        [
          ...paths.map((path) => `wrote ${path}`),
          ...(paths.length === 0 ? [] : ['']),
          coverageText(report),
          ...(paths.length === 0
            ? []
            : ['', `Look at it:  npx lab plan --variant ${name}`, `After edits: npx lab validate --variant ${name}`]),
        ].join('\n'),
        options,
      ),
    );
  return exitCode.ok;
};
