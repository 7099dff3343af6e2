// The rows a listr2 tree shows now: what is over is folded, what runs is open, what failed stays in sight.
import { type ListrRendererFactory, type ListrRendererTask, ListrTaskState } from 'listr2';
import type { BoardNode } from './board-tree.ts';

export type BoardTask = ListrRendererTask<ListrRendererFactory>;

export interface BoardRow {
  readonly node: BoardNode;
  readonly level: number;
  readonly state: ListrTaskState;
  /** True for a group or parent whose rows are not shown one by one. */
  readonly folded: boolean;
  /** Index of the row it stands under. */
  readonly parent?: number;
}

export const boardRows = (tasks: readonly BoardTask[]): readonly BoardRow[] => {
  const rows: BoardRow[] = [];
  add(rows, tasks, { level: 0 });
  return rows;
};

const add = (
  rows: BoardRow[],
  tasks: readonly BoardTask[],
  { level, parent }: { level: number; parent?: number },
): void => {
  for (const task of tasks) {
    const { node } = task.rendererTaskOptions as { node: BoardNode };
    const below = shownBelow(task);
    const folded = node.kind !== 'step' && below.length === 0;
    const at = rows.push({ node, level, state: task.state, folded, ...(parent !== undefined && { parent }) }) - 1;
    add(rows, below, { level: level + 1, parent: at });
  }
};

/** All rows below what runs; of what is over, those that failed or could not run. */
const shownBelow = (task: BoardTask): readonly BoardTask[] => {
  const below: readonly BoardTask[] = task.subtasks ?? [];
  if (task.isStarted()) return below;
  if (task.hasFailed()) return below.filter((each) => each.hasFailed() || each.state === ListrTaskState.WAITING);
  return [];
};
