// A machine in memory: commands are functions of the test, files a map. What a test does not give fails loudly.
import type { ProcessIdentity } from '../../src/core/event.ts';
import type { Clock, CommandRequest, CommandResult, Host } from '../../src/engine/ports.ts';

export type Answer = Partial<CommandResult> | number | string;

export interface MemoryHostOptions {
  readonly clock: Clock;
  /** A number is an exit code, a string is stdout. Scripts come as `['bash', '-c', script]`. */
  readonly commands?: (request: CommandRequest) => Answer | Promise<Answer>;
  readonly files?: Map<string, string>;
  /** Processes of this machine that are alive, with their environment. */
  readonly processes?: Map<number, { readonly env: Readonly<Record<string, string>>; readonly command: string }>;
}

export const bootId = 'boot-1';

export const createMemoryHost = (options: MemoryHostOptions): Host => {
  const { clock, files = new Map<string, string>(), processes = new Map() } = options;
  const identity = (pid: number): ProcessIdentity => ({ pid, startTime: pid * 10, bootId });
  let lastPid = 1000;
  const command = async (request: CommandRequest): Promise<CommandResult> => {
    if (!options.commands) throw new Error(`no command in this rig: ${request.argv.join(' ')}`);
    if (request.signal?.aborted === true) return resultOf({ ended: 'cancelled' });
    lastPid += 1;
    request.onSpawn?.(identity(lastPid));
    const answer = await bounded(request, clock, options.commands(request));
    const result = resultOf(answer);
    for (const stream of ['stdout', 'stderr'] as const)
      if (result[stream] !== '') await request.onOutput?.(stream, new TextEncoder().encode(result[stream]));
    return result;
  };
  const refuse = (what: string) => (): never => {
    throw new Error(`no ${what} in this rig`);
  };
  return {
    clock,
    command,
    script: (script, request) => command({ ...request, argv: ['bash', '-c', script] }),
    http: refuse('http'),
    tcp: refuse('tcp'),
    unixSocket: refuse('unix socket'),
    readFile: async (path) => files.get(path),
    writeFile: async (path, text) => void files.set(path, text),
    removeFile: async (path) => void files.delete(path),
    stat: async (path) => {
      const text = files.get(path);
      return text === undefined
        ? undefined
        : { kind: 'file', size: text.length, mode: 0o600, owner: 0, group: 0, links: 1 };
    },
    leadsTo: async (path) => path,
    list: async (path) => [...files.keys()].filter((each) => each.startsWith(`${path}/`)),
    hashFile: async (path) => files.get(path) && `hash of ${files.get(path)}`,
    render: refuse('template'),
    identity,
    self: () => identity(1),
    isAlive: ({ pid, bootId: boot }) => boot === bootId && processes.has(pid),
    findByEnvironment: async (name, value) =>
      [...processes]
        .filter(([, { env }]) => env[name] === value)
        .map(([pid, { command: line, env }]) => ({ ...identity(pid), command: line, marks: env })),
    endGroup: async ({ pid }) => void processes.delete(pid),
    waitForEnd: async ({ pid }, signal) => {
      while (processes.has(pid) && signal?.aborted !== true) await clock.sleep(100, signal);
    },
    uid: 0,
  } as Host;
};

/** As a real host would, it ends a command at its time limit or when it is cancelled. */
const bounded = (
  { timeoutMs, signal }: CommandRequest,
  clock: Clock,
  answer: Answer | Promise<Answer>,
): Promise<Answer> => {
  const done = new AbortController();
  const ends: Promise<Answer>[] = [Promise.resolve(answer)];
  if (timeoutMs !== undefined)
    ends.push(
      clock
        .sleep(timeoutMs, done.signal)
        .then(() => (done.signal.aborted ? new Promise<Answer>(() => {}) : { ended: 'timeout' })),
    );
  if (signal)
    ends.push(new Promise((resolve) => signal.addEventListener('abort', () => resolve({ ended: 'cancelled' }))));
  return Promise.race(ends).finally(() => done.abort());
};

const resultOf = (answer: Answer): CommandResult => {
  const given =
    typeof answer === 'number' ? { exitCode: answer } : typeof answer === 'string' ? { stdout: answer } : answer;
  const ended = given.ended ?? 'exit';
  const exitCode = ended === 'exit' && given.signal === undefined ? 0 : null;
  return { exitCode, signal: null, stdout: '', stderr: '', truncated: false, durationMs: 1, ended, ...given };
};
