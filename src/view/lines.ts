// The view without a terminal: one line an event, with the time and a word for what happened. Good to grep and to be read aloud.
import type { Address, EventOf, RunEvent } from '../core/event.ts';
import { type EventText, eventText } from './event-text.ts';
import { LineSplitter } from './line-splitter.ts';
import { RunModel } from './run-model.ts';
import { cleanName, createPaint, type Paint } from './text.ts';
import type { View, ViewContext } from './view.ts';

/** Lines of output of one step that are shown in one second; the log has them all. */
const linesPerSecond = 50;
/** A wait in which nothing changes is told again after so long. */
const tellAgainMs = 30_000;

export const createLines = (context: ViewContext): View => {
  const lines = new Lines(context);
  return { model: lines.model, on: (event) => lines.on(event), close: async () => {} };
};

interface Talk {
  readonly splitter: LineSplitter;
  second: number;
  shown: number;
  hidden: number;
  lastWait?: { readonly saw: string; readonly at: number };
}

class Lines {
  private readonly context: ViewContext;
  readonly model: RunModel;
  private readonly paint: Paint;
  private readonly talks = new Map<Address, Talk>();

  constructor(context: ViewContext) {
    this.context = context;
    this.model = new RunModel(context);
    this.paint = createPaint(context.color);
  }

  on(event: RunEvent): void {
    this.model.add(event);
    if (event.type === 'step.output') this.output(event);
    else if (event.type !== 'step.looked' || this.isNews(event)) this.tell(event);
  }

  private tell(event: RunEvent): void {
    if ('address' in event && event.type !== 'step.looked') this.flush(event.address, event.at);
    const text = eventText(event, this.model);
    if (text) this.write(event.at, text);
    if (event.type === 'step.finished') this.talks.delete(event.address);
  }

  private write(at: number, { word, text, tone }: EventText): void {
    const label = cleanName(word).padEnd(12);
    const painted = tone === 'plain' ? label : this.paint[tone](label);
    this.context.out.write(`${this.paint.dim(timeOf(at))} ${painted} ${cleanName(text)}\n`);
  }

  private output({ address, stream, text, at }: EventOf<'step.output'>): void {
    const talk = this.talk(address);
    for (const line of talk.splitter.push(stream, text)) this.say(address, line, at);
  }

  private say(address: Address, line: string, at: number): void {
    const talk = this.talk(address);
    const second = Math.floor(at / 1000);
    if (second !== talk.second) {
      this.tellHidden(address, at);
      Object.assign(talk, { second, shown: 0 });
    }
    if (talk.shown >= linesPerSecond) {
      talk.hidden += 1;
      return;
    }
    talk.shown += 1;
    this.write(at, { word: 'output', text: `${cleanName(address)} | ${line}`, tone: 'plain' });
  }

  private flush(address: Address, at: number): void {
    const talk = this.talks.get(address);
    if (!talk) return;
    for (const line of talk.splitter.flush()) this.say(address, line, at);
    this.tellHidden(address, at);
  }

  private tellHidden(address: Address, at: number): void {
    const talk = this.talk(address);
    if (talk.hidden > 0)
      this.write(at, {
        word: 'output',
        text: `${cleanName(address)} | (${talk.hidden} more lines, see its log)`,
        tone: 'plain',
      });
    talk.hidden = 0;
  }

  /** Looks come many times a second; what they saw is news when it changed, or was not told for long. */
  private isNews({ address, observations, at }: EventOf<'step.looked'>): boolean {
    if (observations.every(({ holds }) => holds)) return false;
    const talk = this.talk(address);
    const saw = JSON.stringify(observations.map((each) => [each.probe, each.holds, each.saw]));
    if (talk.lastWait && talk.lastWait.saw === saw && at - talk.lastWait.at < tellAgainMs) return false;
    if (talk.lastWait && at - talk.lastWait.at < 1000) return false;
    talk.lastWait = { saw, at };
    return true;
  }

  private talk(address: Address): Talk {
    const known = this.talks.get(address);
    if (known) return known;
    const talk: Talk = { splitter: new LineSplitter(), second: -1, shown: 0, hidden: 0 };
    this.talks.set(address, talk);
    return talk;
  }
}

/** Thousands of lines may be of one second. */
let told = { second: Number.NaN, text: '' };

const timeOf = (at: number): string => {
  const second = Math.floor(at / 1000);
  if (second !== told.second) told = { second, text: clockText(new Date(at)) };
  return told.text;
};

const clockText = (date: Date): string =>
  [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
