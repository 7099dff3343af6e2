// Who wrote what, when files extend each other; and where steps are written.
import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type ParsedNode, type Scalar } from 'yaml';
import type { StepSpec, Workflow } from '../core/workflow.ts';
import { type Place, type Position, positionOf, type Source, scalarOffset } from './source.ts';

export type Key = string | number;
type Written = ParsedNode | Node | null;

interface Origin {
  readonly source: Source;
  readonly node: Node;
}

export class Origins {
  readonly #written = new Map<object, Origin>();
  readonly #lent = new Map<object, Map<Key, object>>();
  readonly #uses = new Map<object, Place>();
  readonly #bases = new Map<object, object>();

  /** The list or map was made from this node. */
  wrote(container: object, source: Source, node: Node): void {
    this.#written.set(container, { source, node });
  }

  /** A composed container: what is not lent by another comes from `base`, under the same key. */
  rest(container: object, base: object): void {
    this.#bases.set(container, base);
  }

  /** The value under `key` was taken over from `lender`, where it has the same key. */
  lend(container: object, key: Key, lender: object): void {
    const known = this.#lent.get(container);
    if (known) known.set(key, lender);
    else this.#lent.set(container, new Map([[key, lender]]));
  }

  /** The container is what a name at this place stands for. */
  usedAt(container: object, place: Place): void {
    this.#uses.set(container, place);
  }

  /** Where the name stands that brought the container in. */
  useOf(container: object): Place | undefined {
    return this.#uses.get(container);
  }

  /** Where the list or map itself begins. */
  placeOf(container: object): Place | undefined {
    const origin = this.#written.get(container);
    if (origin) return placeOfNode(origin.source, origin.node);
    const base = this.#bases.get(container);
    return base && this.placeOf(base);
  }

  /** The token of the key, or of the value under it; an empty value is shown at its key. */
  placeAt(container: object, key: Key, where: 'key' | 'value'): Place | undefined {
    const { container: writer, origin } = this.#writerOf(container, key);
    if (!origin) return undefined;
    const entry = entryOf(origin.node, key);
    if (!entry) return writer === container ? undefined : this.placeOf(writer);
    const { keyNode, valueNode } = entry;
    const node = where === 'key' ? (keyNode ?? valueNode) : (nonEmpty(valueNode) ?? keyNode);
    return node ? placeOfNode(origin.source, node) : undefined;
  }

  /** `length` characters of the string under `key`, from its character `at`. */
  placeWithin(container: object, key: Key, { at, length, value }: Within): Place | undefined {
    const { origin } = this.#writerOf(container, key);
    const node = origin && entryOf(origin.node, key)?.valueNode;
    if (!origin || !node || !isScalar(node) || !node.range) return this.placeAt(container, key, 'value');
    const scalar = {
      text: origin.source.text,
      start: node.range[0],
      end: node.range[1],
      style: (node as Scalar).type as Scalar.Type,
    };
    // The end of a block scalar would be on the next line: just after its last character is meant.
    const last = value.trimEnd().length - 1;
    const start = at > last && last >= 0 ? scalarOffset(scalar, value, last) + 1 : scalarOffset(scalar, value, at);
    const end = length > 0 && at <= last ? scalarOffset(scalar, value, Math.min(at + length - 1, last)) + 1 : start;
    return { source: origin.source, start, end: Math.max(start, end) };
  }

  /** The scalar under `key` as it is written, without quotes' meaning. */
  spelling(container: object, key: Key): string | undefined {
    const { origin } = this.#writerOf(container, key);
    const node = origin && entryOf(origin.node, key)?.valueNode;
    return node?.range && origin ? origin.source.text.slice(node.range[0], node.range[1]) : undefined;
  }

  #writerOf(container: object, key: Key): { container: object; origin: Origin | undefined } {
    let writer = container;
    for (
      let next: object | undefined = writer;
      next;
      next = this.#lent.get(writer)?.get(key) ?? this.#bases.get(writer)
    ) {
      writer = next;
    }
    return { container: writer, origin: this.#written.get(writer) };
  }
}

interface Within {
  readonly at: number;
  readonly length: number;
  readonly value: string;
}

export const placeOfNode = (source: Source, node: Written | Alias): Place => {
  const [start, end] = node?.range ?? [0, 0];
  return { source, start, end };
};

const entryOf = (node: Node, key: Key): { keyNode: Node | undefined; valueNode: Node | undefined } | undefined => {
  if (isSeq(node)) {
    const item = node.items[Number(key)] as Node | undefined;
    return item && { keyNode: undefined, valueNode: item };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((each) => isScalar(each.key) && each.key.value === key) as Pair<Node, Node> | undefined;
  return pair && { keyNode: pair.key, valueNode: pair.value ?? undefined };
};

const nonEmpty = (node: Node | undefined): Node | undefined => {
  if (!node?.range || isAlias(node)) return node;
  return node.range[1] > node.range[0] ? node : undefined;
};

export interface StepPositions {
  /** The place of the value at a path within the step; without a path, of its id. Undefined for an unknown step. */
  of(step: string, path?: readonly Key[]): Position | undefined;
}

export const stepPositions = (origins: Origins, workflow: Workflow): StepPositions => {
  let steps: ReadonlyMap<string, StepSpec> | undefined;
  return {
    of: (id, path = []) => {
      steps ??= new Map(workflow.steps.map((step) => [step.id, step]));
      const step = steps.get(id);
      if (!step) return undefined;
      let place: Place | undefined = origins.placeAt(step, 'id', 'value') ?? origins.placeOf(step);
      let container: unknown = step;
      for (const key of path) {
        if (typeof container !== 'object' || container === null) break;
        place = origins.placeAt(container, key, 'value') ?? place;
        container = (container as Record<Key, unknown>)[key];
      }
      return place && positionOf(place);
    },
  };
};
