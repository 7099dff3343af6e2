// The view on a terminal: the board of steps, drawn in place ten times a second while anything goes on.
import { type ListrEventManager, ListrEventType } from 'listr2';
import type { RunEvent } from '../core/event.ts';
import { Board } from './board.ts';
import type { BoardTask } from './board-rows.ts';
import { type Estimate, estimateRest } from './estimate.ts';
import { eventText } from './event-text.ts';
import { composeFrame } from './frame.ts';
import { RunModel } from './run-model.ts';
import { Screen } from './screen.ts';
import { createPaint, oneLine } from './text.ts';
import type { View, ViewContext } from './view.ts';

const drawEveryMs = 100;
/** Rows of the last frame, which may be longer than the screen; a workflow of thousands is cut. */
const finalRows = 400;

export const createTaskList = (context: ViewContext): View => new TaskList(context);

class TaskList implements View {
  private readonly context: ViewContext;
  readonly model: RunModel;
  private readonly screen: Screen;
  private board: Board | undefined;
  private tasks: readonly BoardTask[] = [];
  private timer: NodeJS.Timeout | undefined;
  private turn = 0;
  private paused = false;
  private estimate: { readonly at: number; readonly rest: Estimate } | undefined;

  constructor(context: ViewContext) {
    this.context = context;
    this.model = new RunModel(context);
    this.screen = new Screen(context.out);
  }

  on(event: RunEvent): void {
    this.model.add(event);
    if (event.type === 'run.planned') this.board ??= this.open();
    else if (event.type === 'step.expanded') this.board?.expand(event.address);
    else if (event.type === 'notice') this.tell(event);
    // The last of them leaves no time for the next draw.
    else if (event.type === 'run.stopping' && this.board) this.draw();
    if ('address' in event) this.board?.sync(event.address);
  }

  async close(): Promise<void> {
    this.paused = false;
    clearInterval(this.timer);
    await this.board?.close();
    if (this.board) this.drawLast();
  }

  pause(): void {
    this.paused = true;
    this.screen.print([]);
  }

  resume(): void {
    this.paused = false;
    this.draw();
  }

  anew(): void {
    this.screen.forget();
    if (this.board) this.draw();
  }

  private open(): Board {
    const onRender = (tasks: readonly BoardTask[], events: ListrEventManager): void => {
      this.tasks = tasks;
      let changed = true;
      events.on(ListrEventType.SHOULD_REFRESH_RENDER, () => {
        changed = true;
      });
      this.draw();
      this.timer = setInterval(() => {
        this.turn += 1;
        if (changed || this.turn % 2 === 0) this.draw();
        changed = false;
      }, drawEveryMs);
      this.timer.unref();
    };
    return new Board({ model: this.model, renderer: WindowRenderer, rendererOptions: { onRender } });
  }

  /** What must not be overlooked stays above the board. */
  private tell(event: Extract<RunEvent, { type: 'notice' }>): void {
    const text = eventText(event, this.model);
    const paint = createPaint(this.context.color);
    const word = event.level === 'warning' ? paint.warn('warning') : 'note';
    this.screen.print([`${word}: ${text?.text ?? oneLine(event.message)}`]);
    if (this.board) this.draw();
  }

  private draw(): void {
    if (this.paused) return;
    const { columns, rows } = this.screen.measure();
    this.screen.draw(this.compose({ columns, lines: rows - 1, final: false }));
  }

  private drawLast(): void {
    const { columns } = this.screen.measure();
    this.screen.print([...this.compose({ columns, lines: finalRows, final: true }), '']);
  }

  private compose({ columns, lines, final }: { columns: number; lines: number; final: boolean }): readonly string[] {
    const { color, unicode = true } = this.context;
    const now = this.context.now();
    // One column stays free: a terminal whose last column was written to may or may not have wrapped.
    const size = { columns: columns - 1, lines };
    const around = { model: this.model, now, unicode, turn: this.turn, final, color };
    return composeFrame({ tasks: this.tasks, ...size, ...around, rest: this.rest(now) });
  }

  /** Reckoned once a second: on a large plan it costs more than a draw. */
  private rest(now: number): Estimate {
    if (!this.estimate || now - this.estimate.at >= 1000 || now < this.estimate.at)
      this.estimate = { at: now, rest: estimateRest(this.model, now) };
    return this.estimate.rest;
  }
}

interface WindowOptions {
  /** Begins to draw. */
  readonly onRender: (tasks: readonly BoardTask[], events: ListrEventManager) => void;
}

/** What listr2 asks of a renderer. Its own one cannot keep within the rows of a small terminal. */
class WindowRenderer {
  static readonly nonTTY = true;
  static readonly rendererOptions: Record<PropertyKey, unknown> = {};
  static readonly rendererTaskOptions: Record<PropertyKey, unknown> = {};
  private readonly tasks: readonly BoardTask[];
  private readonly options: WindowOptions;
  private readonly events: ListrEventManager | undefined;

  constructor(tasks: readonly BoardTask[], options: object, events?: ListrEventManager) {
    this.tasks = tasks;
    this.options = options as WindowOptions;
    this.events = events;
  }

  render = (): void => {
    if (this.events) this.options.onRender(this.tasks, this.events);
  };

  /** All steps may be over before the run is, so the last frame is drawn by the view's end. */
  end = (): void => {};
}
