// The anycast service: how a node brings connections to pods, and what its users see.
import type { ProbeType, StepType } from '../../src/engine/step-type.ts';
import { serviceAnswers } from './answers.ts';
import { serviceFailover } from './failover.ts';
import { serviceJoin } from './join.ts';
import { serviceNat } from './nat.ts';
import { servicePath, serviceSpread, serviceTrace } from './probes.ts';

export const steps = [
  serviceNat,
  serviceTrace,
  serviceFailover,
  serviceJoin,
] as readonly unknown[] as readonly StepType[];
export const probes = [serviceSpread, servicePath, serviceAnswers] as readonly unknown[] as readonly ProbeType[];
