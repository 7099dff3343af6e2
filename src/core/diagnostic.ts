// What is wrong with a file, at which token, and what to write instead. Drawing it is view's business.

export interface Diagnostic {
  /** Stable and short, for tools: `unknown-key`, `cycle`. */
  readonly code: string;
  /** Relative to the project. */
  readonly file: string;
  /** Counted from 1; columns are UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** How much of the line is meant; 0 for a place where something is missing. */
  readonly length: number;
  readonly sourceLine: string;
  readonly message: string;
  readonly expected?: string;
  /** The nearest valid name, or what to do. */
  readonly hint?: string;
  readonly related?: readonly Related[];
}

export interface Related {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}
