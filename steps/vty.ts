// Questions to a FRR daemon over its own vty socket: two hundred times cheaper than a vtysh process for each.
import { type StepContext, StepError } from '../src/engine/step-type.ts';
import { folderOf, fromHost, needCapsule } from './capsule-world.ts';

export interface VtyQuestion {
  readonly router: string;
  readonly daemon: 'zebra' | 'bgpd';
  readonly command: string;
}

export interface VtyQuestion {
  readonly router: string;
  readonly daemon: 'zebra' | 'bgpd';
  readonly command: string;
}

/**
 * The text a daemon answers to one command. The socket takes commands ended by a zero byte; an answer ends with three zero
 * bytes and the command's return code (FRR, lib/vty.c). @throws StepError when the daemon does not answer or refuses the command.
 */
export const askNow = async (context: StepContext, { router, daemon, command }: VtyQuestion): Promise<string> => {
  const pid = await needCapsule(context);
  const path = fromHost(pid, `${folderOf(router)}/${daemon}.vty`);
  const answer = await exchange(context, path, command).catch((error: unknown) => {
    throw new StepError(
      `${daemon} of ${router} does not answer: ${(error as { code?: string }).code ?? String(error)}`,
    );
  });
  const body = answer.slice(0, -4);
  if (answer.charCodeAt(answer.length - 1) !== 0) {
    throw new StepError(`${daemon} of ${router} refused "${command}": ${body.trim()}`);
  }
  return body;
};

/** The same, shared by all who ask it in one pass. */
export const ask = (context: StepContext, question: VtyQuestion): Promise<string> =>
  context.shared(`vty ${question.router} ${question.daemon} ${question.command}`, () => askNow(context, question));

const exchange = (context: StepContext, path: string, command: string): Promise<string> =>
  context.host.unixSocket(path, `${command}\0`, { until: /\0\0\0[\s\S]$/, timeoutMs: context.timeoutMs ?? 5000 });

/** The same as data. @throws StepError also when the answer is no JSON. */
export const askJson = async (context: StepContext, question: VtyQuestion): Promise<unknown> => {
  const text = await ask(context, question);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StepError(
      `${question.daemon} of ${question.router} answered "${question.command}" with no JSON: ${text.trim().slice(0, 120)}`,
      { tail: [String(error)] },
    );
  }
};
