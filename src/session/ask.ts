// Questions to the person at the terminal; where there is none, the answer is the careful one.
import { createInterface } from 'node:readline/promises';
import type { Engine } from '../engine/engine.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import type { RunOptions } from '../project/options.ts';

export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** True only for a plain yes. */
export const askYesNo = async (question: string): Promise<boolean> =>
  /^y(es)?$/i.test(await askText(`${question} [y/N] `));

/** The answer, which is one of the first letters of the choices; the first choice when the answer is empty or none of them. */
export const askChoice = async <T extends string>(question: string, choices: readonly [T, ...T[]]): Promise<T> => {
  const shown = choices.map((choice) => `${choice[0]} = ${choice}`).join(', ');
  const answer = (await askText(`${question} [${shown}] `)).trim().toLowerCase();
  return choices.find((choice) => answer !== '' && choice.startsWith(answer)) ?? choices[0];
};

/** Empty where the input ends. @throws CliError 130 for Ctrl-C */
const askText = async (question: string): Promise<string> => {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const interrupted = new Promise<never>((_, reject) => {
    reader.once('SIGINT', () => reject(new CliError(exitCode.signal('SIGINT'), '')));
  });
  const ended = new Promise<string>((resolve) => {
    reader.once('close', () => resolve(''));
  });
  try {
    return await Promise.race([reader.question(question), interrupted, ended]);
  } finally {
    reader.close();
  }
};

/** Answers a step's question. */
export type Consent = (question: string) => Promise<boolean>;

/** `agreed`: packages that were agreed to before the run, which nobody is asked about twice. */
export const consentOf =
  ({ yes, json }: RunOptions, agreed: readonly string[] = []): Consent =>
  async (question) => {
    if (yes === true || isAgreed(question, agreed)) return true;
    return canAsk() && json !== true && (await askYesNo(question));
  };

const isAgreed = (question: string, agreed: readonly string[]): boolean => {
  const [, packages] = /^Install (.+)\?$/.exec(question) ?? [];
  return packages?.split(' ').every((name) => agreed.includes(name)) === true;
};

export const decideSurvivor = async (
  policy: 'ask' | 'wait' | 'end',
  { address, pid, command, undo }: Parameters<Engine['survivor']>[0],
): Promise<'wait' | 'end'> => {
  if (policy !== 'ask') return policy;
  if (!canAsk()) return 'wait';
  const what = undo ? `The undo of ${address}` : `Step ${address}`;
  return askChoice(
    `${what} is still running from before, as pid ${pid}: ${command}\nWait for it, or end it and go on?`,
    ['wait', 'end'],
  );
};
