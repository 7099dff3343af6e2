// Lets `${{ a["b"] }}` stand unquoted wherever YAML takes a plain scalar: its brackets, commas and colons are swapped for
// characters without meaning before YAML reads the text, one for one, so that every offset stays true, and swapped back after.

const meaningful = '{}[],#:';
const firstStandIn = 0xfdd0;
const standIns = [...meaningful].map((_, index) => String.fromCharCode(firstStandIn + index));
const anyStandIn = new RegExp(`[${standIns.join('')}]`, 'g');

/** Expressions that end in the line they start in; the others are in block scalars or quotes, or YAML will say so. */
export const maskExpressions = (text: string): string =>
  text.includes('${{')
    ? text.replaceAll(/\$\{\{.*?\}\}/g, (expression) =>
        expression.replaceAll(/[{}[\],#:]/g, (character) => standIns[meaningful.indexOf(character)] ?? character),
      )
    : text;

export const unmaskExpressions = (text: string): string =>
  text.includes('$')
    ? text.replaceAll(anyStandIn, (character) => meaningful[character.charCodeAt(0) - firstStandIn] ?? character)
    : text;
