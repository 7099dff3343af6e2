// One event as one line of words: what happened to which step. Used wherever events are told one after another.
import type { EventOf, Outcome, RunEvent } from '../core/event.ts';
import { formatDuration } from '../core/quantity.ts';
import { estimateRest, estimateText } from './estimate.ts';
import type { RunModel } from './run-model.ts';
import type { StepRecord } from './step-record.ts';
import { cleanName, oneLine } from './text.ts';
import {
  complaint,
  failureText,
  outcomeWord,
  stepTitle,
  stoppingText,
  undoneText,
  undoneWord,
  waitingText,
  whyEnded,
} from './wording.ts';

export interface EventText {
  /** One or two words that can be searched for. */
  readonly word: string;
  readonly text: string;
  readonly tone: 'good' | 'bad' | 'warn' | 'live' | 'plain';
}

/** The line for an event that the model has taken in already; undefined for events that are no news to a reader. */
export const eventText = (event: RunEvent, model: RunModel): EventText | undefined => {
  switch (event.type) {
    case 'run.started': {
      const { workflow, variant, run } = event;
      return plain('run', `${workflow}, variant ${variant}, run ${run}`);
    }
    case 'run.resumed':
      return plain('resume', `run ${model.start?.run ?? ''} is continued`);
    case 'run.planned':
      return plain('plan', planText(model, event.at));
    case 'run.stopping':
      return { word: 'stopping', text: stoppingText(event), tone: 'warn' };
    case 'run.finished':
      return {
        word: event.outcome,
        text: `the run took ${formatDuration(event.durationMs)}`,
        tone: event.outcome === 'succeeded' ? 'good' : event.outcome === 'failed' ? 'bad' : 'warn',
      };
    case 'notice':
      return event.level === 'warning'
        ? { word: 'warning', text: oneLine(event.message), tone: 'warn' }
        : plain('note', oneLine(event.message));
    case 'step.undone':
      return {
        word: undoneWord(event),
        text: `${cleanName(event.address)}: ${undoneText(event)}, ${formatDuration(event.durationMs)}`,
        tone: undoneTone(event),
      };
    case 'step.survived':
      return survivedText(event, model);
    default:
      return stepText(event, model);
  }
};

const undoneTone = (event: EventOf<'step.undone'>): EventText['tone'] =>
  (({ undone: 'good', failed: 'bad', left: 'warn' }) as const)[undoneWord(event)];

const plain = (word: string, text: string): EventText => ({ word, text: cleanName(text), tone: 'plain' });

const planText = (model: RunModel, now: number): string => {
  const count = model.counted.length;
  const rest = estimateText(estimateRest(model, now));
  const time = rest === '' ? '' : `, ${rest} by earlier runs`;
  return `${count} ${count === 1 ? 'step' : 'steps'}${time}`;
};

const stepText = (event: Extract<RunEvent, { address: string }>, model: RunModel): EventText | undefined => {
  const record = model.steps.get(event.address);
  if (!record) return undefined;
  const label = stepLabel(record);
  switch (event.type) {
    case 'step.expanded':
      return plain('plan', `${label}: ${event.children.length} more ${event.children.length === 1 ? 'step' : 'steps'}`);
    case 'step.judged':
      return event.verdict === 'run' || event.verdict === 'unknown'
        ? { word: 'redo', text: `${label}: ${oneLine(event.reason)}`, tone: 'warn' }
        : undefined;
    case 'step.looked':
      return (
        record.waiting && { word: 'waiting', text: `${label}: ${waitingText(record.waiting, event.at)}`, tone: 'live' }
      );
    case 'step.started':
      return { word: 'running', text: event.attempt > 1 ? `${label}, attempt ${event.attempt}` : label, tone: 'live' };
    case 'step.retrying':
      return {
        word: 'trying again',
        text: `${label}: ${failureText(event.failure)}; next attempt in ${formatDuration(event.delayMs)}`,
        tone: 'warn',
      };
    case 'step.finished':
      return finishedText(record, label);
    default:
      return undefined;
  }
};

/** Whoever takes things away has no record of the steps that made them. */
const survivedText = (event: EventOf<'step.survived'>, model: RunModel): EventText => {
  const record = model.steps.get(event.address);
  const label = record ? stepLabel(record) : cleanName(event.address);
  const what = event.undo ? 'an earlier undo' : 'an earlier attempt';
  const named = `process ${event.process.pid} of ${what} (${oneLine(event.command)})`;
  return { word: 'still alive', text: `${label}: ${named}; ${decisions[event.decision]}`, tone: 'warn' };
};

const decisions = { wait: 'waiting for its end', end: 'ending it', leave: 'leaving it alone' } as const;

/** The step's name, and its address when that says something else. */
const stepLabel = ({ planned }: StepRecord): string => {
  const { address, name } = planned;
  return address === name || address.endsWith(`[${name}]`)
    ? cleanName(address)
    : `${cleanName(address)} (${stepTitle(planned)})`;
};

const finishedText = (record: StepRecord, label: string): EventText => {
  const { outcome, durationMs = 0 } = record;
  const took = durationMs >= 50 ? `, ${formatDuration(durationMs)}` : '';
  const why = reasonText(record);
  return { word: outcomeWord(record), text: `${label}${took}${why === '' ? '' : `: ${why}`}`, tone: toneOf(outcome) };
};

/** Why it ended so: the failure, what was seen of a fact that held already, or the reason given. */
const reasonText = ({ outcome, failure, reason = '', evidence }: StepRecord): string => {
  if (failure && outcome !== 'interrupted') return whyEnded({ failure, reason });
  const [seen] = evidence;
  return outcome === 'satisfied' && reason === 'it holds' && seen ? complaint(seen) : oneLine(reason);
};

const toneOf = (outcome: Outcome | undefined): EventText['tone'] => {
  if (outcome === 'failed' || outcome === 'blocked') return 'bad';
  if (outcome === 'interrupted') return 'warn';
  return outcome === 'skipped' ? 'plain' : 'good';
};
