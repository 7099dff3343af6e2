// The step types, probe types and models a session knows: those that come with `lab`, and the project's own.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { builtIn } from '../../steps/index.ts';
import type { ProbeType, Registry, StepType } from '../engine/step-type.ts';
import { fabric } from '../fabric/fabric.ts';
import { fabricInputs } from '../fabric/fabric-inputs.ts';
import { type CheckedFiles, checkedFiles, unchecked } from './checked-files.ts';
import { CliError, exitCode } from './exit-code.ts';
import type { Project } from './project.ts';

export interface Model {
  /** The inputs it reads; others are not passed. */
  readonly inputs: z.ZodType;
  /** @throws RangeError with a sentence for impossible inputs. */
  build(inputs: Readonly<Record<string, unknown>>): unknown;
}

export interface Known extends Registry {
  readonly models: ReadonlyMap<string, Model>;
  /** What is known to be right of the project's files, for exactly these types. */
  readonly checked: CheckedFiles;
}

const builtInModels = (): ReadonlyMap<string, Model> =>
  new Map([['fabric', { inputs: fabricInputs, build: (inputs: Readonly<Record<string, unknown>>) => fabric(inputs) }]]);

/** @throws CliError when a file of the project can't be loaded or holds no step type. */
export const loadRegistry = async (project: Project, stateDir: string): Promise<Known> => {
  const folders = ['steps', 'models'].filter((name) => existsSync(join(project.dir, name)));
  return project.isPackage || folders.length === 0
    ? onlyBuiltIn(checkedFiles(stateDir, project.dir))
    : withOwnTypes(project);
};

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

/** What they let pass may change with any file they import, so nothing is remembered as right. */
const withOwnTypes = async (project: Project): Promise<Known> => {
  const steps = new Map(builtIn.steps);
  const probes = new Map(builtIn.probes);
  const models = new Map(builtInModels());
  for (const { file, value } of await loadFolder(join(project.dir, 'steps'))) {
    if (isStepType(value)) add(steps, value, file);
    else if (isProbeType(value)) add(probes, value, file);
  }
  for (const { value } of await loadFolder(join(project.dir, 'models')))
    if (isModel(value)) models.set(value.name, value);
  return { steps, probes, models, checked: unchecked };
};

const add = <T extends { readonly name: string }>(known: Map<string, T>, type: T, file: string): void => {
  if (known.has(type.name))
    throw new CliError(
      exitCode.file,
      `${file}: there is a type named ${type.name} already.\nGive it a name of its own.`,
    );
  known.set(type.name, type);
};

const loadFolder = async (folder: string): Promise<{ file: string; value: unknown }[]> => {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder)
    .filter((name) => /\.(m?js|ts)$/.test(name) && !name.endsWith('.d.ts'))
    .sort();
  const found: { file: string; value: unknown }[] = [];
  for (const name of files) {
    const file = join(folder, name);
    for (const value of Object.values(await loadModule(file))) found.push({ file, value });
  }
  return found;
};

const loadModule = async (file: string): Promise<Record<string, unknown>> => {
  try {
    const { createJiti } = await import('jiti');
    const jiti = createJiti(pathToFileURL(file).href, {
      // The very module of this program: an error of its class must be one here as well.
      virtualModules: { lab: await import('../api.ts') },
      moduleCache: false,
      fsCache: false,
    });
    return await jiti.import<Record<string, unknown>>(file);
  } catch (error) {
    throw new CliError(
      exitCode.file,
      `${file} could not be loaded: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isStepType = (value: unknown): value is StepType =>
  isObject(value) &&
  typeof value['name'] === 'string' &&
  typeof value['run'] === 'function' &&
  isObject(value['input']);
const isProbeType = (value: unknown): value is ProbeType =>
  isObject(value) &&
  typeof value['name'] === 'string' &&
  typeof value['look'] === 'function' &&
  isObject(value['input']);
const isModel = (value: unknown): value is Model & { name: string } =>
  isObject(value) &&
  typeof value['name'] === 'string' &&
  typeof value['build'] === 'function' &&
  isObject(value['inputs']);
