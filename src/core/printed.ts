// What a command printed, as far as one may compute with it: a text of which the beginning is gone proves nothing.
import { jsonOrNull } from './exact-json.ts';
import { formatSize, usualLimit } from './quantity.ts';
import { Uncomputable } from './uncomputable.ts';

type Stream = 'stdout' | 'stderr';

interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
  /** Which of them; where it is missing, both. */
  readonly truncatedStreams?: readonly Stream[];
}

/** The text of a stream; where it was cut, why it can't be computed with. */
export const wholeText = (printed: Printed, stream: Stream, keepBytes = usualLimit): string | Uncomputable =>
  isCut(printed, stream)
    ? new Uncomputable(`${cutReason(stream, keepBytes)}; a larger \`limit\` keeps more`)
    : keptText(printed, stream);

/** What is there of a stream, for people to read. */
export const keptText = (printed: Printed, stream: Stream): string => (kept.get(printed) ?? printed)[stream];

/** The same for code that reads a stream as if it were whole: where it was cut, that throws what `refuse` makes of the reason. */
export const guarded = <T extends Printed>(
  printed: T,
  {
    keepBytes = usualLimit,
    refuse,
  }: { readonly keepBytes?: number | undefined; readonly refuse: (reason: string) => Error },
): T => {
  if (!printed.truncated) return printed;
  const result = { ...printed };
  kept.set(result, printed);
  for (const stream of ['stdout', 'stderr'] as const) {
    if (!isCut(printed, stream)) continue;
    const get = (): never => {
      throw refuse(cutReason(stream, keepBytes));
    };
    Object.defineProperty(result, stream, { get, enumerable: true });
  }
  return result;
};

const kept = new WeakMap<Printed, Printed>();

const isCut = ({ truncated, truncatedStreams }: Printed, stream: Stream): boolean =>
  truncated && (truncatedStreams === undefined || truncatedStreams.includes(stream));

const cutReason = (stream: Stream, keepBytes: number): string => {
  const size = formatSize(keepBytes);
  const what = stream === 'stdout' ? 'its output' : 'what it printed as errors';
  return `${what} is larger than ${size}, and only the last ${size} was kept`;
};

/** The lines that are not empty. */
export const linesOf = (text: string): string[] => text.split(/\r?\n/).filter((line) => line !== '');

/** A text as JSON, null when it is none; of a text that is not known whole nothing can be said. */
export const jsonOf = (text: string | Uncomputable): unknown =>
  text instanceof Uncomputable ? text : jsonOrNull(text);

/** Lines and JSON of what a command printed. */
export const readings = (stdout: string | Uncomputable): { readonly lines: unknown; readonly json: unknown } => ({
  lines: stdout instanceof Uncomputable ? stdout : linesOf(stdout),
  json: jsonOf(stdout),
});
