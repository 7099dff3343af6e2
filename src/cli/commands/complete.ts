// `lab __complete -- WORDS…`: what may stand in place of the last word, one candidate a line with its meaning after a tab. Asked by
// the shells' completion scripts; says nothing rather than complain.
import type { Command, Option } from 'commander';
import { exitCode } from '../../project/exit-code.ts';
import { print } from '../../session/print.ts';
import { candidatesFor, type Kind, type Subject } from './complete-candidates.ts';

interface Candidate {
  readonly name: string;
  readonly meaning?: string | undefined;
}

export const completeCommand = async (words: readonly string[], program: Command): Promise<number> => {
  const { parts, before } = withoutEquals(words);
  const last = parts.at(-1) ?? '';
  const asked = await candidates(parts, program).catch(() => []); // A broken file must not spoil the prompt.
  const found = asked.filter(({ name }) => name.startsWith(last));
  const shown = found.map((each) => ({ ...each, name: `${before}${each.name}` }));
  if (shown.length > 0)
    print(shown.map(({ name, meaning }) => (meaning === undefined ? name : `${name}\t${oneLine(meaning)}`)).join('\n'));
  return exitCode.ok;
};

/** `--set=a` is `--set a`; what is completed stands behind `before`. */
const withoutEquals = (words: readonly string[]): { readonly parts: readonly string[]; readonly before: string } => {
  const [, before = ''] = /^(--[a-z-]+=)/.exec(words.at(-1) ?? '') ?? [];
  const parts = words.flatMap((word) => {
    const [, option, value] = /^(--[a-z-]+)=(.*)$/s.exec(word) ?? [];
    return option === undefined || value === undefined ? [word] : [option, value];
  });
  return { parts, before };
};

const oneLine = (text: string): string => text.replace(/\s+/g, ' ');

const candidates = async (words: readonly string[], program: Command): Promise<readonly Candidate[]> => {
  const typed = parse(words, program);
  const { command, last, pending, subject, position } = typed;
  if (pending) return valuesOf(pending, subject, last);
  if (!command) {
    const commands = program.commands.filter((each) => !each.name().startsWith('_'));
    return last.startsWith('-')
      ? optionsOf(program)
      : commands.map((each) => ({ name: each.name(), meaning: each.summary() }));
  }
  if (last.startsWith('-')) return [...optionsOf(command), ...optionsOf(program)];
  const kinds = operands[command.name()];
  const kind = kinds?.[Math.min(position, kinds.length - 1)];
  const asked = kind === undefined ? [] : await candidatesFor(kind, subject, last);
  return asked;
};

/** What the operands of a command are; the last stands for all that follow. */
const operands: Readonly<Record<string, readonly Kind[]>> = {
  run: ['workflow', 'nothing'],
  plan: ['workflow', 'nothing'],
  graph: ['workflow', 'nothing'],
  adopt: ['workflow', 'nothing'],
  list: ['variant', 'nothing'],
  resume: ['unfinished', 'nothing'],
  redo: ['step'],
  why: ['step', 'workflow'],
  logs: ['run-or-step', 'step', 'nothing'],
  exec: ['place', 'nothing'],
  schema: ['schema', 'nothing'],
  completion: ['shell', 'nothing'],
  report: ['run', 'nothing'],
};

const valueKinds: Readonly<Record<string, Kind>> = {
  '--variant': 'variant',
  '--from': 'step',
  '--until': 'step',
  '--only': 'steps',
  '--redo': 'steps',
  '--assume': 'steps',
  '--set': 'input',
  '--workflow': 'workflow',
};

interface Typed {
  readonly command: Command | undefined;
  readonly last: string;
  /** The option whose value stands at the cursor. */
  readonly pending: Option | undefined;
  readonly subject: Subject;
  /** How many operands stand before the cursor. */
  readonly position: number;
}

const parse = (words: readonly string[], program: Command): Typed => {
  const read = readWords(words.slice(0, -1), program);
  const { command, given, seen } = read;
  const last = words.at(-1) ?? '';
  const name = command?.name();
  const subject = {
    project: given['--project'],
    stateDir: given['--state-dir'],
    variant: given['--variant'],
    workflow: workflowOf(name, seen, given['--workflow']),
    run: name === 'logs' ? seen[0] : undefined,
  };
  return { command, last, pending: last.startsWith('-') ? undefined : read.pending, subject, position: seen.length };
};

interface Read {
  readonly command: Command | undefined;
  /** The option that still waits for a value, or may have another. */
  readonly pending: Option | undefined;
  readonly given: Readonly<Record<string, string>>;
  readonly seen: readonly string[];
}

const readWords = (words: readonly string[], program: Command): Read =>
  words.reduce<Read>((read, word) => readWord(read, word, program), {
    ...{ command: undefined, pending: undefined, given: {}, seen: [] },
  });

const readWord = (read: Read, word: string, program: Command): Read => {
  const { command, pending, given, seen } = read;
  if (word.startsWith('-')) return { ...read, pending: findOption(word, command, program) };
  if (pending)
    return {
      ...read,
      given: { ...given, [pending.long ?? '']: word },
      pending: pending.variadic ? pending : undefined,
    };
  if (command) return { ...read, seen: [...seen, word] };
  return { ...read, command: program.commands.find((each) => each.name() === word) };
};

const workflowOf = (
  command: string | undefined,
  seen: readonly string[],
  named: string | undefined,
): string | undefined => {
  if (command === 'why') return seen[1];
  return command === 'redo' || command === 'logs' ? named : seen[0];
};

const findOption = (word: string, command: Command | undefined, program: Command): Option | undefined => {
  const found = [...(command?.options ?? []), ...program.options].find(
    (each) => each.long === word || each.short === word,
  );
  return found && (found.required || found.optional) ? found : undefined;
};

const optionsOf = (command: Command): readonly Candidate[] =>
  command.options.map((option) => ({ name: option.long ?? option.flags, meaning: option.description }));

const valuesOf = async (option: Option, subject: Subject, last: string): Promise<readonly Candidate[]> => {
  if (option.argChoices) return option.argChoices.map((name) => ({ name }));
  const long = option.long ?? '';
  // `new --from` names a variant, all others a step.
  const kind = option.flags === '--from <variant>' ? 'variant' : valueKinds[long];
  return kind === undefined ? [] : candidatesFor(kind, subject, last);
};
