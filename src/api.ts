// What a project's own step types import from `lab`.
export { z } from 'zod';
export type { ProbeType, Seen, StepContext, StepType } from './engine/step-type.ts';
export { defineProbe, defineStep, StepError } from './engine/step-type.ts';
