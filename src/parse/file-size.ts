// How large a file of a project may be; apart from the parser, so that a file can be measured without loading it.

/** Characters. */
export const maximumFileSize = 4 * 1024 * 1024;
