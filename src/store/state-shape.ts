// Whether a document is a right one, and no more: what the schema says, without loading the schema's library, which alone takes
// longer than everything else that a short command does with the state. What is wrong with a wrong one the schema tells.
import type { StateData } from './state-schema.ts';

export const isStateData = (value: unknown): value is StateData =>
  isRecord(value) && hasOnly(value, document) && value['format'] === 1;

type Check = (value: unknown) => boolean;
/** By key: what it must be, and whether it may be missing. */
type Keys = ReadonlyMap<string, { readonly check: Check; readonly optional: boolean }>;

const must = (check: Check) => ({ check, optional: false });
const may = (check: Check) => ({ check, optional: true });

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isNumber: Check = (value) => Number.isFinite(value);
const isInteger: Check = (value) => Number.isSafeInteger(value);
const isAnything: Check = () => true;
const isOutcome: Check = (value) => value === 'succeeded' || value === 'failed' || value === 'interrupted';
const isList =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const isStrict =
  (keys: Keys): Check =>
  (value) =>
    isRecord(value) && hasOnly(value, keys);

const hasOnly = (value: Record<string, unknown>, keys: Keys): boolean => {
  for (const [key, { check, optional }] of keys)
    if (Object.hasOwn(value, key) ? !check(value[key]) : !optional) return false;
  return Object.keys(value).every((key) => keys.has(key));
};

const created: Keys = new Map([
  ['kind', must(isText)],
  ['name', must(isText)],
  ['within', may(isText)],
]);

const undo: Keys = new Map([
  ['action', must(isRecord)],
  ['absent', must(isList(isAnything))],
  ['timeoutMs', may(isNumber)],
]);

const ledgerEntry: Keys = new Map([
  ['address', must(isText)],
  ['workflow', must(isText)],
  ['variant', must(isText)],
  ['run', must(isText)],
  ['at', must(isNumber)],
  ['seq', must(isInteger)],
  ['created', must(isList(isStrict(created)))],
  ['undo', may(isStrict(undo))],
  ['fingerprint', may(isText)],
]);

const runEntry: Keys = new Map([
  ['id', must(isText)],
  ['workflow', must(isText)],
  ['variant', must(isText)],
  ['startedAt', must(isNumber)],
  ['endedAt', may(isNumber)],
  ['outcome', may(isOutcome)],
  ['deploys', must(isFlag)],
  ['superseded', may(isFlag)],
  ['partial', may(isFlag)],
]);

const deployed: Keys = new Map([
  ['variant', must(isText)],
  ['workflow', must(isText)],
  ['run', must(isText)],
  ['since', must(isNumber)],
  ['inputs', must(isRecord)],
  ['facts', must(isRecord)],
  ['withheld', may(isList(isText))],
]);

const document: Keys = new Map([
  ['format', must(isInteger)],
  ['deployed', may(isStrict(deployed))],
  ['created', must(isList(isStrict(ledgerEntry)))],
  ['runs', must(isList(isStrict(runEntry)))],
]);
