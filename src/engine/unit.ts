// The units of scheduling: a step, a foreach child, or the parent that stands for all children.
import { childAddress, parseAddress } from '../core/address.ts';
import type { PlannedStep } from '../core/event.ts';
import { compile, type Scope } from '../core/expression.ts';
import { resolveText, resolveValue, textOf } from '../core/template.ts';
import type { StepSpec } from '../core/workflow.ts';

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

/** The units of a step. A foreach list that rests on outputs of steps not yet run leaves a parent without children. */
export const unitsOf = (step: StepSpec, scope: Scope): readonly Unit[] => {
  const needs = step.needs ?? [];
  if (!step.foreach) return [{ address: step.id, step, kind: 'step', locals: {}, needs: resolveNeeds(needs, scope) }];
  if (isLate(step))
    return [
      { address: step.id, step, kind: 'parent', locals: {}, needs: needs.map((need) => parseAddress(need).step) },
    ];
  return expand(step, scope);
};

/** Parent and children of a foreach step. @throws ExpansionError for a list that is none or keys that are not unique; ExpressionError */
export const expand = (step: StepSpec, scope: Scope): readonly Unit[] => {
  const [variable = 'item', source] = Object.entries(step.foreach ?? {})[0] ?? [];
  const items = itemsOf(resolveValue(source, scope), step.id);
  const children = items.map(({ item, name }): Unit => {
    const locals = { [variable]: item, key: name };
    const key = step.key === undefined ? name : textOf(resolveText(`\${{${step.key}}}`, { ...scope, ...locals }));
    const own = { ...locals, key };
    const needs = resolveNeeds(step.needs ?? [], { ...scope, ...own });
    return { address: childAddress(step.id, key), step, kind: 'child', key, locals: own, needs };
  });
  const twice = children.find((child, index) => children.findIndex((each) => each.key === child.key) !== index);
  if (twice)
    throw new ExpansionError(
      `two children of step ${step.id} have the key "${twice.key}"; give the step a \`key\` that tells them apart`,
    );
  const addresses = children.map((child) => child.address);
  return [{ address: step.id, step, kind: 'parent', locals: {}, needs: addresses, children: addresses }, ...children];
};

/** True when the list can only be known once other steps have run. */
const isLate = (step: StepSpec): boolean => {
  const found = JSON.stringify(Object.values(step.foreach ?? {}));
  return [...found.matchAll(/\$\{\{([\s\S]*?)\}\}/g)].some(([, source = '']) => {
    const compiled = compile(source.replaceAll('\\"', '"'));
    return compiled.ok && compiled.expression.references.some(([root]) => root === 'steps');
  });
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

const resolveNeeds = (needs: readonly string[], scope: Scope): readonly string[] =>
  needs.map((need) => textOf(resolveText(need, scope)));

/** How a unit is told to views and journal. */
export const plannedStep = (unit: Unit, usualMs: number | undefined, name: string): PlannedStep => ({
  address: unit.address,
  step: unit.step.id,
  name,
  needs: unit.needs,
  ...(unit.step.group !== undefined && { group: unit.step.group }),
  ...(unit.kind === 'parent' && { parent: true }),
  ...(usualMs !== undefined && { usualMs }),
});
