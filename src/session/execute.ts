// One run from the lock to the last line: takes the state folder, opens the journal, lets the engine work, remembers the end.
import type { EventBody, PlannedStep, RunEvent, Scope } from '../core/event.ts';
import { Spans } from '../core/held-since.ts';
import { foldRun } from '../core/run-state.ts';
import { isPartial } from '../core/scope.ts';
import { tellOf } from '../core/told.ts';
import type { Host } from '../engine/ports.ts';
import { Recorder } from '../engine/run/recorder.ts';
import { type RunResult, runWorkflow } from '../engine/run/runner.ts';
import { StopControl } from '../engine/stop.ts';
import { concludeRun } from '../history/conclude-run.ts';
import { deployedOf } from '../history/deployed.ts';
import { foldLedger, historyOf, removedThings, renamed, renamedThings, vanishedChildren } from '../history/history.ts';
import { changedSteps, type Notice, removedSteps } from '../history/left-behind.ts';
import { keepTold } from '../history/past-runs.ts';
import { reconcile } from '../history/reconcile.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import { type Opened, openVariantWithWorkflows } from '../project/open-workflow.ts';
import type { RunOptions } from '../project/options.ts';
import { version } from '../project/version-of-lab.ts';
import { openJournal, readJournal, repairTail } from '../store/journal.ts';
import { acquireLock } from '../store/lock.ts';
import { randomDigits } from '../store/random-digits.ts';
import { createRun, type RunFolder, runFolder } from '../store/runs.ts';
import { openState, type RunEntry, type State, type StateData } from '../store/state.ts';
import { openStateFolder } from '../store/state-folder.ts';
import { openStepLog } from '../store/step-log.ts';
import { goOnUnseen } from './broken-output.ts';
import { labCall } from './call-lab.ts';
import type { Consent } from './consent.ts';
import type { CommandContext } from './context.ts';
import { createEngine } from './create-engine.ts';
import { decideSurvivor } from './decide-survivor.ts';
import { holdingsToUndo } from './holdings-to-undo.ts';
import { openCauses } from './open-causes.ts';
import { openRecording } from './open-recording.ts';
import { remnantsOf } from './remnants.ts';
import { listenToSignals } from './signals.ts';
import { demandChildren, demandScope } from './units-of.ts';
import { openViews } from './views.ts';

export interface Execution {
  readonly context: CommandContext;
  readonly options: RunOptions;
  readonly scope: Scope;
  /** The run that is continued; without it a new one starts. */
  readonly resume?: RunEntry;
  readonly consent: Consent;
  /** What the command is, for whoever meets the lock. */
  readonly command: string;
  /** Lines said before the run's own. */
  readonly preamble: readonly string[];
  /** Opens the workflow once the lock is held and the state is known. */
  open(state: StateData): Promise<Opened>;
}

