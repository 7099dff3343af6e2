// From a name on the command line to a workflow that can be planned: read, checked, its inputs known, its model computed.
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError } from '../core/input-error.ts';
import { createMasker, type Masker } from '../core/mask.ts';
import type { VariantFile, Workflow } from '../core/workflow.ts';
import { templateFault } from '../host/render.ts';
import { bashFaults } from '../host/script.ts';
import { resolveInputs } from '../parse/inputs.ts';
import { loadVariant, loadWorkflow } from '../parse/load.ts';
import { hintOf } from '../parse/nearest.ts';
import { formatDiagnostics } from '../view/snippet.ts';
import { reader as plainReader, type Reader } from './checked-files.ts';
import { CliError, exitCode } from './exit-code.ts';
import { readInputsFiles } from './files.ts';
import { keepOffScreen } from './off-screen.ts';
import type { WorkflowOptions } from './options.ts';
import type { Project } from './project.ts';
import type { Known } from './registry.ts';
import { type Places, type Positions, placesOf, positionsIn } from './step-places.ts';

export interface Opened {
  readonly project: Project;
  readonly registry: Known;
  readonly variant: VariantFile;
  readonly workflow: Workflow;
  readonly positions: Positions;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs without secrets, for the journal. */
  readonly shownInputs: Readonly<Record<string, unknown>>;
  readonly model: unknown;
  readonly secrets: Readonly<Record<string, string>>;
  readonly masker: Masker;
}

export interface Wish {
  readonly project: Project;
  readonly registry: Known;
  readonly variant: string;
  readonly workflow: string;
  readonly options: WorkflowOptions;
  /** Inputs to start from instead of the defaults: of the run that is continued, or of what is deployed. */
  readonly earlier?: Readonly<Record<string, unknown>>;
  /** What is deployed was built by it: that there is none of its name is nobody's slip of the pen. */
  readonly built?: boolean;
  /** Workflows that have made something, whose files may be gone when it is to be undone. */
  readonly makers?: readonly string[];
}

/** How files of the project are read. */
export const fileRequest = (
  { project, registry }: Pick<Wish, 'project' | 'registry'>,
  { read, list }: Reader = plainReader,
) => ({
  ...{ projectDir: project.dir, workflowsDir: project.workflowsDir, read, list },
  ...{ catalogue: registry, models: registry.models },
  ...{ scriptFaults: bashFaults, templateFault },
});

/** The variant's own file, with what it inherits. @throws CliError 3 with every mistake in it. */
export const openVariant = async (project: Project, registry: Known, variant: string): Promise<VariantFile> =>
  (await openVariantWithWorkflows(project, registry, variant)).variant;

interface FoundVariant {
  readonly variant: VariantFile;
  /** The workflows it has, inherited ones included. */
  readonly workflows: readonly string[];
}

/** The same with the names of its workflows, inherited ones included. @throws CliError 3 */
export const openVariantWithWorkflows = (project: Project, registry: Known, variant: string): Promise<FoundVariant> =>
  registry.checked.open([variant], async (reader) => {
    const loaded = await loadVariant({ ...fileRequest({ project, registry }, reader), variant });
    if (!loaded.ok) throw new CliError(exitCode.file, formatDiagnostics(loaded.diagnostics));
    return { variant: loaded.variant, workflows: loaded.workflows };
  });

interface FoundWorkflow {
  readonly workflow: Workflow;
  readonly variant: VariantFile;
  readonly places: Places;
}

/** Reads and checks a workflow without its inputs. @throws CliError 3 with every mistake, 2 when there is none of that name. */
export const loadOnly = (wish: Unopened): Promise<FoundWorkflow> => {
  const { variant, workflow, registry, makers = [] } = wish;
  const load = async (reader: Reader): Promise<FoundWorkflow> => {
    const loaded = await loadWorkflow({ ...fileRequest(wish, reader), variant, workflow, makers });
    if (loaded.ok)
      return {
        workflow: loaded.workflow,
        variant: loaded.variant,
        places: placesOf(loaded.workflow, loaded.positions),
      };
    // A name that was typed wrong is a mistake of the command line, not of a file.
    if (loaded.diagnostics.every(({ code }) => code === 'unknown-workflow')) await demandWorkflow(wish);
    throw new CliError(exitCode.file, formatDiagnostics(loaded.diagnostics));
  };
  // What is right when nothing was made yet stays so: makers only allow more.
  return registry.checked.open([variant, workflow, ...makers], load, [variant, workflow]);
};

const demandWorkflow = async ({ project, registry, variant, workflow, built }: Unopened): Promise<void> => {
  const { workflows } = await openVariantWithWorkflows(project, registry, variant);
  if (workflows.includes(workflow)) return;
  if (built === true) {
    const takenAway = workflows.includes('teardown') ? ', or take away what it made: npx lab run teardown' : '.';
    throw new CliError(
      exitCode.file,
      `${variant} is deployed, but its workflow ${workflow}, which built it, is not there any more; so nothing of it can be proved.\nPut the file back${takenAway}`,
    );
  }
  throw new CliError(exitCode.usage, `Variant ${variant} has no workflow ${workflow}. ${hintOf(workflow, workflows)}`);
};

type Unopened = Pick<Wish, 'project' | 'registry' | 'variant' | 'workflow' | 'makers' | 'built'>;

/** @throws CliError 2 for inputs that don't fit, 3 for files that are wrong. */
export const openWorkflow = async (wish: Wish): Promise<Opened> => {
  const { workflow, variant, places } = await loadOnly(wish);
  return withValues(wish, { workflow, variant, positions: positionsIn(places, workflow) });
};

