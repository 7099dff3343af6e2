// Kubernetes clusters of minikube.
import type { ProbeType, StepType } from '../../src/engine/step-type.ts';
import { minikubeStart } from './cluster.ts';

export const steps = [minikubeStart] as readonly unknown[] as readonly StepType[];
export const probes: readonly ProbeType[] = [];
