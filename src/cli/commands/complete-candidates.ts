// What there is of each kind of thing a command line names: variants, workflows, steps, runs, inputs, places. Looks and writes nothing.
import { resolveValue, textOf } from '../../core/template.ts';
import type { InputSpec } from '../../core/workflow.ts';
import { unfinishedRun } from '../../history/history.ts';
import { earlierInputs } from '../../project/inputs.ts';
import { type Opened, openVariantWithWorkflows, openWorkflow } from '../../project/open-workflow.ts';
import { chooseVariant } from '../../requirements/choose-variant.ts';
import { type CommandContext, lookAtState, openContext } from '../../session/context.ts';
import { createEngine } from '../../session/create-engine.ts';
import { unitsOfWorkflow } from '../../session/prepare.ts';
import type { StateData } from '../../store/state.ts';

export type Kind =
  | 'variant'
  | 'workflow'
  | 'step'
  | 'steps'
  | 'run'
  | 'unfinished'
  | 'run-or-step'
  | 'input'
  | 'place'
  | 'schema'
  | 'shell'
  | 'nothing';

/** What the rest of the command line says. */
export interface Subject {
  readonly project: string | undefined;
  readonly stateDir: string | undefined;
  readonly variant: string | undefined;
  readonly workflow: string | undefined;
  readonly run: string | undefined;
}

interface Candidate {
  readonly name: string;
  readonly meaning?: string | undefined;
}

export const candidatesFor = async (kind: Kind, subject: Subject, last: string): Promise<readonly Candidate[]> => {
  switch (kind) {
    case 'nothing':
      return [];
    case 'schema':
      return [{ name: 'workflow' }, { name: 'variant' }, { name: 'causes' }];
    case 'shell':
      return [{ name: 'bash' }, { name: 'zsh' }, { name: 'fish' }];
    default:
      return ofProject(kind, await lookAround(subject), last);
  }
};

interface Surroundings {
  readonly context: CommandContext;
  readonly state: StateData;
  readonly subject: Subject;
  /** The variant the command would be about; asked for only where it matters, since the host has to be asked. */
  variant(): Promise<string>;
}

const lookAround = async (subject: Subject): Promise<Surroundings> => {
  const { project, stateDir } = subject;
  const context = await openContext({
    ...(project !== undefined && { project }),
    ...(stateDir !== undefined && { stateDir }),
  });
  const state = await lookAtState(context);
  const variant = async (): Promise<string> => {
    const chosen = await chooseVariant({ ...context, state, named: subject.variant });
    return chosen.variant;
  };
  return { context, state, subject, variant };
};

const ofProject = async (kind: Kind, around: Surroundings, last: string): Promise<readonly Candidate[]> => {
  const { context, state } = around;
  switch (kind) {
    case 'variant':
      return context.project.variants.map((name) => ({ name }));
    case 'workflow':
      return workflows(around);
    case 'step':
      return steps(around);
    case 'steps': {
      const before = last.includes(',') ? last.slice(0, last.lastIndexOf(',') + 1) : '';
      return (await steps(around)).map(({ name, meaning }) => ({ name: `${before}${name}`, meaning }));
    }
    case 'input':
      return inputs(await opened(around), last);
    case 'place':
      return places(around);
    case 'unfinished': {
      const unfinished = unfinishedRun(state);
      return runs(state).filter(({ name }) => name === unfinished?.id);
    }
    case 'run-or-step':
      return [{ name: 'last', meaning: 'the last run' }, ...(await steps(around)), ...runs(state)];
    default:
      return runs(state);
  }
};

const workflows = async ({ context, variant }: Surroundings): Promise<readonly Candidate[]> => {
  const found = await openVariantWithWorkflows(context.project, context.registry, await variant());
  return found.workflows.map((name) => ({ name }));
};

const opened = async (around: Surroundings, workflow?: string): Promise<Opened> => {
  const { context, state, subject } = around;
  const { project, registry } = context;
  const variant = await around.variant();
  const name = workflow ?? subject.workflow ?? state.deployed?.workflow ?? 'deploy';
  return openWorkflow({
    project,
    registry,
    variant,
    workflow: name,
    options: {},
    earlier: earlierInputs(state, variant, {}),
  });
};

const steps = async (around: Surroundings): Promise<readonly Candidate[]> => {
  const { context, state, subject } = around;
  const run = subject.run === undefined ? undefined : state.runs.find((each) => each.id.startsWith(subject.run ?? ''));
  const found = await opened(around, run?.workflow);
  const engine = createEngine(found, { host: context.host, stateDir: context.stateDir, run: 'complete' });
  return unitsOfWorkflow(found, engine).map(({ address, kind, step }) => ({
    name: address,
    meaning: kind === 'child' || step.name?.includes('${{') ? undefined : step.name,
  }));
};

const runs = (state: StateData): readonly Candidate[] =>
  [...state.runs].reverse().map(({ id, workflow, variant, outcome }) => ({
    name: id,
    meaning: `${workflow} of ${variant}, ${outcome ?? 'unfinished'}`,
  }));

/** `leaves=`, and once the name is there, the values it may have. */
const inputs = ({ workflow }: Opened, last: string): readonly Candidate[] => {
  const specs = Object.entries(workflow.inputs ?? {});
  const [, name] = /^([^=]+)=/.exec(last) ?? [];
  if (name === undefined) return specs.map(([each, { description }]) => ({ name: `${each}=`, meaning: description }));
  const spec = specs.find(([each]) => each === name)?.[1];
  return (spec ? valuesOf(spec) : []).map((value) => ({ name: `${name}=${value}` }));
};

const valuesOf = (spec: InputSpec): readonly string[] => {
  if (spec.type === 'enum') return spec.values;
  if (spec.type === 'boolean') return ['true', 'false'];
  return 'default' in spec && spec.default !== undefined ? [textOf(spec.default)] : [];
};

const places = async (around: Surroundings): Promise<readonly Candidate[]> => {
  const { context } = around;
  const found = await opened(around);
  const engine = createEngine(found, { host: context.host, stateDir: context.stateDir, run: 'complete' });
  const listed = resolveValue(found.variant.enter?.places ?? [], engine.scope) as readonly {
    readonly name?: unknown;
  }[];
  return listed.map((place) => ({ name: textOf(place.name) }));
};
