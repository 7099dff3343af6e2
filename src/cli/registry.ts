// The step types, probe types and models a session knows: those that come with `lab`, and the project's own.
import type { z } from 'zod';
import { builtIn } from '../../steps/index.ts';
import type { Registry } from '../engine/step-type.ts';
import { fabric } from '../fabric/fabric.ts';
import { fabricInputs } from '../fabric/fabric-inputs.ts';
import type { Project } from './project.ts';

export interface Model {
  /** The inputs it reads; others are not passed. */
  readonly inputs: z.ZodType;
  /** @throws RangeError with a sentence for impossible inputs. */
  build(inputs: Readonly<Record<string, unknown>>): unknown;
}

export type NamedModel = Model & { readonly name: string };

export interface Known extends Registry {
  readonly models: ReadonlyMap<string, Model>;
}

const builtInModels: ReadonlyMap<string, Model> = new Map([
  ['fabric', { inputs: fabricInputs, build: (inputs: Readonly<Record<string, unknown>>) => fabric(inputs) }],
]);

/** @throws CliError with every mistake in the project's own types. */
export const loadRegistry = async (project: Project): Promise<Known> => {
  const known = { ...builtIn, models: builtInModels };
  if (project.isPackage) return known;
  const { withOwnTypes } = await import('./own-types.ts');
  return withOwnTypes(project, known);
};
