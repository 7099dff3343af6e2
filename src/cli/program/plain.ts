// Reads the words of most calls without commander, whose loading and making take longer than all that `lab status` does then. It
// understands what can be meant in one way only, the long flags as they are declared, each value a word of its own; with anything else
// it gives up, so that commander alone says what is wrong.
import { declareOne, withFolders } from './commands.ts';
import type { Asked, Declared, Parse } from './declared.ts';

interface Flag {
  readonly key: string;
  readonly takes: 'nothing' | 'one' | 'many' | 'perhaps';
  /** What it comes to without a value. */
  readonly sense: boolean;
  readonly parse?: Parse | undefined;
  readonly words?: readonly string[];
}

class Plain implements Declared {
  readonly flags = new Map<string, Flag>();
  readonly defaults: Record<string, unknown> = {};
  readonly required: string[] = [];
  readonly operands: readonly string[];
  readonly load: Asked['load'];

  constructor(spec: string, load: Asked['load']) {
    this.operands = spec.split(' ').slice(1);
    this.load = load;
  }

  option(flags: string, _: string, parse?: Parse): this {
    this.#add(flags, { parse });
    return this;
  }

  requiredOption(flags: string): this {
    this.required.push(this.#add(flags, {}));
    return this;
  }

  choice(flags: string, _: string, words: readonly [string, ...string[]]): this {
    this.defaults[this.#add(flags, { words })] = words[0];
    return this;
  }

  addHelpText(): this {
    return this;
  }

  #add(flags: string, more: Partial<Flag>): string {
    const [long = '', value] = flags.slice(flags.indexOf('--')).split(' ');
    const negative = long.startsWith('--no-');
    const key = camelCase(long.slice(negative ? '--no-'.length : '--'.length));
    if (negative) this.defaults[key] = true;
    this.flags.set(long, { key, takes: takes(value), sense: !negative, ...more });
    return key;
  }
}

const takes = (value: string | undefined): Flag['takes'] => {
  if (value === undefined) return 'nothing';
  if (value.startsWith('[')) return 'perhaps';
  return value.endsWith('...>') ? 'many' : 'one';
};

const camelCase = (name: string): string =>
  name
    .split('-')
    .map((part, index) => (index === 0 ? part : part.charAt(0).toUpperCase() + part.slice(1)))
    .join('');

/** Undefined when commander has to be asked. */
export const readPlainly = ([name, ...words]: readonly string[]): Asked | undefined => {
  const command = name === undefined ? undefined : declared(name);
  return command && understand(command, words);
};

const declared = (name: string): Plain | undefined => {
  let found: Plain | undefined;
  declareOne(name, (spec, _, load) => {
    found = new Plain(spec, load);
    return withFolders(found);
  });
  return found;
};

const understand = (command: Plain, words: readonly string[]): Asked | undefined => {
  const options: Record<string, unknown> = { ...command.defaults };
  const operands: string[] = [];
  // One that takes many takes for commander also what stands behind the options of all commands that come between.
  let open = false;
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? '';
    at += 1;
    if (!word.startsWith('-')) {
      if (open) return undefined;
      operands.push(word);
    } else {
      const flag = command.flags.get(word);
      const values = flag && valuesOf(flag, words.slice(at));
      if (!flag || !values || !take(flag, values, options)) return undefined;
      open ||= flag.takes === 'many';
      at += values.length;
    }
  }
  if (command.required.some((key) => options[key] === undefined)) return undefined;
  return fits(command.operands, operands)
    ? { load: command.load, operands: command.operands.map((_, at) => operands[at]), options }
    : undefined;
};

/** The words that are values of the flag before them; undefined when that could be meant in another way. */
const valuesOf = ({ takes }: Flag, next: readonly string[]): readonly string[] | undefined => {
  if (takes === 'nothing') return [];
  const end = next.findIndex((word) => word.startsWith('-'));
  const values = end === -1 ? next : next.slice(0, end);
  if (values.length === 0 || takes === 'perhaps') return undefined;
  return takes === 'one' ? values.slice(0, 1) : values;
};

/** False when a value does not fit. */
const take = (
  { key, sense, parse, words }: Flag,
  values: readonly string[],
  options: Record<string, unknown>,
): boolean => {
  if (values.length === 0) options[key] = sense;
  for (const value of values) {
    if (words?.includes(value) === false) return false;
    options[key] = parse ? parse(value, options[key] as readonly string[] | undefined) : value;
  }
  return true;
};

/** As many words as the command takes; how those of one that takes any number are told apart is commander's. */
const fits = (wanted: readonly string[], operands: readonly string[]): boolean =>
  wanted.every((each, at) => !each.includes('...') && (each.startsWith('[') || at < operands.length)) &&
  operands.length <= wanted.length;