/** Runs or continues a run; resolves with the exit code. @throws CliError, StoreError */
export const execute = async (execution: Execution): Promise<number> => {
  const { context, command, resume } = execution;
  goOnUnseen();
  await openStateFolder(context.stateDir, { write: true });
  const lock = await acquireLock(context.stateDir, { command });
  try {
    const state = await openState(context.stateDir);
    await reconcile(state, context.stateDir, (id) => id === resume?.id);
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
  const causes = await openCauses(context);
  context.registry.checked.keep();
  demandFree(opened, state.data);
  const names = { workflow: workflow.name, variant: variant.name };
  const history = await historyOf(stateDir, state.data, { ...names, ...(resume && { current: resume.id }) });
  const read = { workflow: workflow.name, known: history.known };
  const deployed = await deployedOf(stateDir, state.data, { variant: variant.name, read });
  const parts = { host, stateDir, ...(deployed && { deployed }) };
  const created = renamedThings(state.data.created, { ...names, steps: workflow.steps });
  const looking = createEngine(opened, { ...parts, run: resume?.id ?? 'new' });
  const units = demandScope(opened, looking, { scope, created });
  const known = renamed(history.known, workflow);
  await demandChildren(opened, looking, { scope, created, known, units });
  const remnants = await remnantsOf(stateDir, state.data, { opened, scope, known });
  const place = { ...names, workflows: await workflowsOf(context, variant.name), lab: labCall(options) };
  const startedAt = host.clock.now();
  const folder = resume
    ? runFolder(stateDir, resume.id)
    : await createRun(stateDir, { at: startedAt, workflow: workflow.name, random: randomDigits(4) });
  const run = folder.id;
  const entry = {
    ...{ id: run, ...names, startedAt: resume?.startedAt ?? startedAt, deploys: deploys(opened) },
    ...(isPartial(scope) && { partial: true }),
  };
  // A new run is told of by its own journal, also after a crash; that an older one is the newest again by the state alone.
  if (resume) await state.update((data) => noteStart(data, opened, entry));
  else state.note((data) => noteStart(data, opened, entry));
  const { journal, past, notices } = await openRun(folder, resume);
  const stop = new StopControl();
  const recorder = new Recorder({
    journal,
    clock: host.clock,
    past,
    masker: opened.masker,
    onBroken: () => stop.ask('stop', 'SIGTERM'),
  });
  const isOther = !deploys(opened) && workflow.undoes === undefined && state.data.deployed?.variant === variant.name;
  const builtBy = isOther ? state.data.deployed?.workflow : undefined;
  const onInterrupt = (): void => stop.ask('stop', 'SIGINT');
  const views = await openViews(execution, opened, {
    ...{ run, past, logs: folder.logs, causes, builtBy, onInterrupt },
  });
  const spans = Spans.of(past);
  const lists = new Map<string, readonly PlannedStep[]>();
  recorder.listen((event) => {
    spans.add(event);
    if (event.type === 'step.expanded') lists.set(event.address, event.children);
  });
  recorder.listen((event) => views.on(event));
  const signals = listenToSignals(stop, recorder);
  const recording =
    options.record === undefined ? undefined : openRecording({ file: options.record, opened, host, stateDir, run });
  const engine = createEngine(opened, {
    ...{ ...parts, host: recording?.host ?? host, run, stop, emit: (body) => recorder.emit(body) },
    openLog: (address, attempt) => openStepLog(folder.logs, { address, attempt }),
    consent: (question) => views.ask(() => execution.consent(question), false),
    survivor: (description) => views.ask(() => decideSurvivor(options.survivors ?? 'ask', description), 'leave'),
  });
  try {
    await recorder.emit(beginning(execution, opened, run));
    const left = removedSteps(removedThings(created, names, units), place.lab);
    for (const notice of [...notices, ...startedAnew(past, host), ...left]) await recorder.emit(notice);
    const result = await runWorkflow(engine, {
      ...{ workflow, scope, known, resumed: resume !== undefined },
      usualMs: history.usualMs,
      confirms: deploys(opened),
      ...{ holdings: holdingsToUndo(opened, scope, created), remnants },
      lastWords: () => {
        const ledger = foldLedger(state.data.created, recorder.state);
        return [...removedSteps(vanishedChildren(ledger, names, lists), place.lab), ...changedSteps(ledger, place)];
      },
    });
    await state.update((data) => concludeRun(data, run, { past: recorder.state, open: false }));
    await journal.close();
    keepTold(folder, tellOf(recorder.state, spans));
    return codeOf(result, stop);
  } finally {
    signals.dispose();
    recording?.close(recorder.state);
    await views.close();
    await journal.close();
  }
};

const workflowsOf = async ({ project, registry }: CommandContext, variant: string): Promise<readonly string[]> =>
  (await openVariantWithWorkflows(project, registry, variant)).workflows;

const deploys = ({ workflow }: Opened): boolean => workflow.deploys ?? workflow.name === 'deploy';

/** Two labs in one state folder would get in each other's way. @throws CliError 2 */
const demandFree = (opened: Opened, { deployed, created }: StateData): void => {
  if (!deploys(opened)) return;
  const { name } = opened.variant;
  const other = [deployed?.variant, ...created.map((thing) => thing.variant)].find(
    (each) => each !== undefined && each !== name,
  );
  if (other === undefined) return;
  throw new CliError(
    exitCode.usage,
    [
      `${other} is deployed, in whole or in part, so ${name} is not: one state folder holds one lab.`,
      `To take it away first:  npx lab run teardown --variant ${other}`,
      'To have both:           name another state folder with --state-dir DIR',
    ].join('\n'),
  );
};

const beginning = ({ context, resume, scope }: Execution, opened: Opened, run: string): EventBody => {
  const { workflow, variant } = opened;
  const by = { process: context.host.self(), version, scope };
  if (resume) return { type: 'run.resumed', ...by };
  return {
    ...{ type: 'run.started', run, workflow: workflow.name, variant: variant.name, inputs: opened.shownInputs },
    ...{ deploys: deploys(opened), ...(workflow.undoes !== undefined && { undoes: workflow.undoes }), ...by },
  };
};

/** What ran is gone with the machine; whoever wonders why so much is done again is told. */
const startedAnew = (past: readonly RunEvent[], host: Host): readonly Notice[] => {
  const { drivers, end } = foldRun(past);
  const before = drivers.at(-1)?.bootId;
  if (end || before === undefined || before === host.self().bootId) return [];
  const message = 'this machine was started anew since the run was last at work; all that finished is proved again';
  return [{ type: 'notice', level: 'info', code: 'reboot', message }];
};

const codeOf = ({ outcome }: RunResult, stop: StopControl): number => {
  if (outcome === 'succeeded') return exitCode.ok;
  return outcome === 'interrupted' ? exitCode.signal(stop.reason ?? 'SIGINT') : exitCode.stepFailed;
};

type Journal = Awaited<ReturnType<typeof openJournal>>;

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

const noteStart = (data: StateData, opened: Opened, entry: RunEntry): void => {
  data.runs = [...data.runs.filter((run) => run.id !== entry.id), entry];
  if (!entry.deploys) return;
  const { variant, workflow, id: run } = entry;
  const same = data.deployed?.variant === variant && data.deployed.workflow === workflow ? data.deployed : undefined;
  data.deployed = {
    ...{ variant, workflow, run, inputs: { ...opened.shownInputs } },
    since: same?.since ?? entry.startedAt,
    facts: same?.facts ?? {},
    ...(same?.withheld && { withheld: same.withheld }),
  };
};
