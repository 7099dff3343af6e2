// What counts as the definition of a step: its resolved action with its surroundings, what it yields, and the content of the files
// it uses. Names, time limits, retries and probes are not part of it: changing them changes nothing in the world.
import { hash as hashOfBytes } from 'node:crypto';
import type { Applied } from '../core/event.ts';
import { type Change, canonical, changes } from '../core/fingerprint.ts';
import type { StepState } from '../core/run-state.ts';
import { sha256 } from '../core/sha256.ts';
import type { Engine } from './engine.ts';
import { inProject } from './paths.ts';
import type { ResolvedStep } from './resolved.ts';
import { StepError } from './step-type.ts';

/** The definition without secrets, as it is kept and shown, and its fingerprint, which tells other secrets apart all the same. */
export const define = async (engine: Engine, step: ResolvedStep): Promise<Required<Applied>> => {
  const whole = await definitionOf(engine, step);
  const definition = engine.masker.value(whole);
  const fingerprint = hash(definition, 16);
  if (!engine.masker.hides || canonical(definition) === canonical(whole)) return { definition, fingerprint };
  // Sixteen bits notice a change, and are too few to tell a secret by.
  return { definition, fingerprint: `${fingerprint}-${hash(whole, 4)}` };
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

/** From so many bytes on, all definitions together, Node's own is faster, and worth its loading. */
const fewBytes = 4096;
let hashed = 0;

const hash = (value: unknown, digits: number): string => {
  const bytes = Buffer.from(canonical(value));
  hashed += bytes.length;
  return (hashed < fewBytes ? sha256(bytes) : hashOfBytes('sha256', bytes)).slice(0, digits);
};

const definitionOf = async (
  engine: Engine,
  { spec, action, files, surroundings, variables }: ResolvedStep,
): Promise<unknown> => {
  const hashes =
    files.length === 0 ? [] : await Promise.all(files.map(async (file) => [file, await hashOf(engine, file)] as const));
  return {
    ...(action?.kind === 'run' && { run: action.argv, stdin: action.stdin }),
    ...(action?.kind === 'shell' && { shell: spec.shell, stdin: action.stdin }),
    ...(action?.kind === 'shell' && Object.keys(action.values).length > 0 && { values: action.values }),
    ...(action?.kind === 'uses' && { uses: action.type.name, with: action.given }),
    ...(surroundings.on !== undefined && { on: surroundings.on }),
    ...(surroundings.cwd !== engine.projectDir && { cwd: surroundings.cwd }),
    ...(Object.keys(variables).length > 0 && { env: variables }),
    ...(spec.outputs && { outputs: spec.outputs }),
    ...(hashes.length > 0 && { files: Object.fromEntries(hashes.map(([file, each]) => [file, each ?? 'missing'])) }),
  };
};

/** Undefined when there is no such file. @throws StepError when it can't be read. */
const hashOf = async (engine: Engine, file: string): Promise<string | undefined> => {
  try {
    return await engine.host.hashFile(inProject(engine, file));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new StepError(`${file}, whose content is part of the definition, can't be read: ${message}`);
  }
};
