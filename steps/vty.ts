// Questions to a FRR daemon: in the capsule over its own vty socket, which is two hundred times cheaper than a vtysh process for each.
import { type StepContext, StepError } from '../src/engine/step-type.ts';
import { findCapsule, folderOf, fromHost } from './capsule-world.ts';
import { reasonOf } from './command-reason.ts';

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
 * The text a daemon answers to one command. Where there is no capsule, the router is a place of the variant, and vtysh there asks for
 * it. @throws StepError when the daemon does not answer or refuses the command.
 */
export const askNow = async (context: StepContext, question: VtyQuestion): Promise<string> => {
  const pid = await findCapsule(context);
  return pid === undefined ? askThere(context, question) : askSocket(context, pid, question);
};

/** The socket takes commands ended by a zero byte; an answer ends with three zero bytes and the command's return code (FRR, lib/vty.c). */
const askSocket = async (
  context: StepContext,
  pid: number,
  { router, daemon, command }: VtyQuestion,
): Promise<string> => {
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

const askThere = async (context: StepContext, { router, daemon, command }: VtyQuestion): Promise<string> => {
  const options = { at: router, quiet: true, keepBytes: 16 << 20 };
  const answer = await context.command(['vtysh', '-d', daemon, '-c', command], options);
  if (answer.exitCode !== 0) throw new StepError(`${daemon} of ${router} does not answer: ${reasonOf(answer)}`);
  if (/^% /m.test(answer.stdout))
    throw new StepError(`${daemon} of ${router} refused "${command}": ${answer.stdout.trim()}`);
  return answer.stdout;
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
