// The file in which a project names failures it knows of its own, beside the catalogue that comes with lab.
import * as z from 'zod';
import type { Failure } from './failure.ts';
import { PatternError, pattern as patternOf } from './pattern.ts';

const kinds = [
  'exit',
  'signal',
  'timeout',
  'spawn',
  'step-type',
  'precondition',
  'health',
  'expression',
  'output',
  'survivor',
  'cancelled',
  'internal',
] as const satisfies readonly Failure['kind'][];

const isPattern = (source: string): boolean => {
  try {
    return patternOf(source) !== undefined;
  } catch (error) {
    if (error instanceof PatternError) return false;
    throw error;
  }
};

const pattern = z.string().refine(isPattern, 'an invalid regular expression');

const causeSchema = z
  .strictObject({
    id: z.string().describe('Short and stable, for tools'),
    output: pattern
      .optional()
      .describe('A regular expression that fits a line the failure shows; case does not matter'),
    exitCode: z.int().optional().describe('The exit code of the command'),
    uses: pattern.optional().describe('A regular expression that fits the name of the step type'),
    kind: z
      .enum(kinds as unknown as readonly Failure['kind'][])
      .optional()
      .describe('How the step failed'),
    cause: z.string().describe('Why it happens, in a sentence'),
    remedy: z.string().describe('What helps, with the command to type'),
  })
  .refine(
    ({ output, exitCode, uses, kind }) => [output, exitCode, uses, kind].some((each) => each !== undefined),
    'at least one of `output`, `exitCode`, `uses` and `kind`, by which the failure is known',
  );

export const causesSchema = z.strictObject({
  causes: z.array(causeSchema).describe('The first that fits is told, before those that come with lab'),
});

export type CauseSpec = z.infer<typeof causeSchema>;
