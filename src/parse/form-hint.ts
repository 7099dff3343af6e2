// How to write what was meant, for values of another form than the one that is asked for.

interface Form {
  readonly key: string | undefined;
  readonly found: unknown;
  readonly expected: string | undefined;
}

/** Undefined when nothing is sure enough to be said. */
export const formHint = ({ key, found, expected = '' }: Form): string | undefined => {
  if (typeof found === 'string') return hintForText(key, found, expected);
  if (typeof found === 'number') return hintForNumber(key, found, expected);
  if (key === 'foreach' && Array.isArray(found)) return 'name the item: `{ item: [ … ] }`';
  if (key === 'steps' && typeof found === 'object') return 'each step is an item of a list: `- id: …`';
  return undefined;
};

const hintForText = (key: string | undefined, found: string, expected: string): string | undefined => {
  if (!expected.startsWith('a list')) return undefined;
  if (key !== 'run') return isPlain(found) ? `write \`[${found}]\`` : 'write it as an item of a list';
  const words = found.trim().split(/\s+/);
  const list = words.every(isPlain) && words.length < 6 ? `: \`[${words.join(', ')}]\`` : '';
  return `one argument an item${list}; a script stands under \`shell\``;
};

const isPlain = (text: string): boolean => /^[\w./-]+$/.test(text);

const hintForNumber = (key: string | undefined, found: number, expected: string): string | undefined => {
  if (key === 'retry') return `write \`{ attempts: ${found} }\``;
  if (expected.startsWith('a duration')) return `say the unit: \`${found}s\``;
  return expected.startsWith('text') ? 'put it in quotes' : undefined;
};
