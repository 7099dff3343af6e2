// The regular expressions of workflow files, matched by RE2: in time that grows with the text, whatever pattern and text are.
import { RE2JS } from 're2js';

export interface Pattern {
  /** Whether it matches somewhere in the text. */
  test(text: string): boolean;
  /** The first match: the whole of it, then its groups; those with a name also by that. Undefined when there is none. */
  exec(text: string): Match | undefined;
  /** How many groups it has. */
  readonly groups: number;
  readonly names: readonly string[];
}

export interface Match {
  readonly groups: readonly (string | undefined)[];
  readonly named: Readonly<Record<string, string | undefined>>;
}

export interface PatternOptions {
  /** `^` and `$` match at the lines' ends too. */
  readonly lines?: boolean;
  readonly ignoreCase?: boolean;
}

const cache = new Map<string, Pattern>();
const mostKept = 500;

/** @throws PatternError when it is no pattern of RE2's. */
export const pattern = (source: string, { lines = false, ignoreCase = false }: PatternOptions = {}): Pattern => {
  const flags = (lines ? RE2JS.MULTILINE : 0) | (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  const key = `${flags} ${source}`;
  const known = cache.get(key);
  if (known) return known;
  const compiled = compile(source, flags);
  if (cache.size >= mostKept) cache.clear();
  cache.set(key, compiled);
  return compiled;
};

export class PatternError extends Error {
  constructor(source: string, reason: string) {
    super(`invalid regular expression ${source}: ${reason}`);
    this.name = 'PatternError';
  }
}

const compile = (source: string, flags: number): Pattern => {
  const engine = engineOf(source, flags);
  return {
    test: (text) => engine.test(text),
    exec: (text) => {
      const match = engine.exec(text) as (string | undefined)[] & { groups?: Match['named'] };
      return match ? { groups: [...match], named: match.groups ?? {} } : undefined;
    },
    groups: engine.groupCount(),
    names: Object.keys(engine.namedGroups()),
  };
};

const engineOf = (source: string, flags: number): RE2JS => {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(source), flags);
  } catch (error) {
    const said = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
    throw new PatternError(
      source,
      /\(\?[=!<]|\\\d/.test(said) ? `${said} (RE2, which always ends, looks neither around nor back)` : said,
    );
  }
};
