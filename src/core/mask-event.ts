// Takes secrets out of a fact before it is written or shown. What the program itself reads (types, addresses, outcomes) stays
// as it is also when a secret happens to be such a word; everything that comes from files, values and the world is masked.
import type { EventBody } from './event.ts';
import type { Masker } from './mask.ts';

/** Words of ours, and addresses, wherever they stand in an event. */
const ours = new Set([
  ...'type address step needs group outcome verdict phase stream level code kind signal stage decision'.split(' '),
  ...'process fingerprint run workflow variant version undoes only from until redo'.split(' '),
]);

/** Data of any shape: nothing in it is a word of ours. */
const free = new Set('inputs outputs definition data facts undo'.split(' '));

export const maskEvent = (body: EventBody, masker: Masker): EventBody =>
  masker.hides ? (maskFields(body, masker) as EventBody) : body;

const maskFields = (value: unknown, masker: Masker): unknown => {
  if (typeof value === 'string') return masker.text(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => maskFields(each, masker));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, maskField(key, each, masker)]));
};

const maskField = (key: string, value: unknown, masker: Masker): unknown => {
  if (free.has(key)) return masker.value(value);
  return ours.has(key) ? value : maskFields(value, masker);
};
