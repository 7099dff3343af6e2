// Finds the project a command is called in: the nearest folder upwards that has workflows/.
import { readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CliError, exitCode } from './exit-code.ts';
import { build } from './version-of-lab.ts';

export interface Project {
  readonly dir: string;
  readonly workflowsDir: string;
  /** Folders below workflows/ that have a variant.yaml. */
  readonly variants: readonly string[];
  /** True when it is the package `lab` itself, whose step types are built in. */
  readonly isPackage: boolean;
}

/** The folder of this program's package: dist/ lies one below it, the sources of this file two. */
export const packageDir = resolve(import.meta.dirname, build === undefined ? '../..' : '..');

/** @throws CliError when there is none, or the folder named is none. */
export const findProject = (from: string): Project => {
  const dir = projectFolder(from);
  if (dir === undefined)
    throw new CliError(
      exitCode.usage,
      `No project here: neither ${resolve(from)} nor a folder above it has a workflows/ folder.\nGo to a project, name one with --project DIR, or begin one with \`npx lab new NAME\`.`,
    );
  const workflowsDir = join(dir, 'workflows');
  return { dir, workflowsDir, variants: variantsIn(workflowsDir), isPackage: dir === packageDir };
};

/** The project that a folder lies in; undefined when it lies in none. */
export const projectFolder = (from: string): string | undefined => {
  for (let dir = resolve(from); ; dir = dirname(dir)) {
    if (isDirectory(join(dir, 'workflows'))) return dir;
    if (dir === dirname(dir)) return undefined;
  }
};

const variantsIn = (workflowsDir: string): readonly string[] =>
  readdirSync(workflowsDir)
    .filter((name) => isDirectory(join(workflowsDir, name)) && isFile(join(workflowsDir, name, 'variant.yaml')))
    .sort();

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
