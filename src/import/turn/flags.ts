// Options of a command line, by the forms that all programs share.

/** `--name value`, `--name=value`, `-n value`, `-nvalue`; the last one counts. */
export const option = (args: readonly string[], ...names: readonly string[]): string | undefined =>
  options(args, ...names).at(-1);

/** Every value of an option that may stand more than once. */
export const options = (args: readonly string[], ...names: readonly string[]): readonly string[] =>
  args.flatMap((arg, at) => {
    const name = names.find((each) => arg === each || arg.startsWith(`${each}=`));
    if (name !== undefined)
      return arg === name ? (args[at + 1] === undefined ? [] : [args[at + 1] ?? '']) : [arg.slice(name.length + 1)];
    const short = names.find((each) => /^-\w$/.test(each) && arg.startsWith(each) && !arg.startsWith('--'));
    return short === undefined ? [] : [arg.slice(short.length)];
  });

export const has = (args: readonly string[], ...names: readonly string[]): boolean =>
  args.some(
    (arg) => names.includes(arg) || names.some((name) => arg.startsWith(`${name}=`) && !arg.endsWith('=false')),
  );

/** The words that are no options; `valued` name the options whose value is the next word. */
export const operands = (args: readonly string[], valued: readonly string[] = []): readonly string[] => {
  const found: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') return [...found, ...args.slice(at + 1)];
    if (arg.startsWith('-') && arg !== '-') at += valued.includes(arg) ? 1 : 0;
    else found.push(arg);
  }
  return found;
};

/** The arguments without an option and its value. */
export const without = (args: readonly string[], ...names: readonly string[]): readonly string[] =>
  args.filter(
    (arg, at) =>
      !names.some((name) => arg === name || arg.startsWith(`${name}=`)) && !names.includes(args[at - 1] ?? ''),
  );

/** Of a list of flags that take no value. */
export const withoutFlags = (args: readonly string[], ...names: readonly string[]): readonly string[] =>
  args.filter((arg) => !names.some((name) => arg === name || arg.startsWith(`${name}=`)));
