// A workflow whose steps tell the rehearsal who they are: probes carry the address of their step, and so does every undo.
// What they expect of a real tool is only kept where a transcript has the tool's answers.
import type { ProbeSpec, StepSpec, Workflow } from '../core/workflow.ts';

/** The key under which a probe carries its step, and the environment variable that carries it to an undo. */
export const ownerKey = 'rehearsed';
export const ownerVariable = 'LAB_REHEARSED_UNDO';

export interface StandIns {
  /** Outputs by step id, for steps whose real output is not known. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** True when the answers of real tools are there, so that they are computed from. */
  readonly recorded: boolean;
}

export const standInWorkflow = (workflow: Workflow, standIns: StandIns): Workflow => ({
  ...workflow,
  steps: workflow.steps.map((step) => standInStep(step, standIns)),
});

const standInStep = (step: StepSpec, standIns: StandIns): StepSpec => {
  const owner = step.foreach === undefined ? step.id : `${step.id}[\${{ key }}]`;
  const acts = step.run !== undefined || step.shell !== undefined || step.uses !== undefined;
  const probes = (list: readonly (ProbeSpec | string)[], phase: string): (ProbeSpec | string)[] =>
    list.map((probe) => (typeof probe === 'string' ? probe : standInProbe(probe, { owner, phase, ...standIns })));
  return {
    ...step,
    ...(step.preconditions && { preconditions: probes(step.preconditions, 'given') }),
    // Without an action of its own a step only looks at what others did.
    ...(step.health && { health: probes(step.health, acts ? 'proof' : 'given') }),
    ...(Array.isArray(step.satisfied) && { satisfied: probes(step.satisfied, 'proof') }),
    ...(step.undo && {
      undo: {
        ...step.undo,
        env: { ...step.undo.env, [ownerVariable]: owner },
        ...(step.undo.absent && { absent: probes(step.undo.absent, 'absence') }),
      },
    }),
    ...outputsOf(step, standIns),
  };
};

const standInProbe = (
  probe: ProbeSpec,
  { owner, phase, recorded }: StandIns & { owner: string; phase: string },
): ProbeSpec => {
  const { expect, ...rest } = probe;
  return { ...rest, ...(recorded && expect !== undefined && { expect }), [ownerKey]: { owner, phase } };
};

/** Declared ones first; else what the recorded output yields; else a text that says what it stands for. */
const outputsOf = (step: StepSpec, { outputs, recorded }: StandIns): Pick<StepSpec, 'outputs'> => {
  const declared = Object.entries(outputs[step.id] ?? {}).map(
    ([name, value]) => [name, JSON.stringify(value)] as const,
  );
  const own = Object.entries(step.outputs ?? {}).map(
    ([name, source]) => [name, recorded ? source : JSON.stringify(`${name} of ${step.id}`)] as const,
  );
  return own.length + declared.length === 0 ? {} : { outputs: Object.fromEntries([...own, ...declared]) };
};
