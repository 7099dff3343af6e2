// The rows a run has, as a tree: groups, foreach parents and steps, in the order of the plan.
import type { Address } from '../core/event.ts';
import type { RunModel } from './run-model.ts';
import type { StepRecord } from './step-record.ts';
import { cleanName } from './text.ts';
import { stepTitle } from './wording.ts';

export interface BoardNode {
  readonly kind: 'step' | 'parent' | 'group';
  readonly title: string;
  /** Of a group: that of its first member, which tells it from all others. */
  readonly address: Address;
  readonly children: readonly BoardNode[];
}

export const boardTree = (model: RunModel): readonly BoardNode[] => {
  const roots = [...model.steps.values()].filter((record) => !isChild(record, model));
  const groups = new Map<string, BoardNode & { children: BoardNode[] }>();
  const nodes: BoardNode[] = [];
  for (const record of roots) {
    const { group } = record.planned;
    if (group === undefined) {
      nodes.push(stepNode(record, model));
      continue;
    }
    const known = groups.get(group);
    const node = known ?? { kind: 'group', title: cleanName(group), address: record.planned.address, children: [] };
    node.children.push(stepNode(record, model));
    groups.set(group, node);
    if (!known) nodes.push(node);
  }
  return nodes.map(withoutInner);
};

/** A group that holds nothing but one foreach step is that step, under the group's name. */
const withoutInner = (node: BoardNode): BoardNode => {
  const [only, ...others] = node.children;
  return node.kind === 'group' && only?.kind === 'parent' && others.length === 0
    ? { ...only, title: node.title }
    : node;
};

/** The nodes of the children of a foreach step. */
export const childNodes = (address: Address, model: RunModel): readonly BoardNode[] =>
  (model.children.get(address) ?? []).flatMap((child) => {
    const record = model.steps.get(child);
    return record ? [stepNode(record, model)] : [];
  });

/** The addresses of the steps below a node, or its own. */
export const membersOf = (node: BoardNode, model: RunModel): readonly Address[] => {
  if (node.kind === 'step') return [node.address];
  if (node.kind === 'parent') return model.children.get(node.address) ?? [];
  return node.children.flatMap((child) => membersOf(child, model));
};

const stepNode = ({ planned }: StepRecord, model: RunModel): BoardNode => ({
  kind: planned.parent === true ? 'parent' : 'step',
  title: stepTitle(planned),
  address: planned.address,
  children: planned.parent === true ? childNodes(planned.address, model) : [],
});

const isChild = ({ planned }: StepRecord, model: RunModel): boolean =>
  planned.address !== planned.step && model.steps.get(planned.step)?.planned.parent === true;
