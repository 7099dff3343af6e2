// What counts as the definition of a step: its resolved action with its surroundings, what it yields, and the content of the files
// it uses. Names, time limits, retries and probes are not part of it: changing them changes nothing in the world.
import { hash } from 'node:crypto';
import type { Applied } from '../../core/event.ts';
import { messageOf } from '../../core/failure.ts';
import { type Change, canonical, changes } from '../../core/fingerprint.ts';
import { hasKeys } from '../../core/maps.ts';
import type { StepState } from '../../core/run-state.ts';
import type { StepSpec } from '../../core/workflow.ts';
import { type Engine, inProject } from '../engine.ts';
import { StepError } from '../step-type.ts';
import type { ResolvedAction, ResolvedStep } from './resolved.ts';

/** The definition without secrets, as it is kept and shown, and its fingerprint, which tells other secrets apart all the same. */
export const define = async (engine: Engine, step: ResolvedStep): Promise<Required<Applied>> => {
  const hashes = step.files.length === 0 ? undefined : await hashesOf(engine, step.files);
  return fingerprinted(engine, definitionOf(engine, step, hashes));
};

const fingerprinted = (engine: Engine, whole: unknown): Required<Applied> => {
  const definition = engine.masker.value(whole);
  const fingerprint = digestOf(definition, 16);
  if (!engine.masker.hides || canonical(definition) === canonical(whole)) return { definition, fingerprint };
  // Sixteen bits notice a change, and are too few to tell a secret by.
  return { definition, fingerprint: `${fingerprint}-${digestOf(whole, 4)}` };
};

/** How a definition differs from those that may be in force; undefined when it does not. */
export const changedSince = (
  known: StepState | undefined,
  { definition, fingerprint }: Applied,
): { readonly reason: string; readonly changes: readonly Change[] } | undefined => {
  // Also one whose attempt failed half-way may have left its mark.
  const older = [known?.applied, known].find(
    (each) => each?.fingerprint !== undefined && each.fingerprint !== fingerprint,
  );
  if (!older) return undefined;
  const differences = changes(older.definition, definition);
  const reason = differences.length === 0 ? 'a secret it uses changed' : 'its definition changed';
  return { reason, changes: differences };
};

const digestOf = (value: unknown, digits: number): string => hash('sha256', canonical(value)).slice(0, digits);

// Field by field: there are as many as steps, and a literal that is put together of others takes V8 ten times as long.
const definitionOf = (
  engine: Engine,
  { spec, action, surroundings, variables }: ResolvedStep,
  files?: Readonly<Record<string, string>>,
): unknown => {
  const definition: Record<string, unknown> = actedOn(spec, action);
  if (surroundings.on !== undefined) definition['on'] = surroundings.on;
  if (surroundings.cwd !== engine.projectDir) definition['cwd'] = surroundings.cwd;
  if (hasKeys(variables)) definition['env'] = variables;
  if (spec.outputs) definition['outputs'] = spec.outputs;
  if (files) definition['files'] = files;
  return definition;
};

const actedOn = (spec: StepSpec, action: ResolvedAction | undefined): Record<string, unknown> => {
  switch (action?.kind) {
    case 'run':
      return action.stdin === undefined ? { run: action.argv } : { run: action.argv, stdin: action.stdin };
    case 'shell': {
      const { stdin, values } = action;
      return { shell: spec.shell, ...(stdin !== undefined && { stdin }), ...(hasKeys(values) && { values }) };
    }
    case 'uses':
      return { uses: action.type.name, with: action.given };
    default:
      return {};
  }
};

const hashesOf = async (engine: Engine, files: readonly string[]): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, (await hashOf(engine, file)) ?? 'missing'] as const)),
  );

/** Undefined when there is no such file. @throws StepError when it can't be read. */
const hashOf = async (engine: Engine, file: string): Promise<string | undefined> => {
  try {
    return await engine.host.hashFile(inProject(engine, file));
  } catch (error) {
    const message = messageOf(error);
    throw new StepError(`${file}, whose content is part of the definition, can't be read: ${message}`);
  }
};
