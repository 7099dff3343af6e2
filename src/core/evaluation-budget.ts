// How much one evaluation may make: what multiplies in loops and chains is counted over all of it, and refused with words.

const mostElements = 1_000_000;
const mostCharacters = 128 * 2 ** 20;
let elements = 0;
let characters = 0;

/** Called before an evaluation; there is one at a time. */
export const resetBudget = (): void => {
  elements = 0;
  characters = 0;
};

/** @throws Error when the lists that were made have too many elements by now. */
export const countElements = (more: number): void => {
  elements += more;
  if (elements > mostElements) throw new Error(`it makes lists of more than ${mostElements} elements in all`);
};

/** Before a text of that length is made. @throws Error when there would be too much text by then. */
export const countText = (more: number): void => {
  characters += more;
  if (characters > mostCharacters)
    throw new Error(`it makes texts of more than ${mostCharacters / 2 ** 20} MiB in all`);
};
