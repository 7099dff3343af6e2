// Tells errors of the store from others, and gives them their exit code.
import { StoreError } from '../store/store-error.ts';

export const isStoreError = (error: unknown): error is StoreError => error instanceof StoreError;
