// The sentences for what can go wrong with the state folder. Known by its fields, since a view may not know the store.
import { cleanLine } from './text.ts';

/** A StoreError, as far as a sentence needs it. */
export interface StoreComplaint {
  readonly kind: string;
  readonly path: string;
  readonly detail: {
    readonly doing?: string;
    readonly saw: string;
    readonly remedy: string;
    readonly code?: string;
    readonly line?: number;
  };
}

export const isStoreComplaint = (error: unknown): error is StoreComplaint =>
  error instanceof Error && error.name === 'StoreError' && 'kind' in error && 'path' in error && 'detail' in error;

/** What happened, where, and what to do: two lines. */
export const storeText = ({ kind, path, detail }: StoreComplaint): readonly string[] => {
  const { doing, saw, remedy, code, line } = detail;
  const where = cleanLine(line === undefined ? path : `${path}:${line}`);
  const reason = code === undefined ? cleanLine(saw) : `${cleanLine(saw)} (${code})`;
  const way = `To go on: ${cleanLine(remedy)}.`;
  if (kind === 'locked') return [`Another run works with the state folder ${where}: ${reason}.`, way];
  if (doing === undefined) return [`${where}: ${reason}.`, way];
  return [`Could not ${cleanLine(doing)}, ${where}: ${reason}.`, way];
};
