// What the engine asks of the machine and of the disk. host and store fulfil it; a test may do so from memory.
import type { EventBody, ProcessIdentity, RunEvent } from '../core/event.ts';

export interface CommandRequest {
  readonly argv: readonly string[];
  /** Complete environment of the child. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly stdin?: string;
  /** Milliseconds until the group is ended; none when absent. */
  readonly timeoutMs?: number;
  /** Milliseconds between SIGTERM and SIGKILL of the group. */
  readonly graceMs?: number;
  readonly signal?: AbortSignal;
  /** Called with each chunk; a returned promise holds the child's output back until it is settled. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void | Promise<void>;
  /** Asked when the child has ended and what it left running still holds its output: the file to whose end that goes from then on. */
  readonly leftOutput?: () => Promise<string>;
  readonly onSpawn?: (process: ProcessIdentity) => void;
  /** Bytes of each stream that are kept for the result, from its end; default 1 MiB. */
  readonly keepBytes?: number;
  /** Leave the child alone when the engine ends (for what must outlive it). */
  readonly background?: boolean;
}

export interface CommandResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** True when the kept output is not all of it. */
  readonly truncated: boolean;
  /** Of which stream that is so; where it is missing, of both. */
  readonly truncatedStreams?: readonly ('stdout' | 'stderr')[];
  readonly durationMs: number;
  readonly ended: 'exit' | 'timeout' | 'cancelled' | 'spawn-failed';
  /** With `spawn-failed`: the system's code, such as ENOENT, and message. */
  readonly error?: { readonly code: string; readonly message: string };
}

export interface HttpRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Accept any certificate. */
  readonly insecure?: boolean;
  /** Bytes of the body that are read; default 1 MiB. */
  readonly keepBytes?: number;
}

export type HttpAnswer =
  | {
      readonly ok: true;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      /** True when there is more of it. */
      readonly truncated?: boolean;
      readonly durationMs: number;
    }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** A process that was found by its environment. */
export interface MarkedProcess extends ProcessIdentity {
  readonly command: string;
  /** The variables of its environment whose names begin with `LAB_`. */
  readonly marks?: Readonly<Record<string, string>>;
}

/** Time, as the engine sees it. */
export interface Clock {
  /** Milliseconds since the epoch; may jump. */
  now(): number;
  /** Milliseconds that only grow; for durations and deadlines. */
  monotonic(): number;
  /** CPU milliseconds this process has used so far, where that can be told. */
  cpu?(): number;
  /** Resolves after that many milliseconds or as soon as the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Host {
  readonly clock: Clock;
  command(request: CommandRequest): Promise<CommandResult>;
  /** A bash script with pipefail and errexit; the rest as command. */
  script(script: string, request: Omit<CommandRequest, 'argv'>): Promise<CommandResult>;
  http(request: HttpRequest): Promise<HttpAnswer>;
  /** Milliseconds it took to connect, or why it could not. */
  tcp(
    host: string,
    port: number,
    timeoutMs: number,
  ): Promise<{ readonly ok: true; readonly durationMs: number } | { readonly ok: false; readonly code: string }>;
  /** One exchange over a unix socket: writes the text, reads until `until` matches the end or the peer closes. */
  unixSocket(
    path: string,
    text: string,
    options: { readonly until: RegExp; readonly timeoutMs: number },
  ): Promise<string>;
  /** The file's text, undefined when there is none. @throws the system's error otherwise. */
  readFile(path: string): Promise<string | undefined>;
  writeFile(path: string, text: string, mode?: number): Promise<void>;
  removeFile(path: string): Promise<void>;
  stat(path: string): Promise<
    | {
        readonly kind: 'file' | 'directory' | 'other';
        readonly size: number;
        readonly mode: number;
        readonly inode: number;
      }
    | undefined
  >;
  /** The path with every link followed; what isn't there yet stays as it is written. */
  leadsTo(path: string): Promise<string>;
  /** A text that is another once something there has changed. Never waits: undefined where that can't be told at once. */
  glance?(path: string): string | undefined;
  /** Names in a folder, empty when there is none. */
  list(path: string): Promise<readonly string[]>;
  /** SHA-256 of a file's content, in hex; undefined when there is none. Folders: over names and contents. */
  hashFile(path: string): Promise<string | undefined>;
  /** Renders a Liquid template file with values. */
  render(template: string, values: Readonly<Record<string, unknown>>): Promise<string>;
  identity(pid: number): ProcessIdentity | undefined;
  self(): ProcessIdentity;
  isAlive(process: ProcessIdentity): boolean;
  /** Processes whose environment holds NAME=VALUE. */
  findByEnvironment(name: string, value: string): Promise<readonly MarkedProcess[]>;
  /** Ends the process's group: SIGTERM, grace, SIGKILL; resolves when it is gone. */
  endGroup(process: ProcessIdentity, graceMs: number): Promise<void>;
  /** Resolves when the process is gone, or the signal aborts. */
  waitForEnd(process: ProcessIdentity, signal?: AbortSignal): Promise<void>;
  readonly uid: number;
}

/** A fact that was taken in. */
export interface Appended {
  readonly event: RunEvent;
  /** Resolves when it is on the disk, one for all that get there together; undefined for a fact that nobody has to wait for. */
  readonly durable?: Promise<void>;
}

/** Where facts go. @throws StoreError, at once or by what is to be waited for. */
export interface Journal {
  append(body: EventBody, at: number): Appended;
  close(): Promise<void>;
}

/** The log of one attempt; writes are ordered and bounded in memory. */
export interface StepLog {
  readonly path: string;
  write(chunk: string | Uint8Array): Promise<void>;
  close(): Promise<void>;
}
