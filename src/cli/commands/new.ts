// `lab new NAME`: the files of a variant, ready to edit, and proved to be right as they stand. With --from it extends another; without, it
// stands by itself, and begins a project where there is none.
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';
import { textOf } from '../../core/template.ts';
import type { InputSpec, VariantFile } from '../../core/workflow.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import { loadOnly, openVariantWithWorkflows } from '../../project/open-workflow.ts';
import type { CommonOptions, OutputOptions } from '../../project/options.ts';
import { startingFiles } from '../../project/starting-files.ts';
import { requireVariant } from '../../requirements/choose-variant.ts';
import { type CommandContext, openContext } from '../../session/context.ts';
import { beginProject, demandName, demandRight, schemaFiles } from '../../session/new-variant.ts';
import { asCalled, print, printJson } from '../../session/print.ts';

export interface NewOptions extends CommonOptions, OutputOptions {
  readonly from?: string;
}

export const newCommand = async (name: string, options: NewOptions): Promise<number> => {
  demandName(name);
  if (options.from === undefined) await beginProject(options);
  const context = await openContext(options);
  const folder = join(context.project.workflowsDir, name);
  if (existsSync(folder)) throw new CliError(exitCode.usage, `${relative(process.cwd(), folder)} is there already.`);
  const { files, workflows } =
    options.from === undefined ? standingAlone(context, name) : await extending(context, name, options.from);
  await mkdir(folder, { recursive: true });
  for (const { path, text } of files) await writeFile(path, text, { flag: 'wx' });
  await demandRight(context, { name, workflows, takeBack: () => rm(folder, { recursive: true }) });
  const shown = files.map(({ path }) => relative(process.cwd(), path));
  if (options.json === true)
    printJson({ variant: name, ...(options.from !== undefined && { extends: options.from }), files: shown });
  else
    print(
      asCalled(
        [
          ...shown.map((path) => `wrote ${path}`),
          `To see what it would do: npx lab plan --variant ${name}`,
          `To check it after an edit: npx lab validate --variant ${name}`,
        ].join('\n'),
        options,
      ),
    );
  return exitCode.ok;
};

const standingAlone = (context: CommandContext, name: string) => {
  const files = startingFiles(name).map(({ path, text }) => ({ path: join(context.project.workflowsDir, path), text }));
  return { files: [...schemaFiles(context), ...files], workflows: ['deploy', 'verify', 'teardown'] };
};

/** @throws CliError when there is no variant `from`. */
const extending = async (context: CommandContext, name: string, from: string) => {
  const { project, registry } = context;
  requireVariant(project, from);
  const { variant, workflows } = await openVariantWithWorkflows(project, registry, from);
  const folder = join(project.workflowsDir, name);
  const files = [
    ...schemaFiles(context),
    { path: join(folder, 'variant.yaml'), text: variantText(name, from, variant) },
    ...(workflows.includes('deploy')
      ? [{ path: join(folder, 'deploy.yaml'), text: await deployText(context, from) }]
      : []),
  ];
  return { files, workflows };
};

const variantText = (name: string, from: string, parent: VariantFile): string => {
  const inputs = Object.entries(parent.inputs ?? {}).filter(([, spec]) => 'default' in spec);
  const head = [
    '# yaml-language-server: $schema=../variant.schema.json',
    `# Everything that is not said here is as in ${from}.`,
    stringify({
      name,
      description: `${from}, changed`,
      extends: from,
      order: (parent.order ?? 100) + 1,
    }).trimEnd(),
  ];
  if (inputs.length === 0) return `${head.join('\n')}\n`;
  const defaults = inputs.map(([input, spec]) => inputLine(input, spec));
  return `${[...head, '', '# Other defaults for the inputs; take the # away from a line to set one.', '# inputs:', ...defaults].join('\n')}\n`;
};

const inputLine = (name: string, spec: InputSpec): string => {
  const value = 'default' in spec ? spec.default : undefined;
  const { description } = spec;
  return `#   ${name}: { default: ${textOf(value)} }${description === undefined ? '' : `  # ${description}`}`;
};

/** A patch of each kind, as comments, on a step there is. */
const deployText = async ({ project, registry }: CommandContext, from: string): Promise<string> => {
  const { workflow } = await loadOnly({ project, registry, variant: from, workflow: 'deploy' });
  const last = workflow.steps.at(-1)?.id ?? 'step';
  return `# yaml-language-server: $schema=../workflow.schema.json
name: deploy
description: As ${from} deploys, with the patches below
extends: ../${from}/deploy.yaml

# Steps: ${workflow.steps.map(({ id }) => id).join(', ')}
patches: []
# patches:
#   - override: ${last}
#     set: { timeout: 5m }
#   - after: ${last}
#     insert:
#       - id: hello
#         run: [echo, hello]
#   - remove: ${last}
`;
};
