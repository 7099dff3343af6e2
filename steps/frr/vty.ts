// Questions to a FRR daemon: in the capsule over its own vty socket, which is two hundred times cheaper than a vtysh process for each.
import { type StepContext, StepError } from '../../src/engine/step-type.ts';
import { findCapsule, folderOf, fromHost } from '../netns/capsule-entry.ts';
import { reasonOf } from '../shared/command-reason.ts';

export interface VtyQuestion {
  readonly router: string;
  readonly daemon: 'zebra' | 'bgpd';
  readonly command: string;
  /** For a command that only an enabled session knows, as `show running-config`. */
  readonly enabled?: boolean;
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
const askSocket = async (context: StepContext, pid: number, question: VtyQuestion): Promise<string> => {
  const { router, daemon, command } = question;
  const path = fromHost(pid, `${folderOf(router)}/${daemon}.vty`);
  const answer = await exchange(context, path, question).catch((error: unknown) => {
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

const exchange = async (
  context: StepContext,
  path: string,
  { command, enabled = false }: VtyQuestion,
): Promise<string> => {
  const timeoutMs = context.timeoutMs ?? 5000;
  if (!enabled) return context.host.unixSocket(path, `${command}\0`, { until: /\0\0\0[\s\S]$/, timeoutMs });
  // Two answers, of which the first is empty.
  const until = /[^\0]\0\0\0[\s\S]$/;
  const both = await context.host.unixSocket(path, `enable\0${command}\0`, { until, timeoutMs });
  return both.replace(/^\0\0\0[\s\S]/, '');
};

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
