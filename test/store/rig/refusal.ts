import { expect } from 'vitest';
import type { StoreError } from '../../../src/store/store-error.ts';

/** What a read throws. Fails the test when it throws nothing. */
export const refusalOf = (read: () => unknown): StoreError => {
  try {
    read();
  } catch (error) {
    return error as StoreError;
  }
  return expect.fail('it was read');
};
