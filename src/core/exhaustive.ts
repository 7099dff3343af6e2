// The end of every switch over a union: a case that was forgotten does not compile.

/** @throws Error when a value of an impossible kind arrives at run time. */
export const assertNever = (value: never): never => {
  throw new Error(`no case for ${JSON.stringify(value)}`);
};
