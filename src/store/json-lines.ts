// Where in a JSON text a mistake stands, in lines: JSON.parse alone names a position for some mistakes only.

/** The first line, from 1, that can't be right whatever would follow it; the last line when the text just ends too early. */
export const lineOfSyntaxError = (text: string): number => {
  const lines = text.split('\n');
  let right = 0; // that many lines are the beginning of some JSON text
  let wrong = lines.length;
  while (right + 1 < wrong) {
    const middle = Math.floor((right + wrong) / 2);
    if (isBeginning(`${lines.slice(0, middle).join('\n')}\n`)) right = middle;
    else wrong = middle;
  }
  return wrong;
};

const isBeginning = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const position = /at position (\d+)/.exec(message)?.[1];
    return /end of JSON input/.test(message) || (position !== undefined && Number(position) >= text.length);
  }
};

/** The line of a value in a text of the layout that DurableFile writes; undefined in any other layout. */
export const lineOfValue = (text: string, path: readonly PropertyKey[]): number | undefined => {
  const root: unknown = JSON.parse(text);
  if (JSON.stringify(root, null, 2) !== text.trimEnd()) return undefined;
  const marker = '\u0000here';
  const marked = JSON.stringify(replaceAt(root, path, marker), null, 2).split('\n');
  const line = marked.findIndex((each) => each.includes(JSON.stringify(marker)));
  return line === -1 ? undefined : line + 1;
};

/** A value that is missing is marked where its owner begins. */
const replaceAt = (value: unknown, [key, ...rest]: readonly PropertyKey[], marker: string): unknown => {
  if (key === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return marker;
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === key ? replaceAt(item, rest, marker) : item));
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, name === key ? replaceAt(item, rest, marker) : item]),
  );
};
