// What a person typed and what was printed, told apart: prompts and outputs are dropped, and what one command spreads over several lines
// (here-documents, backslashes, loops) is joined. Every line ends up in one entry.
import { forEachChild, parse, type SyntaxNode } from 'unbash';
import { beginsCommand, isProgram, isSurelyCommand, looksPrinted } from './programs.ts';
import type { Excerpt, Line } from './source.ts';

export interface Entry {
  /** `device`: typed at the prompt of a device, in its language. */
  readonly kind: 'command' | 'comment' | 'output' | 'device';
  /** As typed, without prompts. */
  readonly text: string;
  readonly line: number;
  readonly end: number;
  /** Whose prompt it stands at, where that names a host. */
  readonly host?: string;
  /** Why it was not taken, for what might be a command after all. */
  readonly doubt?: string;
}

const shells = new Set(
  ',bash,sh,shell,zsh,console,shell-session,shellsession,sh-session,terminal,text,txt,plaintext,plain,none,cmd,prompt,bashsession,fish'.split(
    ',',
  ),
);
/** Fences that say they hold commands; others may as well be output. */
const surelyShells = /^(bash|sh|shell|zsh)$/;

/** The entries of an excerpt; none when its fence says that it holds something else. */
export const readTranscript = (excerpt: Excerpt): readonly Entry[] => {
  if (excerpt.kind === 'script') return [];
  if (!shells.has(excerpt.language)) return [];
  if (!excerpt.isCode) return excerpt.lines.flatMap(readSentence);
  const isSession = excerpt.lines.some(({ text }) => isShellPrompt(promptOf(text)));
  return isSession ? readSession(excerpt.lines) : readPlain(excerpt);
};

const readSentence = (line: Line): readonly Entry[] => {
  const text = line.text.trim();
  const { text: typed = text } = promptOf(text) ?? {};
  if (!isSurelyCommand(typed) || parse(typed).errors !== undefined || /[.:]$/.test(typed)) return [];
  return [{ kind: 'command', text: typed, line: line.number, end: line.number }];
};

interface Prompt {
  readonly text: string;
  readonly host?: string;
  readonly isDevice?: boolean;
}

