// The steps of a run as listr2 tasks: one task a row, its state set by events and by nothing else. listr2 keeps the tree and the
// states and says when to draw; how a row looks and which rows fit is the renderer's business.
import { Listr, type ListrRendererFactory, type ListrTask, ListrTaskState, type ListrTaskWrapper } from 'listr2';
import type { Address } from '../core/event.ts';
import { type BoardNode, boardTree, childNodes } from './board-tree.ts';
import type { RunModel } from './run-model.ts';
import type { StepRecord } from './step-record.ts';

type Wrapper = ListrTaskWrapper<unknown, ListrRendererFactory, ListrRendererFactory>;
type Row = ListrTask<unknown, ListrRendererFactory, ListrRendererFactory>;

/** How a row stands; listr2 has no words for what was blocked or cut off, so those rows stay waiting to it. */
type Standing = 'waiting' | 'live' | 'retrying' | 'done' | 'failed' | 'skipped' | 'stuck';

interface Place {
  readonly node: BoardNode;
  readonly above: Place | undefined;
  standing: Standing;
  /** How many rows below stand how: folds of thousands are not counted anew for each event. */
  readonly below: Map<Standing, number>;
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
    const place = this.places.get(address);
    if (place) this.stand(place, standingOf(this.model.steps.get(address)));
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
    const standing = standingOf(this.model.steps.get(node.address));
    const place: Place = { node, above, standing: 'waiting', below: new Map(), ended: new Deferred() };
    if (node.kind === 'group') this.groups.push(place);
    else this.places.set(node.address, place);
    if (above) count(above, 'waiting', 1);
    const children = node.children.map((child) => this.row(child, place));
    if (node.kind === 'step') this.stand(place, standing);
    const begin = (wrapper: Wrapper) => {
      place.wrapper = wrapper;
      wrapper.task.state$ = states[place.standing];
      if (children.length > 0) return this.subtasks(wrapper, children);
      return place.ended.promise.then((late) =>
        late && late.length > 0
          ? this.subtasks(
              wrapper,
              late.map((child) => this.row(child, place)),
            )
          : undefined,
      );
    };
    return { title: node.title, rendererOptions: { node }, task: (_, wrapper) => begin(wrapper) };
  }

  private subtasks(wrapper: Wrapper, rows: Row[]) {
    return wrapper.newListr(rows, { concurrent: true, exitOnError: false });
  }

  private stand(first: Place, standing: Standing): void {
    let next = standing;
    for (let place: Place | undefined = first; place && place.standing !== next; place = place.above) {
      const before = place.standing;
      place.standing = next;
      if (place.wrapper && place.wrapper.task.state !== states[next]) place.wrapper.task.state$ = states[next];
      if (isOver(next)) place.ended.resolve(undefined);
      if (!place.above) return;
      count(place.above, before, -1);
      count(place.above, next, 1);
      next = foldedOf(place.above.below);
    }
  }
}

const count = ({ below }: Place, standing: Standing, by: number): void =>
  void below.set(standing, (below.get(standing) ?? 0) + by);

const isOver = (standing: Standing): boolean =>
  standing === 'done' || standing === 'failed' || standing === 'skipped' || standing === 'stuck';

/** listr2 fails running rows below a failed one, so a fold fails only when all of it is over. */
const foldedOf = (below: ReadonlyMap<Standing, number>): Standing => {
  const has = (standing: Standing): boolean => (below.get(standing) ?? 0) > 0;
  const over = has('failed') || has('stuck') || has('done') || has('skipped');
  if (has('live') || has('retrying') || (has('waiting') && over)) return 'live';
  if (has('waiting')) return 'waiting';
  if (has('failed')) return 'failed';
  if (has('stuck')) return 'stuck';
  return has('done') ? 'done' : 'skipped';
};

const standingOf = (record: StepRecord | undefined): Standing => {
  switch (record?.phase) {
    case 'preconditions':
    case 'acting':
    case 'health':
      return 'live';
    case 'retrying':
      return 'retrying';
    case 'left-out':
      return 'skipped';
    case 'done':
      return endStandings[record.outcome ?? 'blocked'];
    default:
      return 'waiting';
  }
};

const endStandings = {
  changed: 'done',
  satisfied: 'done',
  skipped: 'skipped',
  failed: 'failed',
  blocked: 'stuck',
  interrupted: 'stuck',
} as const;

const states: Readonly<Record<Standing, ListrTaskState>> = {
  waiting: ListrTaskState.WAITING,
  live: ListrTaskState.STARTED,
  retrying: ListrTaskState.RETRY,
  done: ListrTaskState.COMPLETED,
  failed: ListrTaskState.FAILED,
  skipped: ListrTaskState.SKIPPED,
  stuck: ListrTaskState.WAITING,
};

class Deferred<T> {
  readonly promise: Promise<T>;
  resolve: (value: T) => void = () => {};
  constructor() {
    this.promise = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }
}
