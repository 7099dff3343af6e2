// One run from the lock to the last line: takes the state folder, opens the journal, lets the engine work, remembers the end.
import { randomBytes } from 'node:crypto';
import type { RunEvent, Scope } from '../core/event.ts';
import { foldRun } from '../core/run-state.ts';
import { Recorder } from '../engine/recorder.ts';
import { type RunResult, runWorkflow } from '../engine/runner.ts';
import { StopControl } from '../engine/stop.ts';
import { openJournal, readJournal, repairTail } from '../store/journal.ts';
import { acquireLock } from '../store/lock.ts';
import { createRun, type RunFolder, runFolder } from '../store/runs.ts';
import { openState, type RunEntry, type State } from '../store/state.ts';
import { openStateFolder } from '../store/state-folder.ts';
import { openStepLog } from '../store/step-log.ts';
import type { CommandContext } from './context.ts';
import { createEngine } from './create-engine.ts';
import { decideSurvivor } from './decide-survivor.ts';
import { deployedOf } from './deployed.ts';
import { exitCode } from './exit-code.ts';
import { foldLedger, historyOf, holdingsOf, removedSteps, renamed } from './history.ts';
import type { Opened } from './open-workflow.ts';
import type { RunOptions } from './options.ts';
import { reconcile } from './reconcile.ts';
import { listenToSignals } from './signals.ts';
import { version } from './version-of-lab.ts';
import { openViews } from './views.ts';

export interface Execution {
  readonly context: CommandContext;
  readonly options: RunOptions;
  readonly scope: Scope;
  /** The run that is continued; without it a new one starts. */
  readonly resume?: RunEntry;
  readonly consent: boolean;
  /** What the command is, for whoever meets the lock. */
  readonly command: string;
  /** Lines said before the run's own. */
  readonly preamble: readonly string[];
  /** Opens the workflow once the lock is held and the state is known. */
  open(state: State['data']): Promise<Opened>;
}

/** Runs or continues a run; resolves with the exit code. @throws CliError, StoreError */
export const execute = async (execution: Execution): Promise<number> => {
  const { context, command } = execution;
  await openStateFolder(context.stateDir, { write: true });
  const lock = await acquireLock(context.stateDir, { command });
  try {
    const state = await openState(context.stateDir);
    await reconcile(state, context.stateDir, execution.resume?.id);
    const opened = await execution.open(state.data);
    return await perform(execution, opened, state);
  } finally {
    await lock.release();
  }
};

const perform = async (execution: Execution, opened: Opened, state: State): Promise<number> => {
  const { context, options, resume, scope } = execution;
  const { host, stateDir } = context;
  const { workflow, variant } = opened;
  const startedAt = host.clock.now();
  const folder = resume
    ? runFolder(stateDir, resume.id)
    : await createRun(stateDir, { at: startedAt, workflow: workflow.name, random: randomBytes(2).toString('hex') });
  const run = folder.id;
  const current = resume ? { current: resume.id } : {};
  const history = await historyOf(stateDir, state.data, { workflow: workflow.name, variant: variant.name, ...current });
  const known = renamed(history.known, workflow);
  await noteStart(state, opened, {
    id: run,
    workflow: workflow.name,
    variant: variant.name,
    startedAt: resume?.startedAt ?? startedAt,
    deploys: deploys(opened),
  });
  const { journal, past, notices } = await openRun(folder, resume);
  const stop = new StopControl();
  const recorder = new Recorder({ journal, clock: host.clock, past, onBroken: () => stop.ask('stop', 'SIGTERM') });
  const views = await openViews(execution, opened, { run, past, logs: folder.logs });
  recorder.listen((event) => views.on(event));
  const signals = listenToSignals(stop, recorder);
  const deployed = await deployedOf(stateDir, state.data, variant.name);
  const engine = createEngine(opened, {
    ...{
      host,
      stateDir,
      run,
      stop,
      emit: (body) => recorder.emit(body),
      ...(deployed && { deployed }),
    },
    openLog: (address, attempt) => openStepLog(folder.logs, { address, attempt }),
    consent: async () => execution.consent,
    survivor: (description) => decideSurvivor(options.survivors ?? 'ask', description),
  });
  try {
    const process = { process: host.self(), version, scope };
    if (resume) await recorder.emit({ type: 'run.resumed', ...process });
    else
      await recorder.emit({
        type: 'run.started',
        run,
        workflow: workflow.name,
        variant: variant.name,
        inputs: opened.shownInputs,
        deploys: deploys(opened),
        ...process,
      });
    for (const notice of notices) await recorder.emit(notice);
    const removed = removedSteps(known, workflow, state.data.created);
    for (const id of removed)
      await recorder.emit({
        type: 'notice',
        level: 'warning',
        code: 'removed-step',
        message: `step ${id} is no longer in the workflow, and what it made is still there; \`lab redo --undo ${id}\` takes it away`,
      });
    const holdings = workflow.undoes === undefined ? [] : holdingsOf(state.data.created, variant.name, workflow.undoes);
    const result = await runWorkflow(engine, {
      workflow,
      scope,
      known,
      resumed: resume !== undefined,
      usualMs: history.usualMs,
      holdings,
    });
    await noteEnd(state, { opened, run, result, journal: folder.journal });
    return codeOf(result, stop);
  } finally {
    signals.dispose();
    await views.close();
    await journal.close();
  }
};

