// The sentences of a run: outcomes, failures, observations. Fields come in, words go out; no colours, no control characters.
import type { EventOf, Outcome, PlannedStep } from '../core/event.ts';
import { assertNever } from '../core/exhaustive.ts';
import type { Failure, Observation } from '../core/failure.ts';
import { formatDuration } from '../core/quantity.ts';
import type { Phase, StepRecord, Waiting } from './step-record.ts';
import { cleanLine, cleanName, oneLine } from './text.ts';
import type { SeenFact, Trend } from './trend.ts';

/** A step's name for people. That of a foreach parent still has the places of its children's names in it, which are left out. */
export const stepTitle = ({ name, parent, address }: PlannedStep): string => {
  const shown = parent === true ? name.replace(/\s*\$\{\{.*?\}\}/gs, '') : name;
  return cleanName(shown).trim() || cleanName(address);
};

/** What stands beside a step that has ended. */
export const outcomeWord = ({
  outcome,
  verdict,
  healed,
  planned,
}: Pick<StepRecord, 'outcome' | 'verdict' | 'healed' | 'planned'>): string => {
  if (healed) return 'healed';
  if (outcome === 'satisfied' && verdict === 'keep') return 'kept';
  if (outcome === 'satisfied') return planned.proves === true ? 'proved' : 'already true';
  return outcome ?? 'not run';
};

/** What stands beside a step that has not ended. */
export const phaseWord = (phase: Phase): string => {
  switch (phase) {
    case 'needs':
      return 'waiting for others';
    case 'ready':
      return 'waiting for its turn';
    case 'preconditions':
      return 'waiting for its preconditions';
    case 'acting':
      return 'running';
    case 'health':
      return 'proving';
    case 'retrying':
      return 'trying again';
    case 'left-out':
      return 'left out';
    case 'done':
      return 'done';
    default:
      return assertNever(phase);
  }
};

/** `BGP leaf1: 2 of 4 Established`. */
export const observationText = ({ probe, saw }: Observation): string =>
  `${cleanName(probe)}: ${oneLine(saw)}`.trimEnd();

/** An observation that does not hold, with its author's advice. */
export const complaint = (observation: Observation): string => {
  const { message } = observation;
  return message === undefined ? observationText(observation) : `${observationText(observation)} — ${oneLine(message)}`;
};

/** What is being waited for, worst first: the fact, where it is going, how much of the time has passed. */
export const waitingText = ({ since, untilMs, facts }: Waiting, now: number): string => {
  const open = facts.filter(({ observation }) => !observation.holds);
  const [first] = open;
  const waited = formatDuration(Math.max(0, now - since));
  const time = untilMs === undefined || untilMs === 0 ? waited : `${waited} of ${formatDuration(untilMs)}`;
  if (!first) return facts.length === 0 ? time : `all hold now, ${time}`;
  const more = open.length === 1 ? '' : ` (and ${open.length - 1} more)`;
  return `${factText(first, now)}${more}, ${time}`;
};

const factText = ({ observation, trend }: SeenFact, now: number): string => {
  const going = trendText(trend, now);
  return going === '' ? observationText(observation) : `${observationText(observation)}, ${going}`;
};

/** A fact that has not moved for so long is no longer called rising or falling. */
const restsAfterMs = 5000;

const trendText = ({ direction, changedAt }: Trend, now: number): string => {
  if (now - changedAt > restsAfterMs) return `unchanged for ${formatDuration(now - changedAt)}`;
  return direction === 'rising' || direction === 'falling' ? direction : '';
};

/** Why a step ended as it did: its failure, and the reason given beside that, such as why it was not tried again. */
export const whyEnded = ({
  failure,
  reason,
}: {
  readonly failure?: Failure | undefined;
  readonly reason?: string | undefined;
}): string => {
  const said = oneLine(reason ?? '');
  if (!failure) return said;
  const text = failureText(failure);
  return text.includes(said) ? text : `${text}; ${said}`;
};

/** What went wrong, as the end of a sentence that starts with the step's name. */
export const failureText = (failure: Failure): string => {
  switch (failure.kind) {
    case 'exit':
      return `its command exited with code ${failure.exitCode}${exitMeaning[failure.exitCode] ?? ''}`;
    case 'signal':
      return `its command was ended by ${failure.signal}${failure.signal === 'SIGKILL' ? ', as the kernel does when memory runs out' : ''}`;
    case 'timeout':
      return `it did not finish within ${formatDuration(failure.afterMs)} and was ended`;
    case 'spawn':
      return spawnText(failure);
    case 'step-type':
      return `${failure.uses}: ${oneLine(failure.message)}`;
    case 'precondition':
      return `its precondition does not hold${after(failure.waitedMs)}: ${complaint(failure.observation)}`;
    case 'health':
      return healthText(failure);
    case 'expression':
      return expressionText(failure);
    case 'output':
      return `its output "${cleanName(failure.name)}" could not be read: ${oneLine(failure.message)}`;
    case 'survivor':
      return `process ${failure.pid} of an earlier attempt still runs and was left alone`;
    case 'blocked':
      return `blocked: ${stillThere(failure.by)}`;
    case 'cancelled':
      return `it was stopped by ${failure.signal}`;
    case 'internal':
      return `a mistake in lab or in the step type, not in your workflow: ${oneLine(failure.message)}`;
    default:
      return assertNever(failure);
  }
};

