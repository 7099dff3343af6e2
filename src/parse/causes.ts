// The failures a project knows of its own, read from `causes.yaml` beside its variants, or everything that is wrong with that file.
import { type CauseSpec, causesSchema } from '../core/causes.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { createContext, openMap, type VariantRequest } from './context.ts';
import { checkShape } from './shape.ts';

export const causesFile = 'causes.yaml';

export type LoadedCauses =
  | { readonly ok: true; readonly causes: readonly CauseSpec[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** None when there is no such file. */
export const loadCauses = async (request: Omit<VariantRequest, 'variant'>): Promise<LoadedCauses> => {
  const context = createContext({ ...request, variant: '' });
  const shape = { schema: causesSchema, what: 'a file of causes' };
  const opened = await openMap(context, `${request.workflowsDir}/${causesFile}`, { ...shape, brings: [] });
  if (opened) {
    const { value, document } = opened;
    checkShape({ ...context, ...shape, value, place: document.locate([], 'value') });
  }
  const diagnostics = context.diagnostics();
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  return { ok: true, causes: opened ? causesSchema.parse(opened.value).causes : [] };
};
