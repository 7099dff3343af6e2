// Which variant a command is about: the one named, the one deployed, else the first this host can run.
import type { VariantFile } from '../core/workflow.ts';
import type { Host } from '../engine/ports.ts';
import { hintOf } from '../parse/nearest.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import { openVariant } from '../project/open-workflow.ts';
import type { Project } from '../project/project.ts';
import type { Known } from '../project/registry.ts';
import type { StateData } from '../store/state.ts';
import { checkRequirements, type Requirement } from './requirements.ts';

export interface Choice {
  readonly variant: string;
  /** Said in one line when nobody named it. */
  readonly why: string;
  readonly requirements: readonly Requirement[];
}

interface Question {
  readonly project: Project;
  readonly registry: Known;
  readonly state: StateData;
  readonly named: string | undefined;
  readonly host: Host;
}

/** @throws CliError 2 for an unknown name, 4 when no variant can run here. */
export const chooseVariant = async ({ project, registry, state, named, host }: Question): Promise<Choice> => {
  if (project.variants.length === 0)
    throw new CliError(exitCode.file, `${project.workflowsDir} holds no variant: a folder with a variant.yaml.`);
  const taken = named ?? standingVariant(state);
  if (taken !== undefined) {
    requireVariant(project, taken);
    const variant = await openVariant(project, registry, taken);
    const why =
      named === undefined
        ? `it is what ${state.deployed ? 'is deployed now' : 'left things behind'}`
        : 'it was asked for';
    return { variant: taken, why, requirements: await checkRequirements(variant.requires, host) };
  }
  return firstThatRuns(project, registry, host);
};

/** One that does not say counts as the hundredth. */
export const orderOf = ({ order = 100 }: Pick<VariantFile, 'order'>): number => order;

interface Ordered {
  readonly name: string;
  readonly order: number;
}

/** As variants are chosen and listed. */
export const byOrder = (a: Ordered, b: Ordered): number => a.order - b.order || (a.name < b.name ? -1 : 1);

/** The variant that is deployed, or that left things behind: the one a person means who names none. */
export const standingVariant = (state: StateData): string | undefined =>
  state.deployed?.variant ?? state.created.at(-1)?.variant;

/** @throws CliError 2 with the nearest name. */
export const requireVariant = ({ variants }: Project, name: string): void => {
  if (!variants.includes(name))
    throw new CliError(exitCode.usage, `There is no variant ${name}. ${hintOf(name, variants)}`);
};

const firstThatRuns = async (project: Project, registry: Known, host: Host): Promise<Choice> => {
  const variants = await Promise.all(
    project.variants.map(async (name) => {
      const file = await openVariant(project, registry, name);
      return { name, file, order: orderOf(file) };
    }),
  );
  const inOrder = variants.sort(byOrder);
  const passed: string[] = [];
  const reports: string[] = [];
  for (const { name, file } of inOrder) {
    const requirements = await checkRequirements(file.requires, host);
    const missing = requirements.filter((each) => each.state === 'missing');
    if (missing.length === 0) {
      const others =
        passed.length === 0
          ? 'first in order'
          : `this host lacks what ${passed.join(' and ')} need${passed.length === 1 ? 's' : ''}`;
      return { variant: name, why: `${others}; --variant NAME forces another`, requirements };
    }
    passed.push(name);
    reports.push(missingText(name, missing));
  }
  throw new CliError(exitCode.host, `No variant can run on this host.\n\n${reports.join('\n\n')}`);
};

/** Every missing thing of a variant with what to do. */
export const missingText = (variant: string, missing: readonly Requirement[]): string => {
  const width = Math.max(...missing.map((each) => each.what.length));
  const lines = missing.map(
    ({ what, saw, remedy }) => `  ${what.padEnd(width)}  ${saw}${remedy === undefined ? '' : `  ->  ${remedy}`}`,
  );
  return [`${variant} can't run here; missing:`, ...lines].join('\n');
};

/** @throws CliError 4 with everything that is missing. */
export const demandRequirements = ({ variant, requirements }: Choice): void => {
  const missing = requirements.filter((each) => each.state === 'missing');
  if (missing.length > 0) throw new CliError(exitCode.host, missingText(variant, missing));
};
