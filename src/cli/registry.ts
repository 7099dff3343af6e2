// The step types, probe types and models a session knows: those that come with `lab`, and the project's own.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { builtIn } from '../../steps/index.ts';
import type { ProbeType, Registry, StepType } from '../engine/step-type.ts';
import { fabric } from '../fabric/fabric.ts';
import { fabricInputs } from '../fabric/fabric-inputs.ts';
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
}

const builtInModels: ReadonlyMap<string, Model> = new Map([
  ['fabric', { inputs: fabricInputs, build: (inputs: Readonly<Record<string, unknown>>) => fabric(inputs) }],
]);

/** @throws CliError when a file of the project can't be loaded or holds no step type. */
export const loadRegistry = async (project: Project): Promise<Known> => {
  if (project.isPackage) return { ...builtIn, models: builtInModels };
  const steps = new Map(builtIn.steps);
  const probes = new Map(builtIn.probes);
  const models = new Map(builtInModels);
  for (const { file, value } of await loadFolder(join(project.dir, 'steps'))) {
    if (isStepType(value)) add(steps, value, file);
    else if (isProbeType(value)) add(probes, value, file);
  }
  for (const { value } of await loadFolder(join(project.dir, 'models')))
    if (isModel(value)) models.set(value.name, value);
  return { steps, probes, models };
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
    const own = new URL(import.meta.url.includes('/dist/') ? './api.js' : '../api.ts', import.meta.url);
    const jiti = createJiti(pathToFileURL(file).href, {
      alias: { lab: fileURLToPath(own) },
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
