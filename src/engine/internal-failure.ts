// What is made of an error nobody expected: a failure of the one step it came from, so that it does not lose the run.
import type { Failure } from '../core/failure.ts';
import type { Masker } from '../core/mask.ts';

export const internalFailure = (error: unknown, { text }: Masker): Extract<Failure, { kind: 'internal' }> => {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: 'internal', message: text(message), ...(stack !== undefined && { stack: text(stack) }) };
};

/** What the store throws must end the run: a fact that can't be kept must not be acted on. */
export const isStoreError = (error: unknown): boolean => error instanceof Error && error.name === 'StoreError';
