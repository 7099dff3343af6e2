// What became of every command, as a table and lists for a person and as data for a program.
import type { Verdict } from '../story/assemble.ts';
import { draftOf } from '../turn/draft.ts';

export interface Coverage {
  /** Commands that build the lab. */
  readonly commands: number;
  /** Of those: steps with a check of their own or of their type. */
  readonly turned: number;
  /** Of the turned ones: with a step type of the catalogue. */
  readonly typed: number;
  /** Run as they stand; only their having run can be told. */
  readonly written: number;
  readonly left: number;
  /** Looks that verify and exercises do. */
  readonly checks: number;
}

export const coverageOf = (verdicts: readonly Verdict[]): Coverage => {
  const own = verdicts.filter(({ isBringUp }) => isBringUp);
  const count = (status: Verdict['status']): number => own.filter((each) => each.status === status).length;
  return {
    commands: own.length,
    turned: count('turned'),
    typed: own.filter(
      ({ status, told: { outcome } }) => status === 'turned' && draftOf(outcome)?.action?.uses !== undefined,
    ).length,
    written: count('written'),
    left: count('left'),
    checks: verdicts.filter(({ status }) => status === 'check').length,
  };
};

interface Report {
  readonly verdicts: readonly Verdict[];
  readonly printed: ReadonlyMap<string, number>;
  /** Files that commands call and that were not given. */
  readonly missing: readonly string[];
}

export const coverageText = ({ verdicts, printed, missing }: Report): string => {
  const { commands, turned, typed, written, left, checks } = coverageOf(verdicts);
  const share = commands === 0 ? '' : ` (${Math.floor((100 * turned) / commands)} %)`;
  const taken = verdicts.flatMap(({ told }) => told.notes.map((note) => `${told.file}:${told.line}  ${note}`));
  const runs = verdicts.filter(({ status }) => status === 'written');
  const aside = verdicts.filter(({ status }) => status === 'left');
  const covered = verdicts.filter(({ status }) => status === 'covered');
  return [
    `Bring-up: ${turned} of ${plural(commands, 'command')} became steps that prove themselves${share}, ${typed} of them with a step type;`,
    `${written} run as they stand, ${left} were not turned. ${plural(checks, 'check')}.`,
    ...section(
      'Not turned; each stands as a comment in the workflow, or prepares this machine:',
      aside.map(({ told, where }) => [placeOf(told), `${firstLine(told.text)}\n    ${where}`]),
    ),
    ...section(
      'Run as they stand, for want of a check; give them a `health:`',
      runs.map(({ told, where }) => [placeOf(told), `${firstLine(told.text)}  (${where})`]),
    ),
    ...section(
      'Taken for granted; please look:',
      taken.map((line) => [line, '']),
    ),
    ...section(
      'Taken away by the undo of steps:',
      covered.map(({ told, where }) => [placeOf(told), `${firstLine(told.text)}\n    ${where}`]),
    ),
    ...section(
      'Printed by programs, and dropped:',
      [...printed].map(([file, count]) => [file, plural(count, 'line')]),
    ),
    ...(missing.length === 0
      ? []
      : [
          '',
          `Called, and not given; with ${missing.length === 1 ? 'it' : 'them'} more may be turned: ${missing.join(' ')}`,
        ]),
  ].join('\n');
};

export const coverageJson = ({ verdicts, printed, missing }: Report) => ({
  coverage: coverageOf(verdicts),
  commands: verdicts.map(({ told, status, where, isBringUp }) => ({
    ...{
      file: told.file,
      line: told.line,
      end: told.end,
      text: told.text,
      purpose: told.section.purpose,
      status,
      where,
      bringUp: isBringUp,
    },
    ...(told.notes.length > 0 && { notes: told.notes }),
  })),
  printed: Object.fromEntries(printed),
  missing,
});

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
const placeOf = ({ file, line }: Verdict['told']): string => `${file}:${line}`;
const firstLine = (text: string): string => {
  const [first = '', ...more] = text.split('\n');
  return more.length > 0 ? `${first} …` : first;
};

const section = (title: string, rows: readonly (readonly [string, string])[]): readonly string[] =>
  rows.length === 0 ? [] : ['', title, ...rows.map(([place, text]) => `  ${place}${text === '' ? '' : `  ${text}`}`)];
