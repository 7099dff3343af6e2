// The part of a terminal a frame lives in: drawn over itself in place, never higher than the screen, whole again after a resize.
import type { Output } from './view.ts';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

const esc = '\u001b';
/** Terminals that know it show all of a frame at once; others ignore it. */
const begin = `${esc}[?2026h`;
const end = `${esc}[?2026l`;
const clearLine = `${esc}[K`;
const clearBelow = `${esc}[J`;
const home = `${esc}[H`;

/** The cursor is never hidden: a process that is killed leaves the terminal as usable as before. */
export class Screen {
  private readonly out: Output;
  private lines: readonly string[] = [];
  private size: ScreenSize;
  /** Rows of an old frame may have gone where they come back from when the screen grows again. */
  private shrunk = false;

  constructor(out: Output) {
    this.out = out;
    this.size = sizeOf(out);
  }

  /** The size now; a screen that has changed its size is drawn anew by the next draw. */
  measure(): ScreenSize {
    return sizeOf(this.out);
  }

  /** Shows the lines in place of those shown before. Each must be narrower than the screen, all together lower. */
  draw(lines: readonly string[]): void {
    const size = sizeOf(this.out);
    const same = size.columns === this.size.columns && size.rows === this.size.rows;
    if (same && lines.length === this.lines.length && lines.every((line, at) => line === this.lines[at])) return;
    this.write(`${this.back(size)}${lines.map((line) => `${line}${clearLine}\r\n`).join('')}${clearBelow}`);
    this.lines = lines;
  }

  /** Writes lines that stay, above the frame; the next draw comes below them. Without lines it takes the frame away. */
  print(lines: readonly string[]): void {
    const back = this.back(sizeOf(this.out));
    const blank = Math.max(0, this.lines.length - lines.length);
    const rest = blank === 0 ? '' : `${`${clearLine}\r\n`.repeat(blank)}${esc}[${blank}A`;
    this.write(
      `${back}${lines.map((line) => `${line}${clearLine}\r\n`).join('')}${rest}${lines.length > 0 ? clearBelow : ''}`,
    );
    this.lines = [];
  }

  /** What was drawn is left alone; the next draw begins below. */
  forget(): void {
    this.lines = [];
  }

  private write(text: string): void {
    this.out.write(`${begin}${text}${end}`);
  }

  /**
   * To the first line of the frame. After a shrink nobody knows where that is, since terminals differ: then the frame starts anew at
   * the top. It is not cleared there: a multiplexer that is told to clear all of a screen keeps what stood on it as history.
   */
  private back(size: ScreenSize): string {
    const shrinks = size.columns < this.size.columns || size.rows < this.size.rows;
    const resized = shrinks || size.columns > this.size.columns || size.rows > this.size.rows;
    this.shrunk ||= shrinks && this.lines.length > 0;
    this.size = size;
    if (resized && this.shrunk) return home;
    return this.lines.length > 0 ? `\r${esc}[${this.lines.length}A` : '\r';
  }
}

/** Terminals that do not know their size say nothing, or nought. */
const sizeOf = ({ columns, rows }: Output): ScreenSize => ({ columns: columns || 80, rows: rows || 24 });
