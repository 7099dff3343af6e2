// JSON as its text says it: no number becomes another one.
import { Uncomputable } from './uncomputable.ts';

/**
 * The value JSON text stands for. A whole number too large for JavaScript's numbers is a bigint; one that no double holds digit for
 * digit, such as 1e400, is an Uncomputable. @throws SyntaxError when the text is no JSON.
 */
export const exactJson = (text: string): unknown => {
  const value: unknown = JSON.parse(text);
  // Strings are passed over: what looks like a number in them is none.
  let lossy = false;
  const marked = text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g, (token) => {
    if (token.startsWith('"') || isKept(token)) return token;
    lossy = true;
    return `{${JSON.stringify(mark)}:"${token}"}`;
  });
  return lossy ? JSON.parse(marked, (_, each) => (isMarked(each) ? exactNumber(each[mark]) : each)) : value;
};

/** The same, null for text that is no JSON, which is an answer too. */
export const jsonOrNull = (text: string): unknown => {
  try {
    return exactJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
};

/** Whether a double gives back each digit of a number as it is written. */
export const isKept = (spelling: string): boolean => {
  const value = Number(spelling);
  if (String(value) === spelling) return !Number.isInteger(value) || Number.isSafeInteger(value) || !isWhole(spelling);
  if (!Number.isFinite(value)) return false;
  if (isWhole(spelling)) return Number.isSafeInteger(value);
  const digits = digitsOf(spelling);
  return (
    digits === '' || (value !== 0 && digits.length <= 100 && digitsOf(value.toPrecision(digits.length)) === digits)
  );
};

/** No text of a tool's has it for a key. */
const mark = '\u0000number';

const isMarked = (value: unknown): value is Readonly<Record<typeof mark, string>> =>
  typeof value === 'object' && value !== null && mark in value;

const exactNumber = (spelling: string): unknown =>
  isWhole(spelling)
    ? BigInt(spelling)
    : new Uncomputable(`the number ${spelling} can't be kept exactly; read it as text`);

const isWhole = (spelling: string): boolean => /^-?\d+$/.test(spelling);

/** The digits that count: no sign, point, exponent, nor zeros at either end. */
const digitsOf = (spelling: string): string =>
  (spelling.split(/[eE]/)[0] ?? '').replaceAll(/[-+.]/g, '').replace(/^0+/, '').replace(/0+$/, '');
