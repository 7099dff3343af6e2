// How long each client of a service goes without answers while something is lost: all of them ask all the time.
import { type StepContext, StepError } from '../../src/engine/step-type.ts';
import { countServers } from './readings.ts';

export interface Missed {
  readonly client: string;
  /** From the moment the loss began until every request was answered again; 0 when none was missed. */
  readonly seconds: number;
  /** Requests without an answer. */
  readonly requests: number;
}

interface Settings {
  readonly url: string;
  readonly clients: readonly string[];
  /** Seconds within which each is to be answered again. */
  readonly within: number;
  /** Seconds without a miss that count as answered again. */
  readonly settled: number;
}

const perRound = 5;
const pauseMs = 100;

/** A few requests from a place, each over a connection of its own so that each is balanced anew; the first that fails ends them. */
export const askOnce = async (
  context: StepContext,
  { url, from }: { readonly url: string; readonly from: string },
): Promise<{ readonly answers: number; readonly count: number }> => {
  const target = `${url}${url.includes('?') ? '&' : '?'}request=[1-${perRound}]`;
  const options = ['--silent', '--fail', '--fail-early', '--max-time', '1', '--header', 'Connection: close'];
  const result = await context.command(['curl', ...options, target], { at: from, quiet: true });
  if (result.ended === 'spawn-failed') throw new StepError(`curl could not be started: ${result.error?.message ?? ''}`);
  return { answers: countServers(result.stdout).answers, count: perRound };
};

/** Between which monotonic milliseconds something was lost. */
interface Lost {
  readonly from: number;
  readonly to: number;
}

/** Asks from its making on. */
export class Watch {
  private readonly context: StepContext;
  private readonly settings: Settings;
  private readonly over = new AbortController();
  private readonly asking: Promise<readonly Missed[]>;
  private lost: Lost | undefined;

  constructor(context: StepContext, settings: Settings) {
    this.context = context;
    this.settings = settings;
    this.asking = Promise.all(settings.clients.map((client) => this.ask(client)));
    // Whoever waits for it comes later.
    this.asking.catch(() => undefined);
  }

  /** Resolves when every client has been answered for long enough since the loss. @throws StepError when one is not in time. */
  untilSettled(lost: Lost): Promise<readonly Missed[]> {
    this.lost = lost;
    return this.asking;
  }

  /** Resolves when nobody asks any more. */
  async end(): Promise<void> {
    this.over.abort();
    await this.asking.catch(() => undefined);
  }

  private async ask(client: string): Promise<Missed> {
    const { clock } = this.context.host;
    const { url, within, settled } = this.settings;
    let requests = 0;
    let answeredSince: number | undefined;
    for (;;) {
      const startedAt = clock.monotonic();
      const { answers, count } = await askOnce(this.context, { url, from: client });
      if (answers === count) answeredSince ??= startedAt;
      else {
        answeredSince = undefined;
        requests += 1;
      }
      const now = clock.monotonic();
      const { lost } = this;
      if (lost && answeredSince !== undefined && now - Math.max(answeredSince, lost.to) >= settled * 1000) {
        const seconds = requests === 0 ? 0 : Math.max(0, answeredSince - lost.from) / 1000;
        return { client, requests, seconds: Math.round(seconds * 10) / 10 };
      }
      if (this.over.signal.aborted || this.context.signal.aborted) throw new StepError(`${client} was stopped asking`);
      if (lost && now - lost.to >= within * 1000)
        throw new StepError(`${client} is without answers ${Math.round((now - lost.from) / 1000)} s after the loss`);
      await clock.sleep(pauseMs, this.over.signal);
    }
  }
}

/** In one sentence: who went without answers for how long. */
export const verdictOf = (node: string, missed: readonly Missed[]): string => {
  const hit = missed.filter(({ requests }) => requests > 0);
  const [worst] = [...hit].sort((a, b) => b.seconds - a.seconds);
  const all = missed.length === 1 ? missed[0]?.client : `all ${missed.length} clients`;
  if (!worst) return `${node} was lost, and ${all} were answered all the time`;
  const others =
    hit.length === 1 ? 'no other missed an answer' : `${hit.length} of ${missed.length} clients missed answers`;
  return `${node} was lost, and ${all} were answered again after at most ${worst.seconds} s (${worst.client}; ${others})`;
};
