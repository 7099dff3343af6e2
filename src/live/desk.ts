// Where the served page's parts meet: what is known of the run, who looks on, and what buttons may do. It reads; what it starts
// are commands of their own.
import { join } from 'node:path';
import { quoteCommand } from '../core/quote.ts';
import { pageAssets } from '../pages/page-assets.ts';
import { CliError } from '../project/exit-code.ts';
import type { CommonOptions } from '../project/options.ts';
import { themeStyle, topologyStyle } from '../report/topology-style.ts';
import { elementNumbers } from '../report/topology-svg.ts';
import type { CommandContext } from '../session/context.ts';
import { runFolder } from '../store/runs.ts';
import { readTail } from '../store/step-log.ts';
import { localTime } from '../view/moment.ts';
import { cleanText } from '../view/text.ts';
import { ChildRuns } from './child-runs.ts';
import { livePage, type Shown, tell } from './live-page.ts';
import { LiveRun } from './live-run.ts';
import { type Offers, offersNow } from './offers.ts';
import { proveNow } from './prove-now.ts';
import type { Served } from './server.ts';
import { Viewers } from './viewers.ts';

const lookEveryMs = 250;
const offersEveryMs = 1500;
const proveEveryMs = 2000;
/** Looking must not become the machine's main work: between two looks this many times as long as the last one took. */
const restAfterProof = 3;
const breatheEveryMs = 15_000;
/** Of a log; the rest is in its file. */
const shownLines = 5000;
const foundLogs = 200;

export class Desk implements Served {
  private readonly context: CommandContext;
  private readonly common: readonly string[];
  private readonly live: LiveRun;
  private readonly viewers = new Viewers();
  private readonly children = new ChildRuns();
  private readonly assets = pageAssets();
  private offers: Offers | undefined;
  private outputTold = '';
  private proving: Promise<void> | undefined;
  /** A mistake of a look that ran beside the others; it ends them all. */
  private failure: { readonly error: unknown } | undefined;
  private due = { offers: 0, prove: 0, breathe: 0 };

  constructor(context: CommandContext, { project, stateDir }: CommonOptions) {
    this.context = context;
    this.live = new LiveRun(context);
    this.common = [
      ...(project === undefined ? [] : ['--project', project]),
      ...(stateDir === undefined ? [] : ['--state-dir', stateDir]),
    ];
  }

  async keepUp(signal: AbortSignal): Promise<void> {
    const { clock } = this.context.host;
    while (!signal.aborted) {
      await this.look();
      this.viewers.tell(tell(this.shown));
      if (this.failure) throw this.failure.error;
      await clock.sleep(lookEveryMs, signal);
    }
    await this.proving;
  }

  dispose(): void {
    this.viewers.end();
    this.children.dispose();
  }

  page(): ReturnType<Served['page']> {
    const style = `${themeStyle(':root')}${topologyStyle}${this.assets.style}`;
    return { html: livePage(this.shown, this.assets), style, script: this.assets.script };
  }

  view(response: Parameters<Served['view']>[0]): void {
    this.viewers.add(response);
    this.viewers.tell(tell(this.shown));
  }

  async log(file: string): Promise<string | undefined> {
    const run = this.live.record.start?.run;
    if (run === undefined || !this.live.logs.sizes.has(file)) return undefined;
    const lines = await readTail(join(runFolder(this.context.stateDir, run).logs, file), shownLines);
    return cleanText(lines.join('\n'));
  }

  async find(text: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (const file of this.live.logs.sizes.keys()) {
      if (found.length === foundLogs) break;
      if ((await this.log(file))?.toLowerCase().includes(text)) found.push(file);
    }
    return found;
  }

  act({ action, step }: Parameters<Served['act']>[0]): ReturnType<Served['act']> {
    const offer = action === 'resume' || action === 'plan' || action === 'redo' ? this.offers?.[action] : undefined;
    if (!offer) return { status: 400, message: 'There is no such button.' };
    if (offer.not !== undefined) return { status: 409, message: `Not now: ${offer.not}.` };
    if (action === 'redo' && !this.isStep(step)) return { status: 400, message: 'There is no such step.' };
    const words = offer.words.map((word) => (word === 'STEP' && step !== undefined ? step : word));
    const program = process.argv[1] ?? '';
    const command = `npx lab ${quoteCommand(words)}`;
    const ended = (): void => this.noteActions();
    const started = this.children.start([program, ...words], { command, cwd: process.cwd(), ended });
    this.noteActions();
    return started ? { status: 202, message: command } : { status: 409, message: 'The last one still runs.' };
  }

  private get shown(): Shown {
    return { live: this.live, offers: this.offers, children: this.children, now: this.context.host.clock.now() };
  }

  private isStep(step: string | undefined): step is string {
    const { rows } = this.live.record;
    return step !== undefined && !step.startsWith('-') && rows.has(step);
  }

  private noteActions(): void {
    this.due.offers = 0;
    this.viewers.note((news) => Object.assign(news, { actions: true }));
  }

  private async look(): Promise<void> {
    const now = this.context.host.clock.now();
    const before = this.live.states;
    const { all, rows, logs } = await this.live.look();
    const elements = all ? [] : this.changedElements(before);
    this.viewers.note((news) => {
      if (all) news.all = true;
      for (const row of rows) news.rows.add(row);
      for (const element of elements) news.elements.add(element);
      if (logs) news.logs = true;
      if (this.live.record.end === undefined && this.live.record.start !== undefined && this.offers?.holder)
        news.head = true;
    });
    if (now >= this.due.offers) await this.lookAtOffers(now);
    if (this.children.output !== this.outputTold) {
      this.outputTold = this.children.output;
      this.noteActions();
    }
    if (now >= this.due.breathe) {
      this.due.breathe = now + breatheEveryMs;
      this.viewers.breathe();
    }
    if (now >= this.due.prove && this.viewers.count > 0 && !this.offers?.holder) this.prove();
  }

  private changedElements(before: LiveRun['states']): readonly number[] {
    const { topology, states } = this.live;
    if (!topology || states === before) return [];
    return [...elementNumbers(topology)]
      .filter(([id]) => JSON.stringify(before.get(id)) !== JSON.stringify(states.get(id)))
      .map(([, number]) => number);
  }

  private async lookAtOffers(now: number): Promise<void> {
    this.due.offers = now + offersEveryMs;
    const offers = await offersNow(this.context.stateDir, this.common);
    // Twice, for between two looks a run may have begun.
    if (!offers.holder && this.offers && !this.offers.holder) this.live.settle();
    if (JSON.stringify(offers) === JSON.stringify(this.offers)) return;
    this.offers = offers;
    this.viewers.note((news) => Object.assign(news, { actions: true }));
  }

  /** Beside everything else: a probe that takes long must not hold up the page. */
  private prove(): void {
    if (this.proving !== undefined) return;
    const { clock } = this.context.host;
    const began = clock.monotonic();
    this.proving = proveNow(this.context)
      .then((sightings) => {
        if (this.offers?.holder) return;
        const before = this.live.states;
        this.live.proved(sightings, localTime(clock.now()));
        const elements = this.changedElements(before);
        this.viewers.note((news) => {
          news.head = true;
          for (const element of elements) news.elements.add(element);
        });
      })
      .catch((error: unknown) => {
        // Files in the middle of an edit can't be read; the next look will tell.
        if (!(error instanceof CliError)) this.failure = { error };
      })
      .finally(() => {
        this.proving = undefined;
        this.due.prove = clock.now() + Math.max(proveEveryMs, restAfterProof * (clock.monotonic() - began));
      });
  }
}
