// What real tools answered in a recorded run: one JSON line each. Written by --record, read by a rehearsal.
import * as z from 'zod';

export const transcriptFormat = 1;

const header = z.strictObject({
  type: z.literal('transcript'),
  format: z.literal(transcriptFormat),
  workflow: z.string(),
  variant: z.string(),
  version: z.string(),
});
const failedWith = { ok: z.literal(false), code: z.string() };
const result = z.looseObject({
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  stdout: z.string(),
  stderr: z.string(),
  truncated: z.boolean(),
  ended: z.enum(['exit', 'timeout', 'cancelled', 'spawn-failed']),
  error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
});
/** By the type of the question. */
const answers = {
  command: result.partial(),
  script: result.partial(),
  http: z.discriminatedUnion('ok', [
    z.looseObject({
      ...{ ok: z.literal(true), status: z.int(), headers: z.record(z.string(), z.string()), body: z.string() },
      durationMs: z.number(),
    }),
    z.looseObject({ ...failedWith, message: z.string() }),
  ]),
  tcp: z.discriminatedUnion('ok', [
    z.looseObject({ ok: z.literal(true), durationMs: z.number() }),
    z.looseObject(failedWith),
  ]),
  unixSocket: z.string(),
  readFile: z.string().nullable(),
  stat: z
    .looseObject({
      ...{ kind: z.enum(['file', 'directory', 'other']), size: z.number(), mode: z.number(), inode: z.number() },
    })
    .nullable(),
  list: z.array(z.string()),
  findByEnvironment: z.array(
    z.looseObject({ pid: z.int(), startTime: z.number(), bootId: z.string(), command: z.string() }),
  ),
};
const answer = z
  .strictObject({
    type: z.enum(['command', 'script', 'http', 'tcp', 'unixSocket', 'readFile', 'stat', 'list', 'findByEnvironment']),
    /** The step whose action asked; looks have none. */
    step: z.string().optional(),
    question: z.string(),
    answer: z.unknown(),
    /** A virtual clock sleeps that long. */
    ms: z
      .number()
      .min(0)
      .max(31 * 86_400_000),
  })
  .refine((line) => answers[line.type].safeParse(line.answer).success);
const outputs = z.strictObject({
  type: z.literal('outputs'),
  step: z.string(),
  outputs: z.record(z.string(), z.unknown()),
});

export type TranscriptHeader = z.infer<typeof header>;
export type TranscriptAnswer = z.infer<typeof answer>;
export type TranscriptLine = TranscriptHeader | TranscriptAnswer | z.infer<typeof outputs>;

export interface Transcript {
  readonly header: TranscriptHeader;
  /** What was answered last to a question: how the tools answer when all is well. */
  answerTo(type: TranscriptAnswer['type'], question: string, step?: string): TranscriptAnswer | undefined;
  /** Outputs by step id, as the recorded run ended. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export type ReadTranscript =
  | { readonly ok: true; readonly transcript: Transcript }
  | { readonly ok: false; readonly line: number; readonly message: string };

export const readTranscript = (text: string): ReadTranscript => {
  const lines: TranscriptLine[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const parsed = (lines.length === 0 ? header : z.union([answer, outputs])).safeParse(parseJson(line));
    if (parsed.success) lines.push(parsed.data);
    else {
      const message = lines.length === 0 ? 'this is no transcript of a run' : 'it is damaged';
      return { ok: false, line: index + 1, message };
    }
  }
  const [first, ...rest] = lines;
  return first?.type === 'transcript'
    ? { ok: true, transcript: transcriptOf(first, rest) }
    : { ok: false, line: 1, message: 'it is empty' };
};

const transcriptOf = (first: TranscriptHeader, lines: readonly TranscriptLine[]): Transcript => {
  const answers = new Map<string, TranscriptAnswer>();
  const found: Record<string, Readonly<Record<string, unknown>>> = Object.create(null);
  for (const line of lines) {
    if (line.type === 'outputs') found[line.step] = line.outputs;
    else if (line.type !== 'transcript') answers.set(keyOf(line.type, line.question, line.step), line);
  }
  return {
    header: first,
    outputs: found,
    answerTo: (type, question, step) => answers.get(keyOf(type, question, step)),
  };
};

const keyOf = (type: string, question: string, step: string | undefined): string =>
  `${type}\n${step ?? ''}\n${question}`;

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // the schema refuses it, and the line is told
  }
};
