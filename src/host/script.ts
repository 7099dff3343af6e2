// Bash scripts: run by a file of their own, and checked by bash before the run.
// Runs a bash script through zx, which finds bash and builds its command line; zx is loaded with the first script.
// Left alone, zx keeps all output in memory, never holds a child back, and an abort leaves grandchildren behind. So it starts
// the child through our `launch` and does not see its streams: output, limits and ending are the same as a command's.
import { type ChildProcess, type spawn, spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { CommandRequest, CommandResult } from '../engine/ports.ts';
import { attend, cancelledBefore, type RegisterGroup } from './command.ts';
import { registerOpenGroup } from './group.ts';
import { type Launched, launch, type SpawnFailure, spawnFailed } from './launch.ts';

type ScriptRequest = Omit<CommandRequest, 'argv'>;

/** @throws what `onOutput` or `onSpawn` threw; everything that happens to the script is a value. */
export const runScript = async (
  script: string,
  request: ScriptRequest,
  registerGroup: RegisterGroup = registerOpenGroup,
): Promise<CommandResult> => {
  const zx = await import('zx/core');
  if (request.signal?.aborted) return cancelledBefore;
  knownBash ??= zx.which.sync('bash', { nothrow: true });
  const bash = knownBash;
  if (bash === null)
    return spawnFailed({
      code: 'ENOENT',
      message: 'bash was not found: it is not installed, or not on the PATH, and a script needs it',
    });
  const start = new ScriptStart(request);
  const run = zx.$({
    shell: bash,
    quote: zx.quote,
    prefix: 'set -euo pipefail;',
    postfix: '',
    env: { ...request.env },
    cwd: request.cwd,
    detached: true,
    quiet: true,
    verbose: false,
    nothrow: true,
    preferLocal: false,
    spawn: start.spawn as typeof spawn,
  });
  // No values are put in, so there is nothing to quote: the text is one piece.
  void run(Object.assign([script], { raw: [script] }));
  return attend(start.outcome(), request, registerGroup);
};

/** Looked for once; again while there is none, as a step may install it. */
let knownBash: string | null = null;

/** Stands where zx expects `spawn`, and remembers what came of it. */
class ScriptStart {
  private readonly request: ScriptRequest;
  private launched: Launched | Promise<SpawnFailure> | undefined;
  private error: unknown;

  constructor(request: ScriptRequest) {
    this.request = request;
  }

  /** zx calls this with the script behind its prefix, and the shell among the options. */
  readonly spawn = (script: string, _args: readonly string[], options: { readonly shell: string }): ChildProcess => {
    try {
      this.launched = launch({ ...this.request, argv: [options.shell, '--norc', '-c', script] });
      return veiled(this.launched instanceof Promise ? undefined : this.launched);
    } catch (error) {
      this.error = error;
      throw error;
    }
  };

  /** zx starts what it is given at once, so this is known as soon as it returns. */
  outcome(): Launched | Promise<SpawnFailure> {
    if (this.launched) return this.launched;
    throw this.error ?? new Error('zx did not start the script');
  }
}

/** What zx sees of a child: its number and its end, none of its streams. */
const veiled = (child: Launched | undefined): ChildProcess => {
  const seen = new EventEmitter();
  child?.once('close', (exitCode, signal) => seen.emit('close', exitCode, signal));
  return Object.assign(seen, { pid: child?.pid, stdin: null, stdout: null, stderr: null }) as unknown as ChildProcess;
};

interface ScriptFault {
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
