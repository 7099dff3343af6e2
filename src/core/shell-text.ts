// Values in bash scripts: each `${{ … }}` becomes a reference to an environment variable, quoted for the place where it stands,
// so that its value is one word whatever characters it has, and is never read as script.
import { QuoteReader } from './quote-reader.ts';
import { templateParts } from './template.ts';

export interface ShellText {
  /** The script with a reference to a variable in the place of each expression. */
  readonly script: string;
  /** The expressions by the variable that takes their value; one that occurs twice is there once. */
  readonly values: ReadonlyMap<string, ShellValue>;
}

export interface ShellValue {
  readonly source: string;
  /** It stands where bash computes, and would compute with (even run) what is no number. */
  readonly mustBeNumber: boolean;
}

/** Why no value can stand at a place. */
export class ShellTextError extends Error {}

/** @throws ShellTextError where bash would not put a value in. */
export const shellText = (text: string, prefix: string): ShellText => {
  const names = new Map<string, string>();
  const values = new Map<string, ShellValue>();
  const reader = new QuoteReader();
  const script = templateParts(text).map((part) => {
    if (part.kind === 'text') {
      reader.read(part.text);
      return part.text;
    }
    const source = part.source.trim();
    const name = names.get(source) ?? `${prefix}${names.size + 1}`;
    names.set(source, name);
    const mustBeNumber = reader.quoting === 'arithmetic' || values.get(name)?.mustBeNumber === true;
    values.set(name, { source, mustBeNumber });
    const reference = referenceAt(reader, name, source);
    reader.passValue();
    return reference;
  });
  return { script: script.join(''), values };
};

const referenceAt = (reader: QuoteReader, name: string, source: string): string => {
  const bare = `\${${name}}`;
  const { quoting, last } = reader;
  if (last === '\\' && quoting !== 'comment')
    throw new ShellTextError(`the backslash before \${{ ${source} }} would keep its value out`);
  switch (quoting) {
    case 'literal-document':
      throw new ShellTextError(
        `\${{ ${source} }} stands in a here-document whose end word is quoted, where bash puts no values in`,
      );
    case 'single':
      return `'"${bare}"'`;
    case 'ansi':
      return `'"${bare}"$'`;
    case 'double':
      // `$` and a reference next to each other would be read as the number of the process.
      return last === '$' ? `""${bare}` : bare;
    case 'braces':
      return reader.isWithinDouble ? bare : `"${bare}"`;
    case 'document':
      if (last !== '$') return bare;
      throw new ShellTextError(`the $ before \${{ ${source} }} would be read together with it; put something between`);
    case 'comment':
    case 'arithmetic':
      return bare;
    default:
      return `"${bare}"`;
  }
};
