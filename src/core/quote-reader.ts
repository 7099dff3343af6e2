// Reads a bash script piece by piece and knows how what comes next is quoted. Knows just enough of bash for that: quotes,
// comments, here-documents, substitutions and arithmetic.

export type Quoting =
  | 'plain'
  | 'single'
  | 'ansi'
  | 'double'
  | 'substitution'
  | 'arithmetic'
  | 'braces'
  | 'backtick'
  | 'comment'
  | 'document'
  | 'literal-document';

interface Document {
  readonly end: string;
  readonly tabs: boolean;
  readonly quoting: 'document' | 'literal-document';
}

export class QuoteReader {
  private readonly stack: Quoting[] = ['plain'];
  private readonly documents: Document[] = [];
  private line = '';
  private before = '\n';
  private open = false;

  get quoting(): Quoting {
    return this.stack.at(-1) ?? 'plain';
  }

  /** Whether a `${x:-…}` or the like stands, somewhere out, in double quotes. */
  get isWithinDouble(): boolean {
    const outside = this.stack.findLast((each) => each !== 'braces');
    return outside === 'double' || outside === 'document';
  }

  /** The last character; a backslash only where it would act on what comes next. */
  get last(): string {
    return this.before === '\\' && !this.open ? '' : this.before;
  }

  /** A value stands here: no end of a line, and no place for a comment to begin. */
  passValue(): void {
    this.before = 'x';
    this.line += 'x';
    this.open = false;
  }

  read(text: string): void {
    for (let at = 0; at < text.length; ) {
      const taken = this.step(text, at);
      const seen = text.slice(at, at + taken);
      this.open = seen === '\\' && taken === 2;
      this.line = seen.endsWith('\n') ? '' : this.line + seen;
      this.before = seen.at(-1) ?? this.before;
      at += taken;
    }
  }

  /** How many characters belong together. */
  private step(text: string, at: number): number {
    const char = text[at];
    switch (this.quoting) {
      case 'single':
        return char === "'" ? this.leave(1) : 1;
      case 'ansi':
        if (char === '\\') return 2;
        return char === "'" ? this.leave(1) : 1;
      case 'comment':
        if (char === '\n') this.endLine();
        return 1;
      case 'document':
      case 'literal-document':
        if (char === '\n') this.endDocumentLine();
        return char === '\\' && this.quoting === 'document' && text[at + 1] !== '\n' ? 2 : 1;
      default:
        return this.stepInWords(text, at);
    }
  }

  private stepInWords(text: string, at: number): number {
    const char = text[at];
    if (char === '\\') return 2;
    if (char === '"') return this.quoting === 'double' ? this.leave(1) : this.enter('double', 1);
    if (char === '`') return this.quoting === 'backtick' ? this.leave(1) : this.enter('backtick', 1);
    if (text.startsWith('$((', at)) return this.enter('arithmetic', 3);
    if (text.startsWith('$(', at)) return this.enter('substitution', 2);
    if (text.startsWith('${', at)) return this.enter('braces', 2);
    if (this.quoting === 'double') return 1;
    if (this.quoting === 'braces') return char === '}' ? this.leave(1) : 1;
    if (this.quoting === 'arithmetic') return this.stepInArithmetic(text, at);
    return this.stepUnquoted(text, at);
  }

  private stepInArithmetic(text: string, at: number): number {
    if (text.startsWith('))', at)) return this.leave(2);
    if (text[at] === '(') return this.enter('substitution', 1);
    return 1;
  }

  private stepUnquoted(text: string, at: number): number {
    const char = text[at];
    const startsWord = /[\s;&|()]/.test(this.before);
    if (text.startsWith("$'", at)) return this.enter('ansi', 2);
    if (char === "'") return this.enter('single', 1);
    if (text.startsWith('((', at) && startsWord) return this.enter('arithmetic', 2);
    if (char === '(') return this.enter('substitution', 1);
    if (char === ')' && this.quoting === 'substitution') return this.leave(1);
    if (char === '#' && startsWord) return this.enter('comment', 1);
    if (text.startsWith('<<', at)) return this.announceDocument(text, at);
    if (char === '\n') this.endLine();
    return 1;
  }

  private enter(quoting: Quoting, taken: number): number {
    this.stack.push(quoting);
    return taken;
  }

  private leave(taken: number): number {
    this.stack.pop();
    return taken;
  }

  private announceDocument(text: string, at: number): number {
    if (text[at + 2] === '<') return 3;
    const found = /^<<(-?)[ \t]*(["'\\]?)([\w.-]+)\2?/.exec(text.slice(at, at + 200));
    if (!found) return 2;
    const [whole, dash, quote, end = ''] = found;
    this.documents.push({ end, tabs: dash === '-', quoting: quote === '' ? 'document' : 'literal-document' });
    return whole.length;
  }

  /** A here-document starts on the line after the one that names it. */
  private endLine(): void {
    if (this.quoting === 'comment') this.stack.pop();
    const [document] = this.documents;
    if (document) this.stack.push(document.quoting);
  }

  private endDocumentLine(): void {
    const [document, next] = this.documents;
    const line = document?.tabs === true ? this.line.replace(/^\t+/, '') : this.line;
    if (line !== document?.end) return;
    this.documents.shift();
    this.stack.pop();
    if (next) this.stack.push(next.quoting);
  }
}
