// Which names an expression may read, depending on where it stands.
import { isMap } from '../core/maps.ts';
import type { Plain } from './merge.ts';
import { didYouMean } from './nearest.ts';
import type { Finding } from './source.ts';

/** What the whole workflow offers to expressions. */
export interface Names {
  readonly inputs: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  /** The variant's model, by the name under which expressions read it. */
  readonly model: string | undefined;
  /** Every model there is: naming one that the variant does not use is the likeliest slip. */
  readonly models: ReadonlySet<string>;
  /** Outputs by step id; undefined where they are not known, because the step itself is wrong. */
  readonly steps: ReadonlyMap<string, StepNames>;
  /** Step ids by the way they may be spelt without a dash. */
  readonly aliases: ReadonlyMap<string, string>;
}

export interface StepNames {
  readonly outputs: ReadonlySet<string> | undefined;
  /** Its outputs are by child key. */
  readonly foreach: boolean;
}

/** One place's own names, besides those of the workflow. */
export interface Spot {
  readonly locals: readonly string[];
  /** The step the expression belongs to; undefined for the workflow's own keys. */
  readonly step: string | undefined;
  /** It is read before any step ran (`none`), after all ran (`all`), or with its step. */
  readonly reads: 'none' | 'all' | 'needs';
}

/** Names of CEL itself: types, and the holders of its functions. */
const celNames = new Set(
  'int uint double bool string bytes list map null_type type optional math cel strings google dyn'.split(' '),
);

/** Fixed names and what they have. */
const fixed: Readonly<Record<string, readonly string[]>> = {
  run: ['id', 'workflow'],
  variant: ['name'],
  project: ['dir'],
  state: ['dir'],
};

const roots = ['inputs', 'steps', 'deployed', 'secrets', ...Object.keys(fixed)];

export interface Judgement {
  readonly finding?: Finding;
  /** Which part of the path is wrong. */
  readonly part?: number;
  /** The step whose outcome or outputs are read. */
  readonly readsStep?: string;
}

/** Whether a reference such as `['inputs', 'nodes']` names something there. */
export const judgeReference = (path: readonly string[], names: Names, spot: Spot): Judgement => {
  const [root = '', name] = path;
  if (spot.locals.includes(root) || celNames.has(root) || root === names.model || root === 'deployed') return {};
  if (root === 'inputs') return judgeMember(name, names.inputs, { code: 'unknown-input', what: 'input' });
  if (root === 'secrets') return judgeMember(name, names.secrets, { code: 'unknown-secret', what: 'secret' });
  if (root === 'steps') return name === undefined ? {} : judgeStep(path, names, spot);
  const members = Object.hasOwn(fixed, root) ? fixed[root] : undefined;
  if (members) return judgeMember(name, new Set(members), { code: 'unknown-name', what: `\`${root}\` member` });
  return { part: 0, finding: unknownName(root, names, spot) };
};

const judgeMember = (
  name: string | undefined,
  known: ReadonlySet<string>,
  { code, what }: { code: string; what: string },
): Judgement => {
  if (name === undefined || known.has(name)) return {};
  return {
    part: 1,
    finding: { code, message: `there is no ${what} \`${name}\``, hint: didYouMean(name, known) ?? listed(known) },
  };
};

const listed = (names: ReadonlySet<string>): string | undefined =>
  names.size > 0 && names.size <= 12 ? `there is ${[...names].join(', ')}` : undefined;

const judgeStep = (path: readonly string[], names: Names, spot: Spot): Judgement => {
  const [, name = ''] = path;
  const id = names.steps.has(name) ? name : names.aliases.get(name);
  const step = id === undefined ? undefined : names.steps.get(id);
  if (id === undefined || !step) {
    const hint = didYouMean(name, names.steps.keys());
    return { part: 1, finding: { code: 'unknown-step', message: `there is no step \`${name}\``, hint } };
  }
  if (spot.reads === 'none') {
    const message = `\`${id}\` has not run yet when this is read`;
    return { part: 1, finding: { code: 'not-needed', message, hint: 'read it in a step' } };
  }
  if (id === spot.step) {
    return { part: 1, finding: { code: 'own-output', message: `\`${id}\` has no outputs yet when this is read` } };
  }
  return { readsStep: id, ...judgeStepMember(path, id, step) };
};

const judgeStepMember = (path: readonly string[], id: string, step: StepNames): Judgement => {
  const [, , member, third, fourth] = path;
  if (member === undefined || member === 'outcome') return {};
  if (member !== 'outputs') {
    const hint = didYouMean(member, ['outputs', 'outcome']) ?? `did you mean \`outputs.${member}\`?`;
    const finding = {
      code: 'unknown-name',
      message: `a step has no \`${member}\``,
      expected: 'outputs, outcome',
      hint,
    };
    return { part: 2, finding };
  }
  const output = step.foreach ? fourth : third;
  if (output === undefined || !step.outputs || step.outputs.has(output)) return {};
  const hint = didYouMean(output, step.outputs) ?? listed(step.outputs);
  const finding = { code: 'unknown-output', message: `the step \`${id}\` has no output \`${output}\``, hint };
  return { part: step.foreach ? 4 : 3, finding };
};

const unknownName = (root: string, names: Names, spot: Spot): Finding => {
  const finding = { code: 'unknown-name', message: `there is no \`${root}\` here` };
  if (names.inputs.has(root)) return { ...finding, hint: `did you mean \`inputs.${root}\`?` };
  if (names.steps.has(root)) return { ...finding, hint: `did you mean \`steps.${root}.outputs\`?` };
  if (names.models.has(root)) return { ...finding, hint: `variant.yaml must say \`model: ${root}\`` };
  const all = [...spot.locals, ...roots, ...(names.model === undefined ? [] : [names.model])];
  return { ...finding, expected: all.length <= 20 ? all.join(', ') : undefined, hint: didYouMean(root, all) };
};

/** The output names of a step: those it declares and those its type yields. */
export const stepNamesOf = (step: Plain, typeOutputs: readonly string[]): StepNames => ({
  outputs: new Set([...Object.keys(isMap(step['outputs']) ? step['outputs'] : {}), ...typeOutputs]),
  foreach: step['foreach'] !== undefined,
});
