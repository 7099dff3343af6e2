// A program in a real pseudo-terminal, read back by a headless one: what a person would see of it.
import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { onTestFinished } from 'vitest';

export interface InTerminal {
  type(text: string): void;
  resize(columns: number, rows: number): void;
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void;
  /** What somebody else writes on the same screen. */
  write(text: string): Promise<void>;
  /** The rows in sight, without blanks at their ends. */
  seen(): string;
  /** All lines, also those that were scrolled away. */
  history(): readonly string[];
  /** Everything that was written, as it was. */
  raw(): string;
  /** The exit code, once it has ended and all it wrote is on the screen. */
  readonly ended: Promise<number>;
}

export interface TerminalWish {
  readonly file: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

/** Ends with the test. */
export const openInTerminal = ({ file, argv, cwd, env, columns = 80, rows = 24 }: TerminalWish): InTerminal => {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 5000 });
  const child = spawn(file, [...argv], { cols: columns, rows, cwd, env, name: env['TERM'] ?? 'xterm-256color' });
  let raw = '';
  // Some programs ask the terminal what it is; it answers.
  terminal.onData((answer) => child.write(answer));
  child.onData((text) => {
    raw += text;
    terminal.write(text);
  });
  const write = (text: string): Promise<void> => new Promise((resolve) => terminal.write(text, resolve));
  const exited = new Promise<number>((resolve) => child.onExit(({ exitCode }) => resolve(exitCode)));
  const ended = exited.then(async (code) => {
    await write('');
    return code;
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
    terminal.dispose();
  });
  const lines = (from: number, to: number): readonly string[] =>
    Array.from(
      { length: to - from },
      (_, at) => terminal.buffer.active.getLine(from + at)?.translateToString(true) ?? '',
    );
  const { active } = terminal.buffer;
  return {
    ...{ write, ended, raw: () => raw },
    type: (text) => child.write(text),
    resize(newColumns, newRows) {
      terminal.resize(newColumns, newRows);
      child.resize(newColumns, newRows);
    },
    signal: (name) => child.kill(name),
    seen: () =>
      lines(active.baseY, active.baseY + terminal.rows)
        .join('\n')
        .trimEnd(),
    history: () => lines(0, active.length),
  };
};
