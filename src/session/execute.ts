// One run from the lock to the last line: takes the state folder, opens the journal, lets the engine work, remembers the end.
import { isDeepStrictEqual } from 'node:util';
import type { EventBody, PlannedStep, RunEvent, Scope } from '../core/event.ts';
import { Spans } from '../core/held-since.ts';
import type { RunState } from '../core/run-state.ts';
import { isPartial } from '../core/scope.ts';
import { tellOf } from '../core/told.ts';
import type { Engine } from '../engine/engine.ts';
import type { Host } from '../engine/ports.ts';
import { Recorder } from '../engine/run/recorder.ts';
import { type RunResult, runWorkflow } from '../engine/run/runner.ts';
import { StopControl } from '../engine/stop.ts';
import { foldLedger, vanishedChildren } from '../history/history.ts';
import { changedSteps, type Notice, ownedByNobody, removedSteps } from '../history/left-behind.ts';
import { journalOf, keepTold } from '../history/past-runs.ts';
import { concludeRun, reconcile } from '../history/reconcile.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import { type Opened, openVariantWithWorkflows } from '../project/open-workflow.ts';
import type { RunOptions } from '../project/options.ts';
import { version } from '../project/version-of-lab.ts';
import { openJournal, repairTail } from '../store/journal.ts';
import { acquireLock } from '../store/lock.ts';
import { createRun, type RunFolder, runFolder } from '../store/runs.ts';
import { openState, type RunEntry, type State, type StateData } from '../store/state.ts';
import { openStateFolder } from '../store/state-folder.ts';
import { openStepLog } from '../store/step-log.ts';
import { type Consent, decideSurvivor } from './ask.ts';
import type { CommandContext } from './context.ts';
import { holdingsToUndo } from './holdings-to-undo.ts';
import { openCauses } from './open-causes.ts';
import { openRecording } from './open-recording.ts';
import { demandChildren, demandScope, type Prepared, removedOf, withKnownLists } from './prepare.ts';
import { goOnUnseen, labCall } from './print.ts';
import { remnantsOf } from './remnants.ts';
import { listenToSignals } from './signals.ts';
import { foundUnowned, thereAfterAll } from './unowned.ts';
import { openViews } from './views.ts';

export interface Execution {
  readonly options: RunOptions;
  readonly scope: Scope;
  /** What it works on, as it was found before the lock was held. */
  readonly prepared: Prepared;
  /** The same for a state that was changed since, by a run that ended before the lock was held. */
  again(state: StateData): Promise<Prepared>;
  /** The run that is continued; without it a new one starts. */
  readonly resume?: RunEntry;
  readonly consent: Consent;
  /** What the command is, for whoever meets the lock. */
  readonly command: string;
  /** Lines said before the run's own. */
  readonly preamble: readonly string[];
}

/** Runs or continues a run; resolves with the exit code. @throws CliError, StoreError */
export const execute = async (execution: Execution): Promise<number> => {
  const { command, prepared, scope } = execution;
  const { stateDir } = prepared.context;
  goOnUnseen();
  await openStateFolder(stateDir, { write: true });
  const lock = await acquireLock(stateDir, { command });
  try {
    const state = await openState(stateDir);
    await reconcile(state, stateDir);
    const isSame = isDeepStrictEqual(state.data, prepared.state);
    const now = isSame ? prepared : await execution.again(structuredClone(state.data));
    demandScope(now, scope);
    await demandChildren(now, scope);
    return await perform(execution, now, state);
  } finally {
    await lock.release();
  }
};

