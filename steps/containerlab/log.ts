// What containerlab logs as an error though it ends with 0, and whether its last deploy came to its end. The log is read as text.
import type { StepContext } from '../../src/engine/step-type.ts';

/** `12:00:01 ERRO …` today, `ERRO[0012] …` on a terminal and `level=error` elsewhere before 0.60. */
const errorLine = /^(?:\d\d:\d\d:\d\d )?ERRO(?:\[\d+\])?\s|\blevel=(?:error|fatal)\b/;

/** Files for a person's comfort on the host: of no matter for the lab. */
const comforts = /failed to (?:create hosts file|(?:create|remove) ssh config file)/;

/** With this it begins to build. Before, it takes an earlier lab away, and logs an error for each container that is not there or stopped. */
const beginning = 'Creating lab directory';

/** What it said went wrong with the lab itself, one entry a line. */
export const errorsLogged = (log: string): readonly string[] =>
  log
    .slice(Math.max(0, log.lastIndexOf(beginning)))
    .split(/\r?\n/)
    .filter((line) => errorLine.test(line) && !comforts.test(line))
    .map((line) => line.trim());

/**
 * Containers and cables are there before routers have their configuration, and nothing outside them tells whether containerlab came to that.
 * So this file is there from before a deploy until one has ended without an error; it holds why.
 */
const unfinishedFile = (lab: string, { stateDir }: StepContext): string => `${stateDir}/containerlab/${lab}.unfinished`;

/** Why the last deploy counts as unfinished; undefined when it is finished, or was not ours. */
export const unfinished = (lab: string, context: StepContext): Promise<string | undefined> =>
  context.host.readFile(unfinishedFile(lab, context));

export const markUnfinished = (lab: string, why: string, context: StepContext): Promise<void> =>
  context.host.writeFile(unfinishedFile(lab, context), why);

export const markFinished = (lab: string, context: StepContext): Promise<void> =>
  context.host.removeFile(unfinishedFile(lab, context));
