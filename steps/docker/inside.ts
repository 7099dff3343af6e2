// Commands in a container, and shell text for many of them at once: each way in costs a process of docker's and one of the runtime's.
import type { CommandResult } from '../../src/engine/ports.ts';
import type { CommandOptions, StepContext } from '../../src/engine/step-type.ts';

const argvOf = (container: string, argv: readonly string[]): readonly string[] => [
  ...['docker', 'exec', '--interactive', container],
  ...argv,
];

/** Runs a command in a container. Never throws for one that fails. */
export const askInside = (
  context: StepContext,
  container: string,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> =>
  context.command(argvOf(container, argv), { quiet: true, here: true, keepBytes: 16 << 20, ...options });

/** The same. @throws StepError unless it exits 0 */
export const mustInside = (
  context: StepContext,
  container: string,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> => context.must(argvOf(container, argv), { here: true, ...options });

/** A word of a POSIX shell. */
export const word = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const mark = '--end-of-the-text--';

/** What a POSIX shell gives a command as its input; it ends with a newline. */
export const hereText = (text: string): string => `<<'${mark}'\n${text.replace(/\n$/, '')}\n${mark}\n`;

/** What stands before a command of the shell so that it runs in a named network namespace of the container; nothing for its own. */
export const within = (namespace: string): string =>
  namespace === '' ? '' : `nsenter --net=${word(`/run/netns/${namespace}`)} -- `;
