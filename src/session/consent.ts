// Whether what a step asks for may be done to this host: agreed to on the command line, before the run, or now at the terminal.

import type { RunOptions } from '../project/options.ts';
import { askYesNo, canAsk } from './ask.ts';

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
