// Labs of containerlab: their topology file, and the lab itself.
import type { ProbeType, StepType } from '../../src/engine/step-type.ts';
import { containerlabDeploy } from './deploy.ts';
import { containerlabReady } from './ready.ts';
import { containerlabTopology } from './topology.ts';

export const steps = [containerlabTopology, containerlabDeploy] as readonly unknown[] as readonly StepType[];
export const probes = [containerlabReady] as readonly unknown[] as readonly ProbeType[];
