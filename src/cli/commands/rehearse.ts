// `lab rehearse WORKFLOW`: runs a workflow in a world that is not the real one, and proves what may be said of it. Writes nothing.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { parseAddress } from '../../core/address.ts';
import type { RunEvent } from '../../core/event.ts';
import { nearest } from '../../parse/nearest.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import { readDataFile, readText } from '../../project/files.ts';
import { type Opened, openWorkflow } from '../../project/open-workflow.ts';
import type { OutputOptions, WorkflowOptions } from '../../project/options.ts';
import { readTranscript, type Transcript } from '../../rehearse/transcript.ts';
import { World } from '../../rehearse/world.ts';
import { chooseVariant } from '../../requirements/choose-variant.ts';
import { type CommandContext, lookAtState, openContext } from '../../session/context.ts';
import { print, printJson, screen } from '../../session/print.ts';
import { freshCourse, leftBy, needsDeployed, type Performance, perform, type Stage } from '../../session/rehearsal.ts';
import {
  type CheckResult,
  checkCrashes,
  checkFailure,
  checkTwice,
  failuresIn,
} from '../../session/rehearsal-checks.ts';
import { createLines } from '../../view/lines.ts';
import { RunModel } from '../../view/run-model.ts';
import { summary } from '../../view/summary.ts';

export interface RehearseOptions extends WorkflowOptions, OutputOptions {
  /** `true`, or the number of moments to go on by. */
  readonly crash?: boolean | string;
  readonly twice?: boolean;
  readonly fail?: string;
  readonly transcript?: string;
  readonly standIns?: string;
}

export const rehearseCommand = async (workflow: string, options: RehearseOptions): Promise<number> => {
  const context = await openContext(options);
  const transcript = options.transcript === undefined ? undefined : openTranscript(options.transcript);
  const variant = options.variant ?? transcript?.header.variant ?? (await chosen(context));
  const { stage, world } = await prepare(context, { workflow, variant, options, ...(transcript && { transcript }) });
  const checks = await checksOf(stage, world, options);
  const ok = checks.every(({ result }) => result.findings.length === 0);
  if (options.json === true) printJson({ workflow, variant, ok, checks });
  else print(checks.map(textOfCheck).join('\n'));
  return ok ? exitCode.ok : exitCode.stepFailed;
};

const chosen = async (context: CommandContext): Promise<string> => {
  const { project, registry, host } = context;
  const state = await lookAtState(context);
  return (await chooseVariant({ project, registry, state, named: undefined, host })).variant;
};

interface Wanted {
  readonly workflow: string;
  readonly variant: string;
  readonly options: RehearseOptions;
  readonly transcript?: Transcript;
}

/** A world in which all is done that the workflow rests on: what it takes away, or what it looks at, was built before. */
const prepare = async (context: CommandContext, wanted: Wanted): Promise<{ stage: Stage; world: World }> => {
  const opened = await open(context, wanted, wanted.workflow);
  const outputs = {
    ...wanted.transcript?.outputs,
    ...readStandIns(wanted.options.standIns ?? ownStandIns(context, wanted.variant)),
  };
  const standIns = { outputs, recorded: wanted.transcript !== undefined };
  const stage: Stage = { context, opened, standIns, holdings: [], ...pick(wanted) };
  const first = opened.workflow.undoes ?? (needsDeployed(opened) ? 'deploy' : undefined);
  if (first === undefined) return { stage, world: new World() };
  const course = freshCourse();
  const declared = { outputs, recorded: false };
  const built = await perform(
    { context, opened: await open(context, wanted, first), standIns: declared, holdings: [] },
    course,
  );
  const failure = failuresIn(built.events);
  if (built.outcome !== 'succeeded')
    throw new CliError(exitCode.stepFailed, `${first}, on which ${wanted.workflow} rests, ${built.outcome}${failure}.`);
  const { holdings, deployed } = leftBy(course.events);
  return {
    stage: { ...stage, deployed, holdings: opened.workflow.undoes === undefined ? [] : holdings },
    world: course.world,
  };
};

const pick = ({ transcript }: Wanted): Pick<Stage, 'transcript'> => (transcript ? { transcript } : {});

const open = (context: CommandContext, { variant, options }: Wanted, workflow: string): Promise<Opened> => {
  const { project, registry } = context;
  return openWorkflow({ project, registry, variant, workflow, options });
};

interface Check {
  readonly name: string;
  readonly result: CheckResult;
}