/** A variant with its inputs and model, and a workflow of no steps: for what is the variant's own. @throws CliError 2 or 3 */
export const openVariantAlone = async (wish: Omit<Wish, 'workflow'>): Promise<Opened> => {
  const variant = await openVariant(wish.project, wish.registry, wish.variant);
  const { inputs, secrets } = variant;
  const workflow = { name: variant.name, steps: [], ...(inputs && { inputs }), ...(secrets && { secrets }) };
  return withValues(wish, { workflow, variant, positions: { of: () => undefined } });
};

const withValues = (
  { project, registry, options, earlier }: Omit<Wish, 'workflow'>,
  { workflow, variant, positions }: Pick<Opened, 'workflow' | 'variant' | 'positions'>,
): Opened => {
  const specs = workflow.inputs ?? {};
  const files = readInputsFiles(options.inputs ?? []);
  const file = { ...pick(earlier ?? {}, Object.keys(specs)), ...files.values };
  const set = options.set ?? [];
  const isSet = (input: string): boolean => set.some((each) => each.slice(0, each.indexOf('=')).trim() === input);
  // A line of a file may hold a secret beside what is shown of it.
  const isSecret = Object.values(specs).some(({ type }) => type === 'secret');
  const draw: DrawInput = (path, message, where) =>
    isSecret || isSet(path[0] ?? '') ? undefined : files.draw(path, { code: 'wrong-input', message }, where);
  const resolved = resolveInputs(specs, { set, file });
  if (!resolved.ok) {
    const lines = resolved.problems.map(({ input, message, hint, at }) => {
      const line = `input ${input}: ${message}${hint === undefined ? '' : `; ${hint}`}`;
      const where = Object.hasOwn(specs, input) ? 'value' : 'key';
      return draw([input, ...(at === undefined ? [] : [at])], line, where) ?? line;
    });
    throw new CliError(
      exitCode.usage,
      `${lines.join('\n')}\nInputs are given with --set NAME=VALUE or --inputs FILE; \`npx lab list\` shows them.`,
    );
  }
  const inputs = resolved.values;
  const secretNames = Object.entries(specs)
    .filter(([, spec]) => spec.type === 'secret')
    .map(([name]) => name);
  const secrets = readSecrets(workflow, project.dir);
  const hidden = [...Object.values(secrets), ...secretNames.map((name) => String(inputs[name] ?? ''))];
  const masker = createMasker(hidden, (text) => Buffer.from(text).toString('base64'));
  keepOffScreen(masker);
  const shownInputs = Object.fromEntries(Object.entries(inputs).filter(([name]) => !secretNames.includes(name)));
  const model = buildModel({ variant, registry, draw }, inputs);
  return { project, registry, variant, workflow, positions, inputs, shownInputs, model, secrets, masker };
};

const readSecrets = (workflow: Workflow, projectDir: string): Record<string, string> => {
  const secrets: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, source] of Object.entries(workflow.secrets ?? {})) {
    const read = 'env' in source ? readSecretVariable(source.env) : readSecretFile(source.file, projectDir);
    if ('wrong' in read) missing.push(`secret ${name}: ${read.wrong}`);
    else secrets[name] = read.value;
  }
  if (missing.length > 0) throw new CliError(exitCode.usage, missing.join('\n'));
  return secrets;
};

type SecretRead = { readonly value: string } | { readonly wrong: string };

const readSecretVariable = (name: string): SecretRead => {
  const value = process.env[name];
  return value === undefined ? { wrong: `the environment variable ${name} is not set` } : { value };
};

const readSecretFile = (file: string, projectDir: string): SecretRead => {
  const path = resolve(projectDir, file);
  try {
    const bytes = readFileSync(path);
    // Other bytes would reach a step changed, and a change is not what would be looked for to mask it.
    if (!isUtf8(bytes)) return { wrong: `${file} is not UTF-8 text; keep it there in base64` };
    return { value: bytes.toString('utf8').trimEnd() };
  } catch (error) {
    return { wrong: whyUnreadable(file, error) };
  }
};

const whyUnreadable = (file: string, error: unknown): string => {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `${file} can't be read: there is no such file`;
    case 'EISDIR':
      return `${file} can't be read: it is a folder, and a file is needed`;
    case 'EACCES':
      return `${file} can't be read: you may not`;
    default:
      return `${file} can't be read: ${(error as Error).message}`;
  }
};

/** Something about a value of an inputs file with its place; undefined for one that came from elsewhere. */
type DrawInput = (path: readonly string[], message: string, where?: 'key' | 'value') => string | undefined;

const buildModel = (
  { variant, registry, draw }: Pick<Opened, 'variant' | 'registry'> & { readonly draw: DrawInput },
  inputs: Readonly<Record<string, unknown>>,
): unknown => {
  if (variant.model === undefined) return undefined;
  const model = registry.models.get(variant.model);
  if (!model) throw new CliError(exitCode.file, `variant ${variant.name}: there is no model ${variant.model}`);
  try {
    return deepFreeze(model.build(pick(inputs, inputNames(model.inputs))));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `These inputs make no ${variant.model}: ${error.message}`;
    const drawn = error instanceof InputError ? draw(error.path, message, error.where) : undefined;
    throw new CliError(exitCode.usage, drawn ?? message, error);
  }
};

const inputNames = (schema: unknown): readonly string[] => Object.keys((schema as { shape?: object }).shape ?? {});

const pick = (values: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.filter((name) => Object.hasOwn(values, name)).map((name) => [name, values[name]]));

/** Frozen values are converted for expressions once and not at every evaluation. */
const deepFreeze = <T>(value: T): T => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const each of Object.values(value)) deepFreeze(each);
  return Object.freeze(value);
};
