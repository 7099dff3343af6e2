// What reading a project's files shares: files opened once, mistakes gathered and put in the order in which a person reads them.
import type { z } from 'zod';
import type { Diagnostic } from '../core/diagnostic.ts';
import { isMap } from '../core/maps.ts';
import { readDocument, type YamlDocument } from './document.ts';
import type { Plain } from './merge.ts';
import { nearest } from './nearest.ts';
import { Origins } from './origins.ts';
import { folderOf, isInside, relativeTo, resolvePath } from './path.ts';
import { checkShape } from './shape.ts';
import { diagnosticAt, type Place, type Report } from './source.ts';

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
interface Fault {
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

export interface MapDocument {
  readonly path: string;
  readonly document: YamlDocument;
  readonly value: Plain;
}

/** Undefined when there is no such file, or when what it holds was reported. */
export const openMap = async (
  context: Context,
  path: string,
  { schema, what, brings }: { schema: z.ZodType; what: string; brings: readonly string[] },
): Promise<MapDocument | undefined> => {
  const document = await context.open(path);
  const value = document?.value;
  if (isMap(value) && document) return { path, document, value };
  context.distrust(...brings);
  if (!document || value === undefined) return undefined;
  checkShape({ ...context, schema, value, what, place: document.locate([], 'value') });
  return undefined;
};

/** What a file could have brought: with it unread, complaints that such a thing is missing would be guesses. */
export const bringsSteps: readonly string[] = ['unknown-step', 'no-steps'];
export const bringsNames: readonly string[] = [
  ...bringsSteps,
  ...['unknown-input', 'unknown-secret', 'unknown-probe', 'unknown-group'],
];

/** The file that another one names, relative to itself; undefined, and reported, when it may not or cannot be read. */
export const resolveFile = async (
  context: Context,
  { from, path, place, brings }: { from: string; path: string; place: Place; brings: readonly string[] },
): Promise<string | undefined> => {
  const { request, report } = context;
  const project = resolvePath('/', request.projectDir);
  const target = resolvePath(folderOf(from), path);
  if (!isInside(project, target)) {
    context.distrust(...brings);
    report(place, { code: 'outside-project', message: `\`${path}\` lies outside the project` });
    return undefined;
  }
  if (await context.open(target)) return target;
  context.distrust(...brings);
  const names = await request.list(folderOf(target));
  const name = target.slice(target.lastIndexOf('/') + 1);
  const near = nearest(name, names);
  const hint = near === undefined ? undefined : `did you mean \`${path.slice(0, path.length - name.length)}${near}\`?`;
  report(place, { code: 'missing-file', message: `there is no file ${relativeTo(project, target)}`, hint });
  return undefined;
};

/** `a.yaml -> b.yaml -> a.yaml`, as the project calls them. */
export const circleOf = ({ request }: Context, paths: readonly string[]): string =>
  paths.map((path) => relativeTo(resolvePath('/', request.projectDir), path)).join(' -> ');

/** In reading order, each once: a mistake in a shared probe is one mistake, however many steps use it. */
const inReadingOrder = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] => {
  const seen = new Map<string, Diagnostic>();
  const places = new Set<string>();
  for (const each of diagnostics) {
    const place = `${each.file}\n${each.line}\n${each.column}`;
    const key = `${place}\n${each.code}\n${each.message}`;
    if (seen.has(key) || (echoes.has(each.code) && places.has(place))) continue;
    places.add(place);
    seen.set(key, each);
  }
  return [...seen.values()].sort(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.code, b.code),
  );
};

/** What is said of a value's shape after something else was wrong with the same token only repeats it. */
const echoes = new Set(['wrong-type', 'wrong-value', 'out-of-bounds', 'number-changes']);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
