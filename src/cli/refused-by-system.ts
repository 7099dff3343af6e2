// Words for what the system refuses the program itself, before or besides any step: no file may be opened, no folder to be in.

/** Undefined for everything else. */
export const refusedBySystem = (error: unknown): string | undefined => {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === 'EMFILE' || code === 'ENFILE')
    return `Too many files are open (${code}), so lab can't read even its own.\nTo go on: raise the limit (ulimit -n 1024), then run the same command again. What was recorded is safe.`;
  if (syscall === 'uv_cwd')
    return 'The folder this was called in does not exist any more.\nTo go on: go to your project with cd, then run the same command again.';
  return undefined;
};
