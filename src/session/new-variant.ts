// What `new` and `import` share: a name that will do, a project to write to, schemas for editors, and the proof that what was written is right.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { variantJsonSchema, workflowJsonSchema } from '../parse/schema.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import { loadOnly } from '../project/open-workflow.ts';
import type { CommonOptions } from '../project/options.ts';
import { findProject, projectFolder } from '../project/project.ts';
import type { CommandContext } from './context.ts';

export interface Written {
  readonly path: string;
  readonly text: string;
}

/** @throws CliError 2 */
export const demandName = (name: string): void => {
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(name))
    throw new CliError(
      exitCode.usage,
      `"${name}" is no name for a variant: letters, digits, - and _, starting with a letter.`,
    );
};

/** A folder that is in no project becomes one. */
export const beginProject = async ({ project }: CommonOptions): Promise<void> => {
  const folder = resolve(project ?? process.cwd());
  if (projectFolder(folder) === undefined) await mkdir(join(folder, 'workflows'));
};

/** Editors read them; a project of its own may not have them yet. */
export const schemaFiles = ({ project, registry }: CommandContext): Written[] =>
  [
    { path: join(project.workflowsDir, 'variant.schema.json'), schema: variantJsonSchema },
    { path: join(project.workflowsDir, 'workflow.schema.json'), schema: workflowJsonSchema },
  ]
    .filter(({ path }) => !existsSync(path))
    .map(({ path, schema }) => ({ path, text: `${JSON.stringify(schema(registry), null, 2)}\n` }));

/** What was just written is read as any other; a mistake in it is one of ours, and `takeBack` leaves things as they were. */
export const demandRight = async (
  context: CommandContext,
  { name, workflows, takeBack }: { name: string; workflows: readonly string[]; takeBack: () => Promise<void> },
): Promise<void> => {
  const project = findProject(context.project.dir);
  try {
    for (const workflow of workflows) await loadOnly({ project, registry: context.registry, variant: name, workflow });
  } catch (error) {
    await takeBack();
    throw error instanceof CliError
      ? new Error(`the new variant is not right:\n${error.message}`, { cause: error })
      : error;
  }
};
