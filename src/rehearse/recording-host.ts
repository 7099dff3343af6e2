// A machine that writes down what it answers, secrets masked; everything else is the real one's business.
import type { Masker } from '../core/mask.ts';
import type { CommandRequest, CommandResult, Host } from '../engine/ports.ts';
import { commandQuestion, generalText, httpQuestion, type Places, stepOf } from './question.ts';
import type { TranscriptAnswer } from './transcript.ts';

export interface Recording {
  readonly places: Places;
  readonly masker: Masker;
  /** Gets every answer in order. */
  write(line: TranscriptAnswer): void;
}

/** The end of a longer output; a rehearsal needs no more of it. */
const keptCharacters = 64 * 1024;

export const recordingHost = (host: Host, { places, masker, write }: Recording): Host => {
  const { clock } = host;
  const note = (
    type: TranscriptAnswer['type'],
    asked: string,
    told: { answer: unknown; ms: number; step?: string | undefined },
  ): void =>
    write({
      type,
      ...(told.step !== undefined && { step: told.step }),
      question: generalText(masker.text(asked), places),
      answer: masker.value(told.answer),
      ms: Math.round(told.ms),
    });
  const timed = async <T>(type: TranscriptAnswer['type'], asked: string, ask: () => Promise<T>): Promise<T> => {
    const start = clock.monotonic();
    const answer = await ask();
    note(type, asked, { answer: answer ?? null, ms: clock.monotonic() - start });
    return answer;
  };
  const command = async (
    type: 'command' | 'script',
    asked: string,
    { env, ask }: Pick<CommandRequest, 'env'> & { ask: () => Promise<CommandResult> },
  ): Promise<CommandResult> => {
    const result = await ask();
    const { durationMs, ...rest } = result;
    const answer = { ...rest, ...shortened(rest) };
    note(type, asked, { answer, ms: durationMs, step: stepOf(env, places.run) });
    return result;
  };
  return {
    ...host,
    command: (request) =>
      command('command', commandQuestion(request), { env: request.env, ask: () => host.command(request) }),
    script: (script, request) =>
      command('script', script, { env: request.env, ask: () => host.script(script, request) }),
    http: (request) => timed('http', httpQuestion(request), () => host.http(request)),
    tcp: (...args) => timed('tcp', JSON.stringify(args.slice(0, 2)), () => host.tcp(...args)),
    unixSocket: (path, text, options) =>
      timed('unixSocket', JSON.stringify([path, text]), () => host.unixSocket(path, text, options)),
    readFile: (path) => timed('readFile', path, () => host.readFile(path)),
    stat: (path) => timed('stat', path, () => host.stat(path)),
    findByEnvironment: (...args) =>
      timed('findByEnvironment', JSON.stringify(args), () => host.findByEnvironment(...args)),
    list: (path) => timed('list', path, () => host.list(path)),
  };
};

/** A rehearsal takes a cut text for one that is cut, as the run would. */
const shortened = (
  result: Pick<CommandResult, 'stdout' | 'stderr' | 'truncated' | 'truncatedStreams'>,
): Partial<CommandResult> => {
  const { stdout, stderr, truncated, truncatedStreams = truncated ? streams : [] } = result;
  const cut = streams.filter((name) => result[name].length > keptCharacters || truncatedStreams.includes(name));
  return {
    stdout: stdout.slice(-keptCharacters),
    stderr: stderr.slice(-keptCharacters),
    ...(cut.length > 0 && { truncated: true, truncatedStreams: cut }),
  };
};

const streams = ['stdout', 'stderr'] as const;
