// Values that are kept nowhere since they hold a secret: their names go with the rest, so that who asks for one is told why it is not
// there.

const names = Symbol('withheld');

type Values = Readonly<Record<string, unknown>>;

/** The values, with the names of those that are missing on purpose; copies made by spreading have them too. */
export const withWithheld = (values: Values, withheld: readonly string[] | undefined): Values =>
  withheld === undefined || withheld.length === 0 ? values : { ...values, [names]: withheld };

/** The part of a path at which a withheld value was asked for; undefined when it leads past none. */
export const withheldOn = (path: readonly string[], scope: Values): string | undefined => {
  let values: unknown = scope;
  for (const [at, name] of path.entries()) {
    if (typeof values !== 'object' || values === null) return undefined;
    const missing = (values as { readonly [names]?: readonly string[] })[names];
    if (missing?.includes(name) && !Object.hasOwn(values, name)) return path.slice(0, at + 1).join('.');
    values = (values as Values)[name];
  }
  return undefined;
};
