// A whole frame of the board as lines that fit the screen: a head, the rows that fit, and a foot with the totals.
import { formatDuration } from '../core/quantity.ts';
import { type BoardRow, type BoardTask, boardRows } from './board-rows.ts';
import { type Estimate, estimateText } from './estimate.ts';
import { type RowSurroundings, type RowText, type RowWeight, rowText, rowWeight } from './row-text.ts';
import type { RunModel } from './run-model.ts';
import { cleanLine, cleanName, createPaint, type Paint, textWidth, truncate } from './text.ts';
import { chooseRows, type WindowLine } from './window.ts';
import { countOutcomes, countsText, stoppingText, undoneText, undoneWord } from './wording.ts';

export interface FrameRequest extends RowSurroundings {
  readonly tasks: readonly BoardTask[];
  readonly columns: number;
  /** Lines the frame may have. */
  readonly lines: number;
  readonly color: boolean;
  readonly rest: Estimate;
}

/** A row and how it counts; its text is made only when it is shown. */
interface Drawn {
  readonly row: BoardRow;
  readonly weight: RowWeight;
  readonly text: () => RowText;
}

export const composeFrame = (request: FrameRequest): readonly string[] => {
  const { model, columns, lines, final } = request;
  const paint = createPaint(request.color);
  const drawn = boardRows(request.tasks).map((row) => ({
    row,
    weight: rowWeight(row, request),
    text: () => rowText(row, request),
  }));
  const foot = final ? [] : footOf(model, paint, columns, lines);
  const head = final || lines < 6 ? [] : [headOf(request, paint)];
  const undone = undoneRows(model, paint, columns).slice(-Math.max(0, Math.floor(lines / 2)));
  const budget = lines - head.length - foot.length - undone.length;
  const weights = drawn.map(({ weight }) => weight);
  const chosen = chooseRows(weights, budget);
  const shown = chosen.flatMap((line) => (line.kind === 'row' ? (drawn[line.at] ?? []) : []));
  const width = Math.min(
    Math.floor(columns * 0.45),
    Math.max(0, ...shown.map(({ row }) => row.level * 2 + textWidth(row.node.title))),
  );
  const body = chosen.flatMap((line) => bodyLines(line, drawn, { paint, columns, width, unicode: request.unicode }));
  return [...head, ...undone, ...body, ...foot].slice(0, lines);
};

interface Drawing {
  readonly paint: Paint;
  readonly columns: number;
  /** Of the column with names. */
  readonly width: number;
  readonly unicode: boolean;
}

const bodyLines = (line: WindowLine, drawn: readonly Drawn[], drawing: Drawing): readonly string[] => {
  const { paint, columns, unicode } = drawing;
  if (line.kind === 'gap')
    return [paint.dim(truncate(`${unicode ? '…' : '...'} ${gapText(drawn.slice(line.from, line.to))}`, columns))];
  const item = drawn[line.at];
  if (!item) return [];
  const { row } = item;
  const text = item.text();
  const first = rowLine(item, text, line.detail, drawing);
  if (!line.detail || text.detail === undefined) return [first];
  const indent = ' '.repeat(row.level * 2 + 2);
  return [first, `${indent}${paint.dim(truncate(`${unicode ? '│' : '|'} ${text.detail}`, columns - indent.length))}`];
};

const rowLine = (
  { row, weight }: Drawn,
  text: RowText,
  detailBelow: boolean,
  { paint, columns, width }: Drawing,
): string => {
  const indent = ' '.repeat(row.level * 2);
  const title = truncate(row.node.title, Math.max(8, width - indent.length));
  const pad = ' '.repeat(Math.max(0, width - indent.length - textWidth(title)));
  const more = !detailBelow && text.detail !== undefined ? `: ${text.detail}` : '';
  const room = columns - indent.length - textWidth(text.sign) - 1 - textWidth(title) - pad.length - 2;
  const status = truncate(text.status + more, Math.max(0, room));
  const tone = weight.running || weight.failed ? paint[text.tone] : paint.dim;
  return `${indent}${paint[text.tone](text.sign)} ${title}${pad}  ${tone(status)}`;
};

const gapText = (hidden: readonly Drawn[]): string => {
  const live = hidden.filter(({ weight }) => weight.running).length;
  const waiting = hidden.filter(({ weight }) => weight.waiting).length;
  const counts = new Map([
    ['running', live],
    ['done', hidden.length - live - waiting],
    ['waiting', waiting],
  ]);
  return `${hidden.length} more: ${countsText(counts)}`;
};

const headOf = ({ model, now, columns, rest }: FrameRequest, paint: Paint): string => {
  const { start, sittingSince = now } = model;
  const left = rest.ms < 1000 ? '' : `, ${estimateText(rest)} left`;
  const time = `${formatDuration(Math.max(0, now - sittingSince))}${left}`;
  const name = truncate(
    cleanLine(`${start?.workflow ?? 'run'}, ${start?.variant ?? ''}`),
    Math.max(0, columns - time.length - 2),
  );
  return `${paint.strong(name)}${' '.repeat(Math.max(1, columns - textWidth(name) - time.length))}${paint.dim(truncate(time, columns - textWidth(name) - 1))}`;
};

/** The totals; while the run is being stopped, what that means. */
const footOf = (model: RunModel, paint: Paint, columns: number, lines: number): readonly string[] => {
  const records = model.counted;
  const over = records.filter(({ phase }) => phase === 'done');
  const waiting = records.filter(({ phase }) => phase === 'needs' || phase === 'ready').length;
  const running = records.length - over.length - waiting;
  const counts = new Map([...countOutcomes(over), ['running', running] as const, ['waiting', waiting] as const]);
  const stopping = model.stopping ? [paint.warn(truncate(stoppingText(model.stopping), columns))] : [];
  return [...stopping, paint.dim(truncate(countsText(counts), columns))].slice(0, lines < 4 ? 1 : 2);
};

const undoneRows = ({ undone }: RunModel, paint: Paint, columns: number): readonly string[] =>
  undone.map((event) => {
    const word = undoneWord(event);
    const tone = { undone: paint.good, failed: paint.bad, left: paint.warn }[word];
    return `${tone(word.padEnd(7))} ${truncate(`${cleanName(event.address)}: ${undoneText(event)}`, columns - 8)}`;
  });
