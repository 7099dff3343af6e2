// What bash says of scripts that it only reads: nothing of them is run.
import { spawnSync } from 'node:child_process';

export interface ScriptFault {
  /** Of the script, from 1. */
  readonly line: number;
  readonly message: string;
}

// As the engine runs a script, but for patterns that a script may only allow itself while it runs.
const readEach = `for script; do
  case $script in *extglob*) set -- -O extglob ;; *) set -- ;; esac
  "$BASH" "$@" -n -c "$script" 2>&1
  printf '\\0%s\\0' $?
done`;

/** One answer a script, in their order; undefined for one that is right, or where no bash could be asked. */
export const bashFaults = async (scripts: readonly string[]): Promise<readonly (ScriptFault | undefined)[]> => {
  if (scripts.length === 0) return [];
  const { BASH_ENV: _, ...env } = process.env;
  const { status, stdout } = spawnSync('bash', ['-c', readEach, 'bash', ...scripts], {
    ...{ env: { ...env, LC_ALL: 'C' }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    ...{ timeout: 30_000, maxBuffer: 64 << 20 },
  });
  if (status !== 0) return scripts.map(() => undefined);
  const answers = stdout.split('\0');
  return scripts.map((_, index) => (answers[2 * index + 1] === '0' ? undefined : faultIn(answers[2 * index] ?? '')));
};

const faultIn = (said: string): ScriptFault | undefined => {
  const [, line, message] = /^\S+: (?:-c: )?line (\d+): (?!warning: )(.*)$/m.exec(said) ?? [];
  return message === undefined ? undefined : { line: Number(line), message };
};
