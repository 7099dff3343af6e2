// The view in GitHub Actions: a fold-out group for every step as it ends, an annotation for every failure, a page for the job.
import { appendFile } from 'node:fs/promises';
import type { RunEvent } from '../core/event.ts';
import { type EventText, eventText } from './event-text.ts';
import { findCause } from './find-cause.ts';
import { jobSummary } from './job-summary.ts';
import { LineSplitter } from './line-splitter.ts';
import { RunModel } from './run-model.ts';
import type { StepRecord } from './step-record.ts';
import { cleanName, oneLine } from './text.ts';
import type { View, ViewContext } from './view.ts';
import { whyEnded } from './wording.ts';

/** Last lines of a step that its group shows; the log has them all. */
const keptLines = 500;

interface Talk {
  readonly splitter: LineSplitter;
  readonly lines: string[];
  dropped: number;
}

export const createGithub = (context: ViewContext): View => {
  const github = new Github(context);
  return { model: github.model, on: (event) => github.on(event), close: () => github.close() };
};

class Github {
  private readonly context: ViewContext;
  readonly model: RunModel;
  private readonly talks = new Map<string, Talk>();

  constructor(context: ViewContext) {
    this.context = context;
    this.model = new RunModel(context);
  }

  on(event: RunEvent): void {
    this.model.add(event);
    if (event.type === 'step.looked') return;
    if (event.type === 'step.output') {
      const talk = this.talk(event.address);
      for (const line of talk.splitter.push(event.stream, event.text)) keep(talk, line);
      return;
    }
    const text = eventText(event, this.model);
    if (!text) return;
    if (event.type === 'step.finished') this.group(event.address, text);
    else if (event.type === 'notice' && event.level === 'warning') this.write(`::warning::${escapeData(text.text)}`);
    else this.write(plain(`${text.word}: ${text.text}`));
  }

  async close(): Promise<void> {
    const { jobSummary: path } = this.context;
    if (path === undefined) return;
    try {
      await appendFile(path, jobSummary(this.model, this.context));
    } catch (error) {
      this.write(`::warning::${escapeData(`The job summary could not be written: ${String(error)}`)}`);
    }
  }

  private group(address: string, { word, text }: EventText): void {
    const talk = this.talks.get(address);
    this.talks.delete(address);
    const lines = talk ? [...talk.lines, ...talk.splitter.flush()] : [];
    if (lines.length === 0) this.write(plain(`${word}: ${text}`));
    else {
      this.write(`::group::${escapeData(`${word}: ${text}`)}`);
      if (talk && talk.dropped > 0) this.write(plain(`(${talk.dropped} lines before these, see its log)`));
      for (const line of lines) this.write(`| ${plain(line)}`);
      this.write('::endgroup::');
    }
    const record = this.model.steps.get(address);
    if (record?.outcome === 'failed') this.write(annotation(record, this.context));
  }

  private write(line: string): void {
    this.context.out.write(`${line}\n`);
  }

  private talk(address: string): Talk {
    const known = this.talks.get(address);
    if (known) return known;
    const talk: Talk = { splitter: new LineSplitter(), lines: [], dropped: 0 };
    this.talks.set(address, talk);
    return talk;
  }
}

const keep = (talk: Talk, line: string): void => {
  talk.lines.push(line);
  // Trimmed in large pieces: moving all lines for each new one would make a flood slow.
  if (talk.lines.length < keptLines * 2) return;
  talk.dropped += keptLines;
  talk.lines.splice(0, keptLines);
};

const annotation = (record: StepRecord, { place, causes }: ViewContext): string => {
  const { planned, failure, evidence } = record;
  const [, file, line, column] = /^(.*?):(\d+)(?::(\d+))?$/.exec(place?.(planned.address) ?? '') ?? [];
  const at =
    file === undefined ? [] : [`file=${escapeProperty(file)}`, `line=${line}`, ...(column ? [`col=${column}`] : [])];
  const properties = [...at, `title=${escapeProperty(`Failed: ${cleanName(planned.name)}`)}`].join(',');
  const known = findCause({ failure, evidence, causes });
  const why = whyEnded(record) || 'it failed';
  return `::error ${properties}::${escapeData(known ? `${why}. ${known.cause} ${known.remedy}` : why)}`;
};

/** A line the runner cannot take for a command: `##[` counts anywhere in it, `::` at its start. */
const plain = (line: string): string => line.replaceAll('##[', '# #[').replace(/^(\s*)::/, '$1: :');

const escapeData = (text: string): string => oneLine(text).replaceAll('%', '%25').replaceAll('##[', '# #[');

const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
