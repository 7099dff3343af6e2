// What is read: texts by name, and of which kind each is. Everything else of this room goes by these; no file is opened here.
import { parse } from 'yaml';

export interface Source {
  /** As the user named it; shown in comments and lists. */
  readonly name: string;
  /** Relative to the folder of the lab, which is that of its README. */
  readonly path: string;
  readonly text: string;
}

export type SourceKind = 'markdown' | 'script' | 'makefile' | 'topology';

/** By its name, else by what it begins with; undefined when it is none of these. */
export const kindOf = ({ name, text }: Pick<Source, 'name' | 'text'>): SourceKind | undefined => {
  const base = name.replace(/^.*\//, '');
  if (/\.(md|markdown|mdown|mkd)$/i.test(base) || /^readme(\.txt)?$/i.test(base)) return 'markdown';
  if (/^(gnu)?makefile$/i.test(base) || /\.mk$/i.test(base)) return 'makefile';
  if (/\.ya?ml$/i.test(base)) return isTopology(text) ? 'topology' : undefined;
  if (/\.(sh|bash)$/i.test(base) || /^#!\s*\S*(\/|env\s+)(ba|da|z|k)?sh\b/.test(text)) return 'script';
  return undefined;
};

const isTopology = (text: string): boolean => {
  try {
    const value: unknown = parse(text);
    return typeof value === 'object' && value !== null && 'topology' in value;
  } catch {
    // Read again where its mistakes are told.
    return /^topology:/m.test(text);
  }
};

/** A line of a source, counted from 1. */
export interface Line {
  readonly number: number;
  readonly text: string;
}

/** A stretch of a source that may hold commands. */
export interface Excerpt {
  readonly file: string;
  readonly kind: SourceKind;
  /** Of a fence: what it says it holds, in lower case; empty when it says nothing. */
  readonly language: string;
  /** The headings above it, the outermost first; of a script and a Makefile its comments and targets that stand for them. */
  readonly headings: readonly string[];
  /** The paragraph right before it. */
  readonly lead: string;
  /** True when the author marked it as code; in a sentence only what can't be anything else is taken for a command. */
  readonly isCode: boolean;
  readonly lines: readonly Line[];
}

export const linesOf = (text: string, first = 1): readonly Line[] =>
  text.split(/\r?\n/).map((line, index) => ({ number: first + index, text: line }));
