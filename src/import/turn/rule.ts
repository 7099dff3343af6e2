// What rules share: their form, and how the action and the looks of a step are made from a call.
import type { Call } from '../read/call.ts';
import { type Action, commandProbe, type Draft, type Outcome, type Probe } from './draft.ts';
import type { World } from './world.ts';

/** Undefined when it knows nothing of such a call. */
export type Rule = (call: Call, world: World) => Outcome | undefined;

/** The command as it stands, or with other arguments. */
export const actionOf = (call: Call, args?: readonly string[]): Action => {
  const { argv, wrap, program, stdin, env } = call;
  const more = { ...(stdin !== undefined && { stdin }), ...(Object.keys(env).length > 0 && { env }) };
  if (argv === undefined) return { shell: scriptOf(call.text) };
  return { run: args === undefined ? argv : [...wrap, program, ...args], ...more };
};

/** A script without what asks for a terminal. */
export const scriptOf = (text: string): string =>
  text
    .replaceAll(
      /\b((?:docker|podman|kubectl)\b[^|;&\n]*?\s(?:exec|run))((?:\s+-[\w=-]+)*?)\s+(?:-it|-ti|-t)(?=\s)/g,
      '$1$2 -i',
    )
    .replaceAll(/\bsudo (?!-n\b|--non-interactive)/g, 'sudo --non-interactive ');

/** A look from the same place, with the same rights. */
export const lookFrom = (
  { wrap }: Pick<Call, 'wrap'>,
  argv: readonly string[],
  more: Readonly<Record<string, unknown>> = {},
): Probe => commandProbe([...wrap, ...argv], more);

/** The way back, from the same place. */
export const backFrom = (
  { wrap }: Pick<Call, 'wrap'>,
  argv: readonly string[],
  absent: readonly Probe[],
): NonNullable<Draft['undo']> => ({
  run: [...wrap, ...argv],
  absent,
});

/** On this machine, with whatever rights. */
export const isHere = ({ wrap }: Pick<Call, 'wrap'>): boolean =>
  wrap.length === 0 || (wrap[0] === 'sudo' && !wrap.some((each) => /^(docker|podman|kubectl|ip|ssh)$/.test(each)));

/** The container or namespace it runs in, for names. */
export const placeOf = ({ wrap }: Pick<Call, 'wrap'>): string => {
  const at = wrap.findIndex((each, index) => each === 'exec' && index > 0);
  if (at === -1) return '';
  const name =
    wrap[at] === 'exec' && wrap[at - 1] === 'netns'
      ? wrap[at + 1]
      : wrap
          .slice(at + 1)
          .filter((each) => !each.startsWith('-') && each !== '')
          .at(-1);
  return name === undefined || name === '--' ? '' : ` in ${name}`;
};

/** A step that only its having run can tell of. */
export const onceDone = (call: Call, id: string, name: string): Outcome => ({
  kind: 'step',
  draft: { id, name, action: actionOf(call), satisfied: 'once', leavesNothing: true },
});

/** A look for verify. */
export const checkOf = (
  call: Call,
  id: string,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
): Outcome => ({
  kind: 'check',
  draft: { id, name, health: [lookProbe(call, more)] },
});

export const lookProbe = (call: Call, more: Readonly<Record<string, unknown>> = {}): Probe => {
  const { argv, stdin, text } = call;
  const run = argv ?? ['bash', '-o', 'pipefail', '-c', scriptOf(text)];
  return commandProbe(run, { ...(stdin !== undefined && argv !== undefined && { stdin }), ...more });
};
