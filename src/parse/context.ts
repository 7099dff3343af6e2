// What one loading shares: the request, the files read so far, where values came from, and what was found wrong.
import type { z } from 'zod';
import type { Diagnostic } from '../core/diagnostic.ts';
import { readDocument, type YamlDocument } from './document.ts';
import { Origins } from './origins.ts';
import { relativeTo, resolvePath } from './path.ts';
import { inReadingOrder } from './reading-order.ts';
import { diagnosticAt, type Report } from './source.ts';

/** As much of step types and probe types as can be checked without running them. */
export interface Catalogue {
  readonly steps: ReadonlyMap<
    string,
    {
      readonly input: z.ZodType;
      readonly outputs?: Readonly<Record<string, string>>;
      /** Files the type reads for that input, relative to the project. */
      files?(input: never): readonly string[];
    }
  >;
  readonly probes: ReadonlyMap<
    string,
    { readonly input: z.ZodType; readonly values: Readonly<Record<string, string>> }
  >;
}

/** A mistake in a text that another tool reads; lines and columns from 1. */
export interface Fault {
  readonly line: number;
  readonly message: string;
}

export interface VariantRequest {
  readonly projectDir: string;
  /** The folder that holds a folder for each variant. */
  readonly workflowsDir: string;
  readonly variant: string;
  /** The text of a file; undefined when there is none. */
  readonly read: (path: string) => Promise<string | undefined>;
  /** The names in a folder; none when there is no such folder. */
  readonly list: (folder: string) => Promise<readonly string[]>;
  /** What bash says of scripts, one answer each; undefined for one that is right. Not asked where there is no bash. */
  readonly scriptFaults?: (scripts: readonly string[]) => Promise<readonly (Fault | undefined)[]>;
  /** What is wrong with the syntax of a template, by its path and text. */
  readonly templateFault?: (path: string, text: string) => Promise<(Fault & { readonly column: number }) | undefined>;
  readonly catalogue: Catalogue;
  readonly models: ReadonlyMap<string, { readonly inputs?: z.ZodType }>;
}

export interface LoadRequest extends VariantRequest {
  readonly workflow: string;
  /** Workflows that have made something: what they made can be undone also when their file is gone. */
  readonly makers?: readonly string[] | undefined;
}

export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

export interface Context {
  readonly request: VariantRequest;
  readonly origins: Origins;
  readonly report: Report;
  /** For what no token shows, such as a file that does not exist. */
  readonly reportFile: (file: string, finding: Pick<Diagnostic, 'code' | 'message' | 'hint'>) => void;
  /** Each file is read once; undefined when it does not exist. */
  readonly open: (path: string) => Promise<YamlDocument | undefined>;
  /** Part of the project could not be read: what would only be an echo of that is not told. */
  readonly distrust: (...codes: readonly string[]) => void;
  readonly sources: () => readonly SourceFile[];
  readonly diagnostics: () => readonly Diagnostic[];
}

export const createContext = (request: VariantRequest): Context => {
  const origins = new Origins();
  const found: Diagnostic[] = [];
  const distrusted = new Set<string>();
  const documents = new Map<string, YamlDocument>();
  const report: Report = (place, finding) => found.push(diagnosticAt(place, finding));
  return {
    request,
    origins,
    report,
    reportFile: (file, finding) => found.push({ file, line: 1, column: 1, length: 0, sourceLine: '', ...finding }),
    open: async (path) => {
      const known = documents.get(path);
      if (known) return known;
      const text = await request.read(path);
      if (text === undefined) return undefined;
      const file = relativeTo(resolvePath('/', request.projectDir), path);
      const document = readDocument(file, text, { origins, report });
      documents.set(path, document);
      return document;
    },
    distrust: (...codes) => {
      for (const code of codes) distrusted.add(code);
    },
    sources: () => [...documents.values()].map(({ source: { file, text } }) => ({ file, text })),
    diagnostics: () => inReadingOrder(found.filter(({ code }) => !distrusted.has(code))),
  };
};