const deploys = ({ workflow }: Opened): boolean => workflow.deploys ?? workflow.name === 'deploy';

const codeOf = ({ outcome }: RunResult, stop: StopControl): number => {
  if (outcome === 'succeeded') return exitCode.ok;
  return outcome === 'interrupted' ? exitCode.signal(stop.reason ?? 'SIGINT') : exitCode.stepFailed;
};

type Journal = Awaited<ReturnType<typeof openJournal>>;
type Notice = Extract<Parameters<Recorder['emit']>[0], { type: 'notice' }>;

const openRun = async (
  folder: RunFolder,
  resume: RunEntry | undefined,
): Promise<{ journal: Journal; past: readonly RunEvent[]; notices: readonly Notice[] }> => {
  const file = folder.journal;
  if (!resume) return { journal: await openJournal(file), past: [], notices: [] };
  const read = await readJournal(file);
  const notice = await repairTail(file, read);
  const journal = await openJournal(file, { from: { seq: read.events.at(-1)?.seq ?? 0, bytes: read.bytes } });
  return { journal, past: read.events, notices: notice ? [notice] : [] };
};

const noteStart = (state: State, opened: Opened, entry: RunEntry): Promise<void> =>
  state.update((data) => {
    data.runs = [...data.runs.filter((run) => run.id !== entry.id), entry];
    if (!entry.deploys) return;
    const same = data.deployed?.variant === entry.variant && data.deployed.workflow === entry.workflow;
    const since = same ? (data.deployed?.since ?? entry.startedAt) : entry.startedAt;
    const facts = same ? (data.deployed?.facts ?? {}) : {};
    data.deployed = {
      variant: entry.variant,
      workflow: entry.workflow,
      run: entry.id,
      since,
      inputs: { ...opened.shownInputs },
      facts,
    };
  });

interface Ending {
  readonly opened: Opened;
  readonly run: string;
  readonly result: RunResult;
  readonly journal: string;
}

const noteEnd = async (state: State, { opened, run, result, journal }: Ending): Promise<void> => {
  const { events } = await readJournal(journal);
  const folded = foldRun(events);
  const { workflow, variant } = opened;
  await state.update((data) => {
    data.created = foldLedger(data.created, folded);
    data.runs = data.runs.map((entry) =>
      entry.id === run ? { ...entry, endedAt: folded.end?.at ?? Date.now(), outcome: result.outcome } : entry,
    );
    if (data.deployed?.run === run && result.outcome === 'succeeded')
      data.deployed = { ...data.deployed, facts: { ...result.facts } };
    if (workflow.undoes === undefined || result.outcome !== 'succeeded') return;
    data.runs = data.runs.map((entry) =>
      entry.variant === variant.name && entry.id !== run ? { ...entry, superseded: true } : entry,
    );
    if (data.deployed?.variant === variant.name) delete data.deployed;
  });
};