const prompts: readonly (readonly [RegExp, (match: RegExpExecArray) => Omit<Prompt, 'text'>])[] = [
  // [user@host folder]$
  [/^\s*\[(?<user>[\w.-]+)@(?<host>[\w.-]+)[^\]]*\]\s?[#$%]\s*/, ({ groups }) => hostOf(groups)],
  // A:leaf1# of SR Linux and SR OS, with a user or a mode
  [
    /^\s*\*?[AB]:(?:[\w.-]+@)?(?<host>[\w.-]+)(?:[>:][\w/>-]*)?[#>$]\s*/,
    ({ groups }) => ({ ...hostOf(groups), isDevice: true }),
  ],
  // RP/0/RP0/CPU0:xrd1#
  [/^\s*RP\/\d+\/\S+:(?<host>[\w.-]+)(?:\([\w-]+\))?#\s*/, ({ groups }) => ({ ...hostOf(groups), isDevice: true })],
  // user@host:folder$
  [/^\s*(?:\([\w.-]+\)\s*)?(?<user>[\w.-]+)@(?<host>[\w.-]+):[^\s#$]*\s?[#$]\s*/, ({ groups }) => hostOf(groups)],
  // user@host> of Junos
  [/^\s*[\w.-]+@(?<host>[\w.-]+)[>#]\s+/, ({ groups }) => ({ ...hostOf(groups), isDevice: true })],
  [/^\s*(?:bash|sh)-[\d.]+[#$]\s*/, () => ({ host: '?' })],
  [/^\s*[$❯➜]\s+/u, () => ({})],
  // leaf1# leaf1(config-router)# leaf1> cluster1$
  [/^(?<host>[A-Za-z][\w.-]*)(?:\([\w-]+\))?[#>$](?:\s+|$)/, ({ groups }) => ({ ...hostOf(groups), isDevice: true })],
];

const hostOf = (groups: Readonly<Record<string, string>> | undefined): { host: string } => ({
  host: groups?.['host'] ?? '',
});

const promptOf = (text: string): Prompt | undefined => {
  for (const [shape, tell] of prompts) {
    const match = shape.exec(text);
    if (match && !isProgram(match.groups?.['host'] ?? ''))
      return { text: text.slice(match[0].length).trimEnd(), ...tell(match) };
  }
  return undefined;
};

/** One at which the reader types; devices have prompts of their own also where the reader's is left out. */
const isShellPrompt = (prompt: Prompt | undefined): boolean =>
  prompt !== undefined && prompt.isDevice !== true && prompt.host !== '?';

/** Of a session only what stands at a prompt was typed, and what its last line leaves open. */
const readSession = (lines: readonly Line[]): readonly Entry[] => {
  const entries: Entry[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as Line;
    const prompt = promptOf(line.text);
    if (prompt === undefined) {
      const mark = /^\s*#\s*(.*)$/.exec(line.text)?.[1];
      if (mark !== undefined)
        entries.push(commentOf(line, mark, 'lines of this block stand at prompts, and this one at none'));
      else if (line.text.trim() !== '')
        entries.push({ kind: 'output', text: line.text, line: line.number, end: line.number });
      continue;
    }
    if (prompt.text === '') continue;
    const host = prompt.host === undefined ? {} : { host: prompt.host };
    if (prompt.isDevice === true && !isSurelyCommand(prompt.text)) {
      entries.push({ kind: 'device', text: prompt.text, line: line.number, end: line.number, ...host });
      continue;
    }
    const isComment = prompt.text.startsWith('#');
    const count = isComment ? 1 : openLines(prompt.text, lines.slice(at + 1));
    const rest = lines.slice(at + 1, at + count).map(({ text }) => text.replace(/^> /, ''));
    entries.push({
      kind: isComment ? 'comment' : 'command',
      text: [prompt.text, ...rest].join('\n'),
      line: line.number,
      end: line.number + count - 1,
      ...host,
    });
    at += count - 1;
  }
  return entries;
};

const commentOf = (line: Line, text: string, why: string): Entry => ({
  ...{ kind: 'comment', text, line: line.number, end: line.number },
  ...(isSurelyCommand(text) && {
    doubt: `# may be the prompt of root or a comment; ${why}, so it was taken for a comment`,
  }),
});

const readPlain = ({ lines, language }: Excerpt): readonly Entry[] => {
  const isShell = surelyShells.test(language);
  const isRoots = everyLineIsRoots(lines);
  const entries: Entry[] = [];
  let isStrict = false;
  // What follows is typed into a program that was opened, in its language.
  let isDevice =
    lines.some(({ text }) => configures.test(text)) && !lines.some(({ text }) => opensDevice.test(text.trim()));
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] as Line;
    const text = line.text.trim();
    const mark = /^#\s*(.*)$/.exec(text)?.[1];
    const typed = isRoots && mark !== undefined && isSurelyCommand(mark) ? mark : text;
    if (text === '') continue;
    const prompt = promptOf(line.text);
    if (prompt?.host !== undefined && prompt.text !== '' && mark === undefined) {
      entries.push({
        kind: prompt.isDevice === true ? 'device' : 'command',
        text: prompt.text,
        line: line.number,
        end: line.number,
        host: prompt.host,
      });
      isStrict = true;
    } else if (mark !== undefined && typed === text) {
      entries.push(commentOf(line, mark, 'other lines of this block stand without one'));
      isStrict = false;
    } else if (isDevice && !isSurelyCommand(typed)) {
      entries.push({ kind: 'device', text: line.text.trimEnd(), line: line.number, end: line.number });
    } else if (!beginsCommand(typed, { isShell, isStrict })) {
      entries.push({ kind: 'output', text: line.text, line: line.number, end: line.number });
      isStrict = true;
    } else {
      const count = openLines(typed, lines.slice(at + 1));
      const rest = lines.slice(at + 1, at + count).map((each) => each.text);
      entries.push({
        kind: 'command',
        text: [typed, ...rest].join('\n'),
        line: line.number,
        end: line.number + count - 1,
      });
      at += count - 1;
      isStrict = false;
      isDevice = opensDevice.test(typed);
    }
  }
  return entries;
};

/** Opens the prompt of a router's own language. */
export const opensDevice =
  /^(?:sudo )?(?:(?:docker|podman) exec (?:-\S+ )+[\w.-]+ )?(?:vtysh|sr_cli|Cli|cli|birdc|vppctl|gobgp)$|^(?:sudo )?(?:sshpass \S+ \S+ )?ssh (?:-\S+ )*[\w.-]+@[\w.-]+$/;
const configures = /^\s*(configure terminal|conf(ig)? t(erm)?|configure|enter candidate)\s*$/;

/** `#` stands before each line that is no output, and before a command at least: then it is a prompt. */
const everyLineIsRoots = (lines: readonly Line[]): boolean => {
  const told = lines.filter(({ text }) => text.trim() !== '' && !looksPrinted(text.trim()));
  const isMarked = ({ text }: Line) => /^\s*# /.test(text);
  return (
    told.some((line) => isMarked(line) && isSurelyCommand(line.text.replace(/^\s*# /, ''))) && told.every(isMarked)
  );
};

/** How many lines a command takes, its own included: as few as the shell can read. */
const openLines = (first: string, following: readonly Line[]): number => {
  let text = first;
  for (let count = 1; count <= following.length && isOpen(text); count += 1) {
    text += `\n${following[count - 1]?.text ?? ''}`;
    if (!isOpen(text)) return count + 1;
  }
  return 1;
};

/** Placeholders in angle brackets would read as redirections without a target. */
export const withoutPlaceholders = (text: string): string => text.replaceAll(placeholder, 'PLACEHOLDER');
export const placeholder = /(?<![<\d&$])<([A-Za-z][\w .-]*[\w.])>/g;

const isOpen = (text: string): boolean => {
  const last = text.slice(text.lastIndexOf('\n') + 1);
  if (/(^|[^\\])(\\\\)*\\\s*$/.test(last) && !/<<-?\s*['"]?\w+/.test(text)) return true;
  const script = parse(withoutPlaceholders(text));
  return script.errors !== undefined || opensDocument(script);
};

/** A here-document whose end word has not come. */
const opensDocument = (node: SyntaxNode): boolean => {
  if (node.type === 'HereDoc') return node.closing === undefined;
  let isOpen = false;
  forEachChild(node, (child) => {
    isOpen ||= opensDocument(child);
  });
  return isOpen;
};
