// The units of scheduling: a step, a foreach child, or the parent that stands for all children.
import { childAddress, parseAddress } from '../../core/address.ts';
import type { PlannedStep } from '../../core/event.ts';
import { compile, ExpressionError, type Scope } from '../../core/expression.ts';
import { circleIn } from '../../core/graph.ts';
import type { Masker } from '../../core/mask.ts';
import { evaluate, resolveText, resolveValue, templateParts, textOf } from '../../core/template.ts';
import type { StepSpec } from '../../core/workflow.ts';

export interface Unit {
  readonly address: string;
  readonly step: StepSpec;
  readonly kind: 'step' | 'child' | 'parent';
  readonly key?: string;
  /** The foreach variable and `key`. */
  readonly locals: Readonly<Record<string, unknown>>;
  readonly needs: readonly string[];
  /** Of a parent: its children, once they are known. */
  readonly children?: readonly string[];
}

export class ExpansionError extends Error {}

/** What units are made with. */
export interface Surroundings {
  readonly scope: Scope;
  readonly masker: Masker;
}

/**
 * The units of a step. A foreach list that rests on outputs of steps not yet run leaves a parent without children.
 * @throws what `expand` throws
 */
export const unitsOf = (step: StepSpec, { scope, masker }: Surroundings): readonly Unit[] => {
  const needs = step.needs ?? [];
  if (!step.foreach)
    return [{ address: step.id, step, kind: 'step', locals: noLocals, needs: resolveNeeds(needs, { scope, masker }) }];
  if (isLate(step)) return [{ address: step.id, step, kind: 'parent', locals: {}, needs: wholeSteps(step) }];
  return expand(step, { scope, masker });
};

/**
 * Parent and children of a foreach step.
 * @throws ExpansionError for a list that is none, keys that are not unique or hold a secret, and children that wait for one another;
 * ExpressionError
 */
export const expand = (step: StepSpec, { scope, masker }: Surroundings): readonly Unit[] => {
  const [variable = 'item', source] = Object.entries(step.foreach ?? {})[0] ?? [];
  const children = itemsOf(resolveValue(source, scope), step.id).map(({ item, name }, at): Unit => {
    const key = step.key === undefined ? name : textOf(evaluate(step.key, { ...scope, [variable]: item, key: name }));
    if (masker.text(key) !== key) throw new ExpansionError(secretKey(step, at));
    const locals = { [variable]: item, key };
    const needs = resolveNeeds(step.needs ?? [], { scope: { ...scope, ...locals }, masker });
    return { address: childAddress(step.id, key), step, kind: 'child', key, locals, needs };
  });
  demandUnique(step, children);
  const addresses = children.map((child) => child.address);
  const ordered = children.map((child) => ({ ...child, needs: withoutAbsentSiblings(child, addresses) }));
  const circle = circleIn(ordered);
  if (circle)
    throw new ExpansionError(`its children need one another in a circle: ${[...circle, circle[0]].join(' -> ')}`);
  // What the children wait for the parent waits for as well: an empty list must not let anyone pass.
  const needs = [...addresses, ...wholeSteps(step)];
  return [{ address: step.id, step, kind: 'parent', locals: {}, needs, children: addresses }, ...ordered];
};

/** Addresses stand in journals, in names of logs and on screens, as they are. */
const secretKey = ({ key }: StepSpec, at: number): string =>
  `the key of its item ${at + 1} holds a secret, and keys are shown and recorded; ${
    key === undefined
      ? 'give `foreach` a map, whose keys name its items, or give the step a `key` that holds none'
      : 'let its `key` name the item without the secret'
  }`;

const demandUnique = (step: StepSpec, children: readonly Unit[]): void => {
  const seen = new Set<string>();
  for (const { address, key } of children) {
    if (seen.has(address))
      throw new ExpansionError(
        `two children of step ${step.id} have the key "${key}"; give the step a \`key\` that tells them apart`,
      );
    seen.add(address);
  }
};

