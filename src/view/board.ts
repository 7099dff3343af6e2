// The steps of a run as listr2 tasks: one task a row, its state set by events and by nothing else. listr2 keeps the tree and the
// states and says when to draw; how a row looks and which rows fit is the renderer's business.
import { Listr, type ListrRendererFactory, type ListrTask, ListrTaskState, type ListrTaskWrapper } from 'listr2';
import type { Address } from '../core/event.ts';
import { type BoardNode, boardTree, childNodes, membersOf } from './board-tree.ts';
import type { Phase, RunModel, StepRecord } from './run-model.ts';

type Wrapper = ListrTaskWrapper<unknown, ListrRendererFactory, ListrRendererFactory>;
type Row = ListrTask<unknown, ListrRendererFactory, ListrRendererFactory>;

interface Place {
  readonly node: BoardNode;
  readonly above: Place | undefined;
  /** Absent until listr2 has called the task: it does so late, and events come before. */
  wrapper?: Wrapper;
  /** Ends the task, with its subtasks if they became known only now. */
  readonly ended: Deferred<readonly BoardNode[] | undefined>;
}

export interface BoardOptions {
  readonly model: RunModel;
  readonly renderer: ListrRendererFactory;
  readonly rendererOptions: object;
}

/** Options of listr2 that make it draw and do nothing else. */
const listrOptions = { concurrent: true, exitOnError: false, registerSignalListeners: false } as const;

export class Board {
  private readonly model: RunModel;
  private readonly places = new Map<Address, Place>();
  private readonly groups: Place[] = [];
  private readonly running: Promise<unknown>;

  constructor({ model, renderer, rendererOptions }: BoardOptions) {
    this.model = model;
    const rows = boardTree(model).map((node) => this.row(node));
    this.running = new Listr(rows, { ...listrOptions, renderer, rendererOptions }).run({});
  }

  /** Brings the row of a step, and the rows it is folded into, to what the model says. */
  sync(address: Address): void {
    for (let place = this.places.get(address); place; place = place.above) this.show(place);
  }

  /** The children of a foreach step have become known. */
  expand(address: Address): void {
    this.places.get(address)?.ended.resolve(childNodes(address, this.model));
  }

  /** Ends all rows as they stand; resolves when the last frame is drawn. */
  async close(): Promise<void> {
    for (const { ended } of [...this.places.values(), ...this.groups]) ended.resolve(undefined);
    await this.running;
  }

  private row(node: BoardNode, above?: Place): Row {
    const place: Place = { node, above, ended: new Deferred() };
    if (node.kind === 'group') this.groups.push(place);
    else this.places.set(node.address, place);
    const begin = (wrapper: Wrapper) => {
      place.wrapper = wrapper;
      this.show(place);
      if (node.children.length > 0) return this.below(place, node.children);
      return place.ended.promise.then((late) => (late && late.length > 0 ? this.below(place, late) : undefined));
    };
    return { title: node.title, rendererOptions: { node }, task: (_, wrapper) => begin(wrapper) };
  }

  private below(place: Place, nodes: readonly BoardNode[]) {
    return place.wrapper?.newListr(
      nodes.map((child) => this.row(child, place)),
      { concurrent: true, exitOnError: false },
    );
  }

  private show({ node, wrapper, ended }: Place): void {
    const state = node.kind === 'step' ? stateOf(this.model.steps.get(node.address)) : this.folded(node);
    if (wrapper && wrapper.task.state !== state) wrapper.task.state$ = state;
    const phase = this.model.steps.get(node.address)?.phase;
    const waitsForChildren = node.kind !== 'step' && !(isOver(phase) && membersOf(node, this.model).length === 0);
    if (isOver(phase) && !waitsForChildren) ended.resolve(undefined);
  }

  /** listr2 fails running rows below a failed one, so a fold fails only when all of it is over. */
  private folded(node: BoardNode): ListrTaskState {
    const members = membersOf(node, this.model).map((address) => this.model.steps.get(address));
    if (members.length === 0) return stateOf(this.model.steps.get(node.address));
    const states = members.map(stateOf);
    if (members.every((member) => isOver(member?.phase))) {
      if (states.includes(ListrTaskState.FAILED)) return ListrTaskState.FAILED;
      return states.every((state) => state === ListrTaskState.SKIPPED)
        ? ListrTaskState.SKIPPED
        : ListrTaskState.COMPLETED;
    }
    return states.every((state) => state === ListrTaskState.WAITING) ? ListrTaskState.WAITING : ListrTaskState.STARTED;
  }
}

const isOver = (phase: Phase | undefined): boolean => phase === 'done' || phase === 'left-out';

const stateOf = (record: StepRecord | undefined): ListrTaskState => {
  switch (record?.phase) {
    case 'preconditions':
    case 'acting':
    case 'health':
      return ListrTaskState.STARTED;
    case 'retrying':
      return ListrTaskState.RETRY;
    case 'left-out':
      return ListrTaskState.SKIPPED;
    case 'done':
      return endStates[record.outcome ?? 'blocked'];
    default:
      return ListrTaskState.WAITING;
  }
};

const endStates = {
  changed: ListrTaskState.COMPLETED,
  satisfied: ListrTaskState.COMPLETED,
  skipped: ListrTaskState.SKIPPED,
  failed: ListrTaskState.FAILED,
  blocked: ListrTaskState.WAITING,
  interrupted: ListrTaskState.WAITING,
} as const;

class Deferred<T> {
  readonly promise: Promise<T>;
  resolve: (value: T) => void = () => {};
  constructor() {
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }
}