const stillThere = (addresses: readonly string[]): string => {
  const shown = addresses.slice(0, 3).map(cleanName).join(', ');
  const rest = addresses.length > 3 ? ` and ${addresses.length - 3} more` : '';
  return `${shown}${rest} ${addresses.length === 1 ? 'is' : 'are'} still there`;
};

const exitMeaning: Readonly<Record<number, string>> = {
  124: ', as timeout(1) does when time is up',
  126: ': it was found but could not be executed',
  127: ': the command was not found',
  137: ': it was killed, as the kernel does when memory runs out',
};

const spawnText = ({ command, code, message }: Extract<Failure, { kind: 'spawn' }>): string => {
  const program = cleanLine(command).split(' ')[0] ?? '';
  const said = oneLine(message);
  if (code === 'ENOENT' && isNotFound(said)) return `${program} was not found: it is not installed, or not on the PATH`;
  if (code === 'EACCES' && /^spawn |is not executable$/.test(said))
    return `${program} may not be executed by this user`;
  // Of a working folder, an interpreter or bash the system has the same codes.
  if (['ENOENT', 'EACCES', 'ENOTDIR'].includes(code) && said !== '') return said;
  return `${program} could not be started: ${oneLine(message)} (${code})`;
};

/** Of a command without a path: the search for it found nothing. */
const isNotFound = (message: string): boolean => /^(?:|spawn .*ENOENT|command not found: .*)$/.test(message);

const expressionText = ({ where, source, message }: Extract<Failure, { kind: 'expression' }>): string =>
  source === ''
    ? `${cleanName(where)}: ${oneLine(message)}`
    : `the expression ${oneLine(source)} in ${cleanName(where)} can't be computed: ${oneLine(message)}`;

const healthText = ({ observations, waitedMs }: Extract<Failure, { kind: 'health' }>): string => {
  const [first, ...others] = observations;
  if (!first) return `its health checks did not hold${after(waitedMs)}`;
  const more = others.length === 0 ? '' : ` (and ${others.length} more that do not hold)`;
  return `it did not become healthy${after(waitedMs)}: ${complaint(first)}${more}`;
};

const after = (waitedMs: number): string => (waitedMs < 1000 ? '' : ` after ${formatDuration(waitedMs)}`);

/** The command a failure is about; undefined for those that are about none. */
export const commandOf = (failure: Failure | undefined): string | undefined =>
  failure && 'command' in failure ? failure.command : undefined;

/** The last lines a failure carries. */
export const tailOf = (failure: Failure | undefined): readonly string[] =>
  failure && 'tail' in failure ? failure.tail.map(cleanLine) : [];

/** What was seen last, of the facts that do not hold. */
export const lastSeen = (failure: Failure | undefined, evidence: readonly Observation[]): readonly Observation[] => {
  if (failure?.kind === 'health') return failure.observations;
  if (failure?.kind === 'precondition') return [failure.observation];
  return evidence.filter(({ holds }) => !holds);
};

/** How it went, in a word: what was left since something needs it was not tried. */
export const undoneWord = ({ outcome, failure }: EventOf<'step.undone'>): 'undone' | 'failed' | 'left' => {
  if (outcome !== 'failed') return 'undone';
  return failure?.kind === 'blocked' ? 'left' : 'failed';
};

export const undoneText = ({ outcome, created, failure }: EventOf<'step.undone'>): string => {
  const what = created.map(({ kind, name }) => cleanName(`${kind} ${name}`)).join(', ') || 'what it made';
  switch (outcome) {
    case 'removed':
      return `removed ${what}`;
    case 'absent':
      return `${what} was gone already`;
    case 'contained':
      return `${what} went with what held it`;
    case 'failed':
      if (failure?.kind === 'blocked') return `${what} stays, ${failureText(failure)}`;
      return `could not remove ${what}${failure ? `: ${failureText(failure)}` : ''}`;
    default:
      return assertNever(outcome);
  }
};

export const stoppingText = ({ signal, stage }: Pick<EventOf<'run.stopping'>, 'signal' | 'stage'>): string => {
  switch (stage) {
    case 'finish':
      return `${signal}: starting nothing new, letting what runs finish; Ctrl-C again ends it`;
    case 'stop':
      return `${signal}: ending what runs; Ctrl-C again leaves at once`;
    case 'leave':
      return `${signal}: leaving now; \`npx lab resume\` finds out how things stand and goes on`;
    default:
      return assertNever(stage);
  }
};

/** `3 changed, 1 failed`: counts in the order of the words given. */
export const countsText = (counts: ReadonlyMap<string, number>): string =>
  [...counts]
    .filter(([, count]) => count > 0)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ');

/** How many steps ended how, with the words a person sees, good ones first. */
export const countOutcomes = (records: readonly StepRecord[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>(order.map((word) => [word, 0]));
  for (const record of records) {
    const word = outcomeWord(record);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
};

const order: readonly (Outcome | string)[] = [
  'changed',
  'healed',
  'kept',
  'already true',
  'proved',
  'skipped',
  'failed',
  'blocked',
  'interrupted',
  'not run',
];
