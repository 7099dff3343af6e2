// The terminal in which the text is typed: its folder, its variables, what it has sourced. One for a README, one for each script.
import type { Assignment } from 'unbash';
import type { Piece } from '../read/statements.ts';
import { placeholder } from '../read/transcript.ts';
import { wordValue } from '../read/words.ts';
import { slug } from '../turn/draft.ts';
import { secretValue } from '../turn/secrets.ts';
import { joinPath, type World } from '../turn/world.ts';

export class Terminal {
  readonly exported = new Map<string, string>();
  readonly variables = new Map<string, string>();
  /** Functions of the script, with their bodies. */
  readonly functions = new Map<string, string>();
  /** Variables that only the shell can tell. */
  readonly unknown = new Set<string>();
  /** What was sourced and could not be read. */
  readonly sourced: string[] = [];
  /** What gets to every command of it: `sudo`. */
  around: readonly string[] = [];
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  scope(bound: ReadonlyMap<string, string> = new Map()): {
    readonly variables: ReadonlyMap<string, string>;
    readonly folder: string;
  } {
    return { variables: new Map([...this.variables, ...this.exported, ...bound]), folder: this.world.folder };
  }

  /** @returns the name when only running it can tell the value. */
  assign(
    assignment: Assignment,
    { isExported, bound }: { isExported: boolean; bound: ReadonlyMap<string, string> },
  ): string | undefined {
    const { name, value, append } = assignment;
    if (value.type !== 'Word') return name;
    const resolved = wordValue(value, this.scope(bound));
    if (resolved === undefined) return name;
    const before = append === true ? (this.variables.get(name) ?? this.exported.get(name) ?? '') : '';
    const shown = secretValue(name, before + resolved, this.world);
    if (isExported || this.exported.has(name)) this.exported.set(name, shown);
    else this.variables.set(name, shown);
    return undefined;
  }

  /** The environment of a step whose text names variables: those that are exported, and those it reads. */
  environment(text: string, bound: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
    const read = [...this.variables, ...bound].filter(
      ([name]) => new RegExp(`\\$\\{?${name}\\b`).test(text) && !/^\d$/.test(name),
    );
    return Object.fromEntries([...this.exported, ...read]);
  }

  go(to: string | undefined): void {
    const { world } = this;
    if (to === undefined || to === '~' || to === '-' || to === labPlaceholder) return;
    // The clone is the lab's folder, by whatever name it goes there.
    if (
      world.clonedInto !== undefined &&
      (to === world.clonedInto || to.replace(/\/$/, '') === world.clonedInto) &&
      world.cwd === ''
    )
      return;
    world.cwd = joinPath(world.cwd, to.replace(/\/$/, ''));
    // Above its own folder a lab has no files of its own.
    if (world.cwd.startsWith('..')) world.cwd = '';
  }
}

const labPlaceholder = '<lab folder>';
const prefix = 'LAB_INPUT_';

/** Words in angle brackets become variables, and inputs of the variant once something reads them. */
export const withInputs = (text: string): string =>
  text.replaceAll(placeholder, (_, name: string) => `\${${prefix}${inputName(name)}}`);

const inputName = (name: string): string => slug(name).replaceAll('-', '_');

/** The inputs that a text reads: its words in angle brackets, and variables that nothing in the texts sets. */
export const boundInputs = (
  text: string,
  terminal: Terminal,
  bound: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const offer = (variable: string, name: string, description: string): void => {
    terminal.world.offered.set(name, { type: 'string', required: true, description });
    found.set(variable, `\${{ inputs.${name} }}`);
  };
  const plain = text.replaceAll(/'[^']*'/g, '');
  for (const [, variable = ''] of plain.matchAll(/(?<!\\)\$\{?([A-Za-z_]\w*)/g)) {
    if (variable.startsWith(prefix))
      offer(variable, variable.slice(prefix.length), 'Stands in angle brackets in the text');
    else if (!isSet(variable, text, terminal, bound))
      offer(variable, slug(variable).replaceAll('-', '_'), `$${variable} of the text, which sets it nowhere`);
  }
  return found;
};

/** By the shell, by whoever logged in, or by the text itself. */
const ofShell =
  /^(HOME|USER|LOGNAME|PWD|OLDPWD|PATH|SHELL|HOSTNAME|UID|EUID|GID|RANDOM|PPID|TERM|LANG|TMPDIR|SUDO_USER|DISPLAY|SSH_AUTH_SOCK|BASH_SOURCE|BASH_VERSION|FUNCNAME|OSTYPE|SECONDS|LINENO|IFS|REPLY|COLUMNS|LINES|OPTARG|OPTIND|PIPESTATUS)$/;
const isSet = (
  name: string,
  text: string,
  { variables, exported, unknown, sourced }: Terminal,
  bound: ReadonlyMap<string, string>,
): boolean =>
  ofShell.test(name) ||
  variables.has(name) ||
  exported.has(name) ||
  bound.has(name) ||
  unknown.has(name) ||
  sourced.length > 0 ||
  new RegExp(`\\b(for|select|read(\\s+-\\w+)*)\\s+${name}\\b|(^|[\\s;(])${name}=|\\$\\{${name}[:=?+-]`, 'm').test(text);

/** A script in which inputs are read as workflows read them. */
export const readable = (script: string): string => script.replaceAll(/\$\{LAB_INPUT_(\w+)\}/g, '${{ inputs.$1 }}');

/** As the text has it. */
export const shown = (script: string): string =>
  script.replaceAll(/\$\{LAB_INPUT_(\w+)\}/g, (_, name: string) => `<${name.replaceAll('_', ' ')}>`);

/** What a function's text has between its braces. */
export const bodyOf = ({ text }: Piece): string => text.slice(text.indexOf('{') + 1, text.lastIndexOf('}'));
