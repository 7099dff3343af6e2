// One command ready to be turned: its program and arguments without what gets to it (sudo, docker exec, ip netns exec, bash -c), without
// interactive flags, and with variables in place.
import { type Assignment, type Command, type PipelineNode, parse, type Redirection, type Word } from 'unbash';
import { programName } from './programs.ts';
import { partsValue, type Scope, wordValue } from './words.ts';

export interface Call {
  readonly program: string;
  /** A word that only a shell can tell stands as it was written. */
  readonly args: readonly string[];
  /** What gets there: `sudo --non-interactive`, `docker exec NAME`, `ip netns exec NAME` … */
  readonly wrap: readonly string[];
  /** All of it, when no shell is needed to run it. */
  readonly argv: readonly string[] | undefined;
  /** As a script, as it was written. */
  readonly text: string;
  readonly stdin: string | undefined;
  /** The file its output goes to. */
  readonly writes: { readonly file: string; readonly isAdded: boolean } | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly isBackground: boolean;
  /** Commands of a pipe behind the first. */
  readonly piped: readonly string[];
  /** It asked for a terminal. */
  readonly isInteractive: boolean;
}

interface Heard {
  readonly text: string;
  readonly isBackground: boolean;
  readonly source: string;
}

export const callOf = (node: PipelineNode, heard: Heard, scope: Scope): Call | undefined => {
  if (node.type === 'Pipeline' && node.prefixes.length > 0) return undefined;
  const all = node.type === 'Pipeline' ? node.commands : [node];
  const fed = feed(all, scope);
  const commands = fed === undefined ? all : all.slice(1);
  const [first] = commands;
  if (first?.type !== 'Command' || first.name === undefined) return undefined;
  const piped = commands.slice(1).map(({ pos, end }) => heard.source.slice(pos, end));
  const redirects = redirectsOf(first.redirects, scope);
  const words = [first.name, ...first.args.map(asWord)];
  const values = words.map((word) => wordValue(word, scope));
  const argv = values.map((value, at) => value ?? words[at]?.text ?? '');
  const env = Object.fromEntries(
    first.prefix.flatMap((each) => (each.type === 'Assignment' ? [assigned(each, scope)] : [])),
  );
  const needsShell =
    piped.length > 0 ||
    redirects === undefined ||
    redirects.writes !== undefined ||
    values.includes(undefined) ||
    heard.isBackground;
  const got = unwrap(argv.map((each, at) => (at === 0 ? programName(each) : each)));
  return {
    ...got,
    ...{ text: heard.text, piped, env, isBackground: heard.isBackground },
    argv:
      needsShell || Object.values(env).some((value) => value.includes('$('))
        ? undefined
        : [...got.wrap, got.program, ...got.args],
    stdin: redirects?.stdin ?? fed,
    writes: redirects?.writes ?? teeTarget(commands.at(-1), scope),
  };
};

/** What `cat <<END |` and `echo TEXT |` hand to the command behind them. */
const feed = (commands: readonly PipelineNode[], scope: Scope): string | undefined => {
  const [first] = commands;
  if (commands.length < 2 || first?.type !== 'Command' || first.name === undefined) return undefined;
  const { value: program } = first.name;
  if (program === 'cat' && first.args.length === 0) return redirectsOf(first.redirects, scope)?.stdin;
  if (program !== 'echo' || first.redirects.length > 0) return undefined;
  const words = first.args.map((each) => wordValue(asWord(each), scope));
  if (words.includes(undefined)) return undefined;
  const isBare = words[0] === '-n';
  return words[0]?.startsWith('-') === true && !isBare
    ? undefined
    : `${words.slice(isBare ? 1 : 0).join(' ')}${isBare ? '' : '\n'}`;
};

