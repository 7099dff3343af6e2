// MetalLB in FRR mode.
import type { ProbeType, StepType } from '../../src/engine/step-type.ts';
import { metallbBgp } from './sessions.ts';

export const steps: readonly StepType[] = [];
export const probes = [metallbBgp] as readonly unknown[] as readonly ProbeType[];
