// `lab deploy` for `lab run deploy`: which workflow of the project a word was meant to be that is no command.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { nearest } from '../../parse/nearest.ts';
import { CliError } from '../../project/exit-code.ts';
import { findProject } from '../../project/project.ts';

/** The workflow of that name, or of the nearest; undefined when there is none, or no project. */
export const meantWorkflow = (word: string, from: string): string | undefined => {
  const names = workflowsFrom(from);
  return names.includes(word) ? word : nearest(word, names);
};

const workflowsFrom = (from: string): readonly string[] => {
  try {
    const { workflowsDir, variants } = findProject(from);
    const files = variants.flatMap((variant) => readdirSync(join(workflowsDir, variant)));
    const names = files.filter((file) => file.endsWith('.yaml')).map((file) => file.slice(0, -'.yaml'.length));
    return [...new Set(names)].filter((name) => name !== 'variant');
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return []; // Without a project there is nothing to have been meant.
  }
};
