// What a model has against one of its inputs, so that it can be shown where the input was written.

/** The message names the input and what is wrong; `path` leads from the input's name to what is meant in it. */
export class InputError extends RangeError {
  readonly path: readonly string[];
  /** Of the last name of the path: itself, or what it stands for. */
  readonly where: 'key' | 'value';
  constructor(message: string, path: readonly string[], where: 'key' | 'value' = 'value') {
    super(message);
    this.name = 'InputError';
    this.path = path;
    this.where = where;
  }
}