const checksOf = async (stage: Stage, world: World, options: RehearseOptions): Promise<readonly Check[]> => {
  const silent = options.json === true;
  const checks: Check[] = [];
  if (options.crash !== undefined && options.crash !== false)
    checks.push({ name: 'killed at every moment', result: await checkCrashes(stage, world, strideOf(options.crash)) });
  if (options.twice === true) checks.push({ name: 'run twice', result: await checkTwice(stage, world) });
  if (options.fail !== undefined) {
    demandStep(options.fail, stage);
    // Shown from its first event on: a step without an action has none.
    let shown: ReturnType<typeof showRun> | undefined;
    const onEvent = (event: RunEvent): void => {
      if (!silent) shown ??= showRun(stage);
      shown?.on(event);
    };
    const failing = { step: options.fail, onEvent };
    checks.push({ name: `${options.fail} fails`, result: await checkFailure(stage, world, failing) });
    shown?.end();
  }
  if (checks.length > 0) return checks;
  const shown = silent ? undefined : showRun(stage);
  const performance = await perform(stage, freshCourse(world), { onEvent: (event) => shown?.on(event) });
  shown?.end();
  return [{ name: 'run', result: resultOf(performance) }];
};

/** @throws CliError 2 with the nearest name */
const demandStep = (wanted: string, { opened }: Stage): void => {
  const names = opened.workflow.steps.map(({ id }) => id);
  if (names.includes(parseAddress(wanted).step)) return;
  const near = nearest(wanted, names);
  throw new CliError(
    exitCode.usage,
    `There is no step ${wanted}. ${near === undefined ? `There are: ${names.join(', ')}.` : `Did you mean ${near}?`}`,
  );
};

const resultOf = ({ outcome, events }: Performance): CheckResult => ({
  tried: 1,
  findings: outcome === 'succeeded' ? [] : [{ message: `the run ${outcome}${failuresIn(events)}` }],
});

const strideOf = (crash: boolean | string): number => {
  const stride = crash === true ? 1 : Number(crash);
  if (Number.isInteger(stride) && stride > 0) return stride;
  throw new CliError(exitCode.usage, `--crash ${crash}: expected a number, such as 10 for every tenth moment.`);
};

/** The same screens as a real run has without a terminal. */
const showRun = ({ opened, context }: Stage): { on(event: RunEvent): void; end(): void } => {
  const { color, columns } = screen();
  const model = new RunModel();
  let now = context.host.clock.now();
  const view = createLines({ out: process.stdout, err: process.stderr, now: () => now, color });
  print(`rehearsing ${opened.workflow.name} of ${opened.variant.name}: nothing of this is real`);
  return {
    on(event) {
      now = event.at;
      model.add(event);
      view.on(event);
    },
    end: () => print(summary(model, { color, columns, now, resume: [], logPath: () => undefined })),
  };
};

const textOfCheck = ({ name, result }: Check): string => {
  const { tried, findings, notes = [] } = result;
  const runs = tried === 1 ? 'one course of events' : `${tried} courses of events`;
  if (findings.length === 0)
    return [`ok      ${name}: ${runs}`, ...notes.map((note) => `  note    ${note}`)].join('\n');
  const lines = findings
    .slice(0, 20)
    .map(({ moment, message }) => `  ${message}${moment === undefined ? '' : `, when killed ${moment}`}`);
  const more = findings.length > 20 ? [`  and ${findings.length - 20} more`] : [];
  return [`failed  ${name}: ${runs}`, ...lines, ...more].join('\n');
};

const openTranscript = (path: string): Transcript => {
  const read = readTranscript(readText(path, '--transcript'));
  if (read.ok) return read.transcript;
  throw new CliError(
    exitCode.usage,
    `${path}:${read.line}: ${read.message}.\nTranscripts are written by: npx lab run WORKFLOW --record FILE`,
  );
};

/** Those that come with the variant, or with the one it extends. */
const ownStandIns = (context: CommandContext, variant: string): string | undefined => {
  const folder = join(context.project.workflowsDir, variant);
  const file = join(folder, 'rehearsal', 'stand-ins.yaml');
  if (existsSync(file)) return file;
  const { extends: parent } = parseYaml(readText(join(folder, 'variant.yaml'), '--variant')) as {
    extends?: string;
  };
  return parent === undefined ? undefined : ownStandIns(context, parent);
};

const standInsSchema = z.record(z.string(), z.record(z.string(), z.unknown()));
const standInsExample = 'cluster: { ip: 10.0.0.2 }';

const readStandIns = (path: string | undefined): Record<string, Record<string, unknown>> => {
  if (path === undefined) return {};
  const parsed = standInsSchema.safeParse(readDataFile(path, { option: '--stand-ins', example: standInsExample }));
  if (parsed.success) return parsed.data;
  throw new CliError(exitCode.usage, `${path}: expected outputs by step, such as "${standInsExample}".`);
};
