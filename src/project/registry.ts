// The step types, probe types and models a session knows: those that come with `lab`, and the project's own.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { builtIn } from '../../steps/index.ts';
import type { Registry } from '../engine/step-type.ts';
import { fabric } from '../fabric/fabric.ts';
import { fabricInputs } from '../fabric/fabric-inputs.ts';
import { type CheckedFiles, checkedFiles, unchecked } from './checked-files.ts';
import type { Project } from './project.ts';
import type { Model } from './type-shape.ts';

export interface Known extends Registry {
  readonly models: ReadonlyMap<string, Model>;
  /** What is known to be right of the project's files, for exactly these types. */
  readonly checked: CheckedFiles;
}

const builtInModels = (): ReadonlyMap<string, Model> =>
  new Map([['fabric', { inputs: fabricInputs, build: (inputs: Readonly<Record<string, unknown>>) => fabric(inputs) }]]);

/** Asked for when needed: a workflow that is known and only runs commands needs none of the sixty schemas behind them. */
const onlyBuiltIn = (checked: CheckedFiles): Known => {
  let models: Known['models'] | undefined;
  return {
    get steps() {
      return builtIn.steps;
    },
    get probes() {
      return builtIn.probes;
    },
    get models() {
      models ??= builtInModels();
      return models;
    },
    checked,
  };
};

/** @throws CliError with every mistake in the project's own types. */
export const loadRegistry = async (project: Project, stateDir: string): Promise<Known> => {
  const folders = ['steps', 'models'].filter((name) => existsSync(join(project.dir, name)));
  if (project.isPackage || folders.length === 0) return onlyBuiltIn(checkedFiles(stateDir, project.dir));
  const { withOwnTypes } = await import('./own-types.ts');
  // What they let pass may change with any file they import, so nothing is remembered as right.
  return { ...(await withOwnTypes(project, onlyBuiltIn(unchecked))), checked: unchecked };
};