/** An argument such as `a=b` reads as an assignment. */
const asWord = (each: Word | Assignment): Word => {
  if (each.type === 'Word') return each;
  const parsed = parse(`x ${each.text}`).commands[0]?.command;
  const [word] = parsed?.type === 'Command' ? parsed.suffix : [];
  return word?.type === 'Word'
    ? word
    : { type: 'Word', text: each.text, value: each.text, pos: each.pos, end: each.end, parts: partsOf(each) };
};

const partsOf = ({ name, append, value }: Assignment): NonNullable<Word['parts']> => {
  const text = `${name}${append === true ? '+' : ''}=`;
  const before = { type: 'Literal', pos: 0, end: 0, value: text, text } as const;
  if (value.type !== 'Word') return [before];
  return [
    before,
    ...(value.parts ?? [{ type: 'Literal', pos: 0, end: 0, value: value.value, text: value.text } as const]),
  ];
};

const assigned = ({ name, value }: Assignment, scope: Scope): readonly [string, string] => [
  name,
  value.type === 'Word' ? (wordValue(value, scope) ?? value.text) : '',
];

interface Redirects {
  readonly stdin?: string;
  readonly writes?: { readonly file: string; readonly isAdded: boolean };
}

/** Undefined when only a shell can do them. */
const redirectsOf = (redirects: readonly Redirection[], scope: Scope): Redirects | undefined => {
  let result: Redirects = {};
  for (const each of redirects) {
    if (each.type === 'HereDoc') {
      const isLiteral = each.delimiter?.quoted === true || !/[$`\\]/.test(each.body.text);
      const body = isLiteral ? each.body.text : each.body.parts && partsValue(each.body.parts, scope);
      if (body === undefined) return undefined;
      const text = each.operator === '<<-' ? body.replaceAll(/^\t+/gm, '') : body;
      result = { ...result, stdin: text };
      continue;
    }
    const target = each.target && wordValue(each.target, scope);
    if (each.type === 'HereString') {
      if (target === undefined) return undefined;
      result = { ...result, stdin: `${target}\n` };
    } else if (target === '/dev/null' || /^[<>]&$/.test(each.operator)) {
      if (each.operator === '<') return undefined;
    } else if (/^>>?$/.test(each.operator) && target !== undefined && each.descriptor === undefined) {
      result = { ...result, writes: { file: target, isAdded: each.operator === '>>' } };
    } else return undefined;
  }
  return result;
};

const teeTarget = (last: PipelineNode | undefined, scope: Scope): Call['writes'] => {
  if (last?.type !== 'Command') return undefined;
  const argv = [last.name, ...last.args].map((word) => (word?.type === 'Word' ? wordValue(word, scope) : undefined));
  const at = argv.indexOf('tee');
  if (at === -1 || (at > 0 && argv[0] !== 'sudo')) return undefined;
  const file = argv.slice(at + 1).find((word) => word !== undefined && !word.startsWith('-'));
  return file === undefined ? undefined : { file, isAdded: argv.includes('-a') || argv.includes('--append') };
};

type Unwrapped = Pick<Call, 'program' | 'args' | 'wrap' | 'isInteractive'>;

/** Peels off what gets to the command, layer by layer. */
const unwrap = (argv: readonly string[], wrap: readonly string[] = [], isInteractive = false): Unwrapped => {
  const [program = '', ...args] = argv;
  const into = (used: readonly string[], rest: readonly string[], asked = false): Unwrapped =>
    unwrap([programName(rest[0] ?? ''), ...rest.slice(1)], [...wrap, ...used], isInteractive || asked);
  const stay: Unwrapped = { program, args, wrap, isInteractive };
  switch (program) {
    case 'sudo': {
      const { options, rest } = split(args, /^-(u|g|C|D|h|p|T|-user|-group)$/);
      return rest.length === 0
        ? stay
        : into(
            ['sudo', '--non-interactive', ...options.filter((each) => !/^(-n|--non-interactive|-S)$/.test(each))],
            rest,
          );
    }
    case 'time':
    case 'nohup':
      return args.length === 0 ? stay : into([], args);
    case 'docker':
    case 'podman': {
      if (args[0] !== 'exec') return stay;
      const { options, rest } = split(args.slice(1), /^(-e|-u|-w|--env|--user|--workdir|--env-file)$/);
      const isAsked = options.some((each) => /^-[a-z]*[it]|^--(interactive|tty)/.test(each));
      const kept = options.filter((each) => !/^(-it|-ti|-i|-t|--interactive|--tty)(=.*)?$/.test(each));
      if (rest.length < 2) return { ...stay, isInteractive: true };
      return into([program, 'exec', ...kept, rest[0] ?? ''], rest.slice(1), isAsked);
    }
    case 'kubectl':
      return unwrapKubectl(args, stay, into);
    case 'ip': {
      if (args[0] === 'netns' && args[1] === 'exec' && args.length > 3)
        return into(['ip', 'netns', 'exec', args[2] ?? ''], args.slice(3));
      const at = args.findIndex((each) => each === '-n' || each === '-netns');
      if (at === -1 || args.length < at + 2) return stay;
      return into(['ip', 'netns', 'exec', args[at + 1] ?? ''], ['ip', ...args.slice(0, at), ...args.slice(at + 2)]);
    }
    case 'bash':
    case 'sh': {
      const at = args.findIndex((each) => /^-[a-z]*c$/.test(each));
      const inner = at === -1 ? undefined : simpleArgv(args[at + 1] ?? '');
      return inner === undefined ? stay : into([], inner);
    }
    case 'ssh': {
      const { options, rest } = split(args, /^-[bcDEeFIiJLlmOopQRSWw]$/);
      if (rest.length < 2) return { ...stay, isInteractive: rest.length === 1 };
      const command = rest.length === 2 ? simpleArgv(rest[1] ?? '') : rest.slice(1);
      if (command === undefined) return stay;
      return into(['ssh', '-o', 'BatchMode=yes', ...options.filter((each) => each !== '-t'), rest[0] ?? ''], command);
    }
    default:
      return stay;
  }
};

const unwrapKubectl = (
  args: readonly string[],
  stay: Unwrapped,
  into: (used: readonly string[], rest: readonly string[], asked?: boolean) => Unwrapped,
): Unwrapped => {
  const dashes = args.indexOf('--');
  const at = args.indexOf('exec');
  if (at === -1 || dashes === -1 || dashes < at) return stay;
  const before = args.slice(0, dashes).filter((each) => !/^(-it|-ti|-i|-t|--stdin|--tty)$/.test(each));
  const isAsked = before.length < dashes;
  return into(['kubectl', ...before, '--'], args.slice(dashes + 1), isAsked);
};

/** Options up to the first word that is none; `valued` take the word behind them. */
const split = (
  args: readonly string[],
  valued: RegExp,
): { readonly options: readonly string[]; readonly rest: readonly string[] } => {
  let at = 0;
  while (at < args.length && (args[at] ?? '').startsWith('-')) {
    if (args[at] === '--') return { options: args.slice(0, at), rest: args.slice(at + 1) };
    at += valued.test(args[at] ?? '') ? 2 : 1;
  }
  return { options: args.slice(0, at), rest: args.slice(at) };
};

/** A script that is one plain command. */
const simpleArgv = (script: string): readonly string[] | undefined => {
  const { commands, errors } = parse(script);
  const [only] = commands;
  const command = only?.command as Command | undefined;
  if (errors !== undefined || commands.length !== 1 || command?.type !== 'Command' || only?.background === true)
    return undefined;
  if (command.redirects.length > 0 || command.prefix.length > 0 || command.name === undefined) return undefined;
  const values = [command.name, ...command.args.map(asWord)].map((word) =>
    wordValue(word, { variables: new Map(), folder: '' }),
  );
  return values.every((value) => value !== undefined) ? (values as readonly string[]) : undefined;
};
