// A command as a person can paste it into a POSIX shell.

/** The argument vector with quotes where a shell would need them. */
export const quoteCommand = (argv: readonly string[]): string => argv.map(quoteArgument).join(' ');

const quoteArgument = (text: string): string =>
  text !== '' && /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