const perform = async (execution: Execution, prepared: Prepared, state: State): Promise<number> => {
  const { options, resume, scope } = execution;
  const { context, opened, history, units, run } = prepared;
  const { host, stateDir } = context;
  const { workflow, variant } = opened;
  const causes = await openCauses(context);
  context.registry.checked.keep();
  demandFree(opened, state.data);
  const names = { workflow: workflow.name, variant: variant.name };
  const holdings = holdingsToUndo(scope.prune ? await withKnownLists(prepared, {}) : prepared, scope);
  const remnants = await remnantsOf(stateDir, state.data, { opened, scope, known: history.known });
  const lab = labCall(options);
  const folder = resume ? runFolder(stateDir, run) : await createRun(stateDir, run);
  const entry = {
    ...{ id: run, ...names, startedAt: resume?.startedAt ?? host.clock.now(), deploys: deploys(opened) },
    ...(isPartial(scope) && { partial: true }),
  };
  // A new run is told of by its own journal, also after a crash; that an older one is the newest again by the state alone.
  if (resume) await state.update((data) => noteStart(data, opened, entry));
  else state.note((data) => noteStart(data, opened, entry));
  const { journal, past, notices } = await openRun(folder, resume);
  const stop = new StopControl();
  const recorder = new Recorder({
    ...{ journal, clock: host.clock, past, masker: opened.masker },
    onBroken: () => stop.ask('stop', 'SIGTERM'),
  });
  const anew = startedAnew(recorder.state, host);
  const isOther = !deploys(opened) && workflow.undoes === undefined && state.data.deployed?.variant === variant.name;
  const builtBy = isOther ? state.data.deployed?.workflow : undefined;
  const onInterrupt = (): void => stop.ask('stop', 'SIGINT');
  const views = await openViews(execution, opened, {
    ...{ clock: host.clock, past, logs: folder.logs, causes, builtBy, onInterrupt },
  });
  const spans = Spans.of(past);
  const lists = new Map<string, readonly PlannedStep[]>();
  recorder.listen((event) => {
    spans.add(event);
    if (event.type === 'step.expanded') lists.set(event.address, event.children);
    views.on(event);
  });
  const signals = listenToSignals(stop, recorder);
  const recording =
    options.record === undefined ? undefined : openRecording({ file: options.record, opened, host, stateDir, run });
  const engine: Engine = {
    ...prepared.engine,
    ...{ host: recording?.host ?? host, stop, emit: (body) => recorder.emit(body) },
    openLog: (address, attempt) => openStepLog(folder.logs, { address, attempt }),
    consent: (question) => views.ask(() => execution.consent(question), false),
    survivor: (description) => views.ask(() => decideSurvivor(options.survivors ?? 'ask', description), 'leave'),
  };
  try {
    await recorder.emit(beginning(execution, prepared));
    const left = scope.prune ? [] : removedSteps(removedOf(prepared), { ...names, lab });
    for (const notice of [...notices, ...anew, ...left]) await recorder.emit(notice);
    const result = await runWorkflow(engine, {
      ...{ workflow, units, scope, known: history.known, resumed: resume !== undefined },
      usualMs: history.usualMs,
      confirms: deploys(opened),
      ...{ holdings, remnants },
      lastWords: async () => {
        const ledger = foldLedger(state.data.created, recorder.state);
        const place = { ...names, lab, workflows: () => workflowsOf(context, variant.name) };
        const unowned = deploys(opened) ? foundUnowned(recorder.state, opened, ledger) : [];
        return [
          ...removedSteps(vanishedChildren(ledger, names, lists), place),
          ...(await changedSteps(ledger, place)),
          ...ownedByNobody(unowned, place),
        ];
      },
      ...(holdings.length === 0 &&
        !isPartial(scope) && { thereAfterAll: () => thereAfterAll(prepared, { stop, lab }) }),
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

const beginning = ({ resume, scope }: Execution, { context, opened, run }: Prepared): EventBody => {
  const { workflow, variant } = opened;
  const by = { process: context.host.self(), version, scope };
  if (resume) return { type: 'run.resumed', ...by };
  return {
    ...{ type: 'run.started', run, workflow: workflow.name, variant: variant.name, inputs: opened.shownInputs },
    ...{ deploys: deploys(opened), ...(workflow.undoes !== undefined && { undoes: workflow.undoes }), ...by },
  };
};

/** What ran is gone with the machine; whoever wonders why so much is done again is told. */
const startedAnew = ({ drivers, end }: RunState, host: Host): readonly Notice[] => {
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
  const read = journalOf(file);
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