/** Whether the `if` of a foreach step may differ between its children. */
export const readsItem = ({ foreach = {}, if: condition = '' }: StepSpec): boolean => {
  const locals = [...Object.keys(foreach), 'key'];
  const compiled = compile(condition);
  return compiled.ok && compiled.expression.references.some(([root]) => root !== undefined && locals.includes(root));
};

/** A child may wait for another of its own step; for one that is not in the list there is nothing to wait for. */
const withoutAbsentSiblings = ({ step, needs }: Unit, addresses: readonly string[]): readonly string[] =>
  needs.filter((need) => parseAddress(need).step !== step.id || addresses.includes(need));

/** True when the list can only be known once other steps have run. */
const isLate = (step: StepSpec): boolean => listSources(step).length > 0;

/** Of a parent whose children are not known: a child of it may be there or not. */
export const isOpenParent = ({ kind, children }: Unit): boolean => kind === 'parent' && !children;

/** The ids of the steps that the list of a foreach step is read from, as its expressions write them; undefined for one that is computed. */
export const listSources = (step: StepSpec): readonly (string | undefined)[] =>
  stringsIn(Object.values(step.foreach ?? {})).flatMap((text) =>
    templateParts(text).flatMap((part) => {
      const compiled = part.kind === 'expression' ? compile(part.source) : undefined;
      if (compiled?.ok !== true) return [];
      return compiled.expression.references.filter(([root]) => root === 'steps').map(([, id]) => id);
    }),
  );

const stringsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
};

const itemsOf = (list: unknown, id: string): readonly { item: unknown; name: string }[] => {
  if (Array.isArray(list)) return list.map((item) => ({ item, name: nameOf(item) }));
  if (typeof list === 'object' && list !== null) {
    return Object.entries(list).map(([name, value]) => ({
      item: isPlainMap(value) ? { key: name, ...value } : { key: name, value },
      name,
    }));
  }
  throw new ExpansionError(`foreach of step ${id} needs a list or a map, and got ${textOf(list)}`);
};

const nameOf = (item: unknown): string => {
  if (!isPlainMap(item)) return textOf(item);
  return textOf(item['name'] ?? item['id'] ?? item['key'] ?? item);
};

const isPlainMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const noLocals = {};

const resolveNeeds = (needs: readonly string[], { scope, masker }: Surroundings): readonly string[] => {
  if (!needs.some((need) => need.includes('${{'))) return needs;
  const resolved = needs.map((need) => textOf(resolveText(need, scope)));
  const at = resolved.findIndex((need) => masker.text(need) !== need);
  if (at >= 0) throw new ExpansionError(`needs ${needs[at]}: it holds a secret, and no step's address does`);
  return resolved;
};

/** The other steps that a step waits for, also where it names one child of them. */
const wholeSteps = ({ id, needs = [] }: StepSpec): readonly string[] =>
  [...new Set(needs.map((need) => parseAddress(need).step))].filter((need) => need !== id);

const isProof = ({ kind, step: { run, shell, uses } }: Unit): boolean =>
  kind !== 'parent' && run === undefined && shell === undefined && uses === undefined;

const nameIn = ({ step, kind, key }: Unit, scope: Scope): string => {
  try {
    if (step.name === undefined) return key === undefined ? step.id : key;
    return textOf(resolveText(step.name, scope));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    // A parent's name is its children's with the item left open; one that rests on outputs is not known yet.
    return kind === 'parent' ? step.id : (step.name ?? step.id);
  }
};

/** How a unit is told to views and journal. */
export const plannedStep = (unit: Unit, usualMs: number | undefined, scope: Scope): PlannedStep => ({
  address: unit.address,
  step: unit.step.id,
  name: nameIn(unit, scope),
  needs: unit.needs,
  ...(unit.step.group !== undefined && { group: unit.step.group }),
  ...(unit.kind === 'parent' && { parent: true }),
  ...(unit.step.was !== undefined && unit.kind !== 'child' && { was: [unit.step.was].flat() }),
  ...(isProof(unit) && { proves: true }),
  ...(usualMs !== undefined && { usualMs }),
});
