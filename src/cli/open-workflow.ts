// From a name on the command line to a workflow that can be planned: read, checked, its inputs known, its model computed.
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { createMasker, type Masker } from '../core/mask.ts';
import type { VariantFile, Workflow } from '../core/workflow.ts';
import { maximumFileSize } from '../parse/document.ts';
import { resolveInputs } from '../parse/inputs.ts';
import { type LoadedVariant, type LoadedWorkflow, loadVariant, loadWorkflow } from '../parse/load.ts';
import { formatDiagnostics } from '../view/snippet.ts';
import { CliError, exitCode } from './exit-code.ts';
import { hintOf } from './hint.ts';
import type { WorkflowOptions } from './options.ts';
import type { Project } from './project.ts';
import type { Known } from './registry.ts';

export interface Opened {
  readonly project: Project;
  readonly registry: Known;
  readonly variant: VariantFile;
  readonly workflow: Workflow;
  readonly positions: Extract<LoadedWorkflow, { ok: true }>['positions'];
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Inputs without secrets, for the journal. */
  readonly shownInputs: Readonly<Record<string, unknown>>;
  readonly model: unknown;
  readonly secrets: Readonly<Record<string, string>>;
  readonly masker: Masker;
}

interface Wish {
  readonly project: Project;
  readonly registry: Known;
  readonly variant: string;
  readonly workflow: string;
  readonly options: WorkflowOptions;
  /** Inputs to start from instead of the defaults: of the run that is continued, or of what is deployed. */
  readonly earlier?: Readonly<Record<string, unknown>>;
  /** Workflows that have made something, whose files may be gone when it is to be undone. */
  readonly makers?: readonly string[];
}

/** More than this is refused whatever it says, also when each character takes four bytes. */
const enoughBytes = 4 * maximumFileSize + 4;

/** A device or a pipe is no file of a project: it may never end. Of a file that is too large there is enough to be refused. */
const readText = async (path: string): Promise<string | undefined> => {
  const seen = statSync(path, { throwIfNoEntry: false });
  if (seen === undefined || seen.isDirectory()) return undefined;
  if (!seen.isFile()) throw new CliError(exitCode.file, `${path} is no plain file, so it is not read.`);
  if (seen.size <= enoughBytes) return readFileSync(path, 'utf8');
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(enoughBytes);
    return bytes.toString('utf8', 0, readSync(fd, bytes));
  } finally {
    closeSync(fd);
  }
};
const listNames = async (dir: string): Promise<readonly string[]> => (existsSync(dir) ? readdirSync(dir) : []);

/** How files of the project are read. */
export const fileRequest = ({ project, registry }: Pick<Wish, 'project' | 'registry'>) => ({
  ...{ projectDir: project.dir, workflowsDir: project.workflowsDir, read: readText, list: listNames },
  ...{ catalogue: registry, models: registry.models },
});

/** The variant's own file, with what it inherits. @throws CliError 3 with every mistake in it. */
export const openVariant = async (project: Project, registry: Known, variant: string): Promise<VariantFile> =>
  (await openVariantWithWorkflows(project, registry, variant)).variant;

/** The same with the names of its workflows, inherited ones included. @throws CliError 3 */
export const openVariantWithWorkflows = async (
  project: Project,
  registry: Known,
  variant: string,
): Promise<Extract<LoadedVariant, { ok: true }>> => {
  const loaded = await loadVariant({ ...fileRequest({ project, registry }), variant });
  if (!loaded.ok) throw new CliError(exitCode.file, formatDiagnostics(loaded.diagnostics));
  return loaded;
};

/** Reads and checks a workflow without its inputs. @throws CliError 3 with every mistake, 2 when there is none of that name. */
export const loadOnly = async (wish: Unopened): Promise<Extract<LoadedWorkflow, { ok: true }>> => {
  const { variant, workflow, makers } = wish;
  const loaded = await loadWorkflow({ ...fileRequest(wish), variant, workflow, makers });
  if (loaded.ok) return loaded;
  // A name that was typed wrong is a mistake of the command line, not of a file.
  if (loaded.diagnostics.every(({ code }) => code === 'unknown-workflow')) await demandWorkflow(wish);
  throw new CliError(exitCode.file, formatDiagnostics(loaded.diagnostics));
};

const demandWorkflow = async ({ project, registry, variant, workflow }: Unopened): Promise<void> => {
  const { workflows } = await openVariantWithWorkflows(project, registry, variant);
  if (workflows.includes(workflow)) return;
  throw new CliError(exitCode.usage, `Variant ${variant} has no workflow ${workflow}. ${hintOf(workflow, workflows)}`);
};

type Unopened = Pick<Wish, 'project' | 'registry' | 'variant' | 'workflow' | 'makers'>;

/** @throws CliError 2 for inputs that don't fit, 3 for files that are wrong. */
export const openWorkflow = async (wish: Wish): Promise<Opened> => {
  const { workflow, variant, positions } = await loadOnly(wish);
  return withValues(wish, { workflow, variant, positions });
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
  const file = { ...pick(earlier ?? {}, Object.keys(specs)), ...readInputsFile(options.inputs) };
  const resolved = resolveInputs(specs, { set: options.set ?? [], file });
  if (!resolved.ok) {
    const lines = resolved.problems.map(
      ({ input, message, hint }) => `input ${input}: ${message}${hint === undefined ? '' : `; ${hint}`}`,
    );
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
  const shownInputs = Object.fromEntries(Object.entries(inputs).filter(([name]) => !secretNames.includes(name)));
  const model = buildModel(variant, registry, inputs);
  return { project, registry, variant, workflow, positions, inputs, shownInputs, model, secrets, masker };
};

const readInputsFile = (path: string | undefined): Record<string, unknown> => {
  if (path === undefined) return {};
  const text = readFileOrExplain(path);
  // JSON is YAML, so one reader does for both.
  const value: unknown = parseYaml(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CliError(exitCode.usage, `${path}: expected a map of inputs, such as "leaves: 8".`);
  return value as Record<string, unknown>;
};

const readFileOrExplain = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CliError(
      exitCode.usage,
      `--inputs ${path}: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
};

const readSecrets = (workflow: Workflow, projectDir: string): Record<string, string> => {
  const secrets: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, source] of Object.entries(workflow.secrets ?? {})) {
    const value = 'env' in source ? process.env[source.env] : readSecretFile(resolve(projectDir, source.file));
    if (value === undefined)
      missing.push(
        'env' in source
          ? `secret ${name}: the environment variable ${source.env} is not set`
          : `secret ${name}: ${source.file} can't be read`,
      );
    else secrets[name] = value;
  }
  if (missing.length > 0) throw new CliError(exitCode.usage, missing.join('\n'));
  return secrets;
};

const readSecretFile = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8').trimEnd() : undefined;

const buildModel = (variant: VariantFile, registry: Known, inputs: Readonly<Record<string, unknown>>): unknown => {
  if (variant.model === undefined) return undefined;
  const model = registry.models.get(variant.model);
  if (!model) throw new CliError(exitCode.file, `variant ${variant.name}: there is no model ${variant.model}`);
  try {
    return deepFreeze(model.build(pick(inputs, inputNames(model.inputs))));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CliError(exitCode.usage, `These inputs make no ${variant.model}: ${error.message}`, error);
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
