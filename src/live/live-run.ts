// What the page shows, kept up to date: follows the journal and logs of the newest run, and what is known of the network.
// It only reads, so that a run never depends on who looks at it.
import { joinSightings, runsUpTo, toldBy, topologyOfRun } from '../pages/page-data.ts';
import { elementStates, type Sighting, sightingsOf } from '../report/element-states.ts';
import type { Trace } from '../report/page-parts.ts';
import { RunRecord } from '../report/run-record.ts';
import type { ElementState, Topology } from '../report/topology.ts';
import { type CommandContext, lookAtState } from '../session/context.ts';
import { listRuns, runFolder } from '../store/runs.ts';
import { JournalTail } from './journal-tail.ts';
import { LogTail } from './log-tail.ts';

export interface Change {
  /** Which rows or runs there are is another matter now: everything is drawn anew. */
  readonly all: boolean;
  readonly rows: readonly string[];
  readonly logs: boolean;
}

export class LiveRun {
  record = new RunRecord();
  topology: Topology | undefined;
  trace: Trace | undefined;
  source = '';
  states: ReadonlyMap<string, ElementState> = new Map();
  logs = new LogTail('');
  private readonly context: CommandContext;
  private run: string | undefined;
  private knownCut = false;
  private looked = false;
  private journal: JournalTail | undefined;
  /** Of earlier runs. */
  private before: readonly Sighting[] = [];
  private now: { readonly sightings: readonly Sighting[]; readonly at: string } | undefined;

  constructor(context: CommandContext) {
    this.context = context;
  }

  /** Looks once at what is new. */
  async look(): Promise<Change> {
    const newest = (await listRuns(this.context.stateDir)).at(-1);
    const isOther = newest !== this.run && (await this.hasBegun(newest));
    if (isOther) this.turnTo(newest);
    this.looked = true;
    const { shape, end } = this.record;
    const gained = (await this.journal?.read()) ?? { events: [], anew: false };
    if (gained.anew) this.record = new RunRecord();
    for (const event of gained.events) this.record.add(event);
    if (gained.events.length > 0) this.now = undefined;
    const all =
      isOther ||
      gained.anew ||
      this.record.shape !== shape ||
      (this.record.end !== undefined && end === undefined) ||
      this.wasCut();
    if (all) await this.learn();
    const rows = [...this.record.touched];
    this.record.touched.clear();
    if (all || rows.length > 0) this.colour();
    return { all, rows, logs: await this.logs.read() };
  }

  /** Nobody holds the state, so nobody drives the run. */
  settle(): void {
    this.record.settle();
  }

  /** Colours by what was seen just now, until the run has more to tell. */
  proved(sightings: readonly Sighting[] | undefined, at: string): void {
    this.now = sightings && { sightings, at };
    this.colour();
  }

  /** The sitting ended without a word since the last look. */
  private wasCut(): boolean {
    const isCut = this.record.sittings.at(-1)?.end === 'cut';
    const news = isCut && !this.knownCut;
    this.knownCut = isCut;
    return news;
  }

  /** A run is there before its journal says anything; until then the one before it is worth more. */
  private async hasBegun(run: string | undefined): Promise<boolean> {
    if (run === undefined) return true;
    const { journal } = runFolder(this.context.stateDir, run);
    return (await new JournalTail(journal).read()).events.length > 0;
  }

  private turnTo(run: string | undefined): void {
    this.run = run;
    this.record = new RunRecord();
    this.now = undefined;
    const folder = run === undefined ? undefined : runFolder(this.context.stateDir, run);
    this.journal = folder && new JournalTail(folder.journal);
    this.logs = new LogTail(folder?.logs ?? '', this.looked);
  }

  /** The network, and what earlier runs told of it. */
  private async learn(): Promise<void> {
    const { context, record } = this;
    this.topology = await topologyOfRun(context, record);
    if (!this.topology) return;
    const state = await lookAtState(context);
    const entry = state.runs.find(({ id }) => id === this.run) ?? {
      ...{ id: this.run ?? '', workflow: record.start?.workflow ?? '', variant: record.start?.variant ?? '' },
      ...{ startedAt: record.start?.at ?? 0, deploys: record.start?.deploys ?? false },
    };
    const runs = runsUpTo({ ...state, runs: [...state.runs.filter(({ id }) => id !== entry.id), entry] }, entry);
    const told = await toldBy(context, { runs: runs.slice(0, -1), own: record, topology: this.topology });
    const whole = record.end ? await toldBy(context, { runs, own: record, topology: this.topology }) : told;
    this.before = told.sightings;
    this.trace = whole.trace;
    this.source = told.source;
  }

  private colour(): void {
    if (!this.topology) return;
    const { start } = this.record;
    const heard = joinSightings(this.before, sightingsOf(this.record), start?.workflow ?? '');
    this.states = elementStates(this.topology, this.now?.sightings ?? heard);
  }

  /** Where the colours come from. */
  get sourceText(): string {
    if (this.now) return `Proved now, at ${this.now.at}`;
    return this.record.end ? 'As proved by the newest run and those before it' : 'As the run proves it';
  }
}
