// The one list of the step types and probe types that come with `lab`.
import type { ProbeType, Registry, StepType } from '../src/engine/step-type.ts';
import { commandProbe } from './command.ts';
import { fileProbe } from './file.ts';
import { httpProbe } from './http.ts';
import { tcpProbe } from './tcp.ts';
import { templateStep } from './template.ts';

const steps: readonly StepType[] = [templateStep] as readonly unknown[] as readonly StepType[];
const probes: readonly ProbeType[] = [
  commandProbe,
  httpProbe,
  tcpProbe,
  fileProbe,
] as readonly unknown[] as readonly ProbeType[];

export const builtIn: Registry = {
  steps: new Map(steps.map((type) => [type.name, type])),
  probes: new Map(probes.map((type) => [type.name, type])),
};
