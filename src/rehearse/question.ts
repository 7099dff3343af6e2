// How a question to the machine is known again in another run: without the folders, the run's id and the numbers of processes.
import type { CommandRequest, HttpRequest } from '../engine/ports.ts';

export interface Places {
  readonly projectDir: string;
  readonly stateDir: string;
  readonly run: string;
}

/** The same text for the same question, whoever asks it where. */
export const generalText = (text: string, { projectDir, stateDir, run }: Places): string =>
  text
    .replaceAll(run, '{run}')
    .replaceAll(stateDir, '{state}')
    .replaceAll(projectDir, '{project}')
    .replaceAll(/\/proc\/\d+/g, '/proc/{pid}')
    .replaceAll(/--target=\d+/g, '--target={pid}');

export const commandQuestion = ({ argv, stdin }: Pick<CommandRequest, 'argv' | 'stdin'>): string =>
  JSON.stringify(stdin === undefined ? argv : [argv, stdin]);

export const httpQuestion = ({ url, method = 'GET', body }: HttpRequest): string =>
  JSON.stringify([method, url, body ?? '']);

export const tagVariable = 'LAB_STEP';

/** The address of the step whose action a command is, by the tag it carries. */
export const stepOf = (env: Readonly<Record<string, string>>, run: string): string | undefined => {
  const tag = env[tagVariable];
  return tag?.startsWith(`${run}/`) === true ? tag.slice(run.length + 1) : undefined;
};
