// Questions to the person at the terminal; where there is none, the answer is the careful one.
import { createInterface } from 'node:readline/promises';
import { CliError, exitCode } from '../project/exit-code.ts';

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
