// What a rehearsal can prove: that every death is survived, that a second pass changes nothing, that a failure is mended by resume.
import { parseAddress } from '../core/address.ts';
import type { RunEvent } from '../core/event.ts';
import type { StepSpec } from '../core/workflow.ts';
import type { World } from '../rehearse/world.ts';
import { type Course, freshCourse, type Performance, perform, type Stage } from './rehearsal.ts';

export interface Finding {
  readonly moment?: string;
  readonly message: string;
}

export interface CheckResult {
  /** How many courses of events were tried. */
  readonly tried: number;
  readonly findings: readonly Finding[];
  /** What is no mistake, but worth to know. */
  readonly notes?: readonly string[];
}

/** Dies at every moment, or at each `every`-th, and continues. */
export const checkCrashes = async (stage: Stage, world: World, every: number): Promise<CheckResult> => {
  const whole = freshCourse(world);
  const { moments, outcome } = await perform(stage, whole);
  if (outcome !== 'succeeded') return { tried: 1, findings: [{ message: `undisturbed, the run ${outcome}` }] };
  const findings: Finding[] = [];
  const repeated = new Set<string>();
  let tried = 0;
  for (let moment = 1; moment <= moments.length; moment += every) {
    const course = freshCourse(world);
    const broken = await perform(stage, course, { dieAt: moment });
    if (broken.outcome !== 'crashed') continue; // steps that run side by side do not always come in the same order
    tried += 1;
    const name = broken.moments.at(-1) ?? '';
    const recorded = changedIn(course.events);
    const before = course.world.acted.length;
    const acted = new Set(course.world.acted.slice(world.acted.length));
    const after = await perform(stage, course);
    findings.push(...converged(after, course, whole).map((message) => ({ moment: name, message })));
    for (const address of course.world.acted.slice(before)) {
      if (recorded.has(address)) findings.push({ moment: name, message: `${address} had finished, and ran again` });
      else if (acted.has(address) && stepOf(address, stage)?.satisfied !== 'never') repeated.add(address);
    }
  }
  return { tried, findings, notes: [...repeated].map((address) => noteOn(address, stage)) };
};

const noteOn = (address: string, stage: Stage): string =>
  `${address}: killed between its end and its record, it runs once more, for ${reasonFor(address, stage)}. Is that harmless? If not, give it a health check.`;

const converged = (after: Performance, course: Course, whole: Course): readonly string[] => {
  if (after.outcome !== 'succeeded') return [`continued, the run ${after.outcome}${failuresIn(after.events)}`];
  const missing = [...whole.world.done].filter((address) => !course.world.done.has(address));
  const extra = [...course.world.done].filter((address) => !whole.world.done.has(address));
  return [
    ...missing.map((address) => `${address} was never done`),
    ...extra.map((address) => `${address} is still there`),
  ];
};

/** Runs it twice; what says that it always runs may do so. */
export const checkTwice = async (stage: Stage, world: World): Promise<CheckResult> => {
  const first = freshCourse(world);
  const { outcome, events } = await perform(stage, first);
  if (outcome !== 'succeeded') return { tried: 1, findings: [{ message: `the run ${outcome}${failuresIn(events)}` }] };
  const again = await perform(stage, { world: first.world.copy(), events: [], earlier: first.events });
  const changed = again.events.flatMap((event) =>
    event.type === 'step.finished' && event.outcome === 'changed' && stepOf(event.address, stage)?.satisfied !== 'never'
      ? [{ message: `${event.address} ran again: ${reasonFor(event.address, stage)}` }]
      : [],
  );
  return { tried: 2, findings: changed };
};

const stepOf = (address: string, { opened }: Stage): StepSpec | undefined =>
  opened.workflow.steps.find(({ id }) => id === parseAddress(address).step);

const reasonFor = (address: string, stage: Stage): string => {
  const step = stepOf(address, stage);
  const type = step?.uses === undefined ? undefined : stage.opened.registry.steps.get(step.uses);
  const proved = (step?.health?.length ?? 0) > 0 || Array.isArray(step?.satisfied) || type?.check !== undefined;
  return proved ? 'what proves it did not hold' : 'it has neither a health check nor `satisfied`, so nothing proves it';
};

/** Lets a step fail, shows it, mends it, and continues. */
export const checkFailure = async (
  stage: Stage,
  world: World,
  { step, onEvent }: { readonly step: string; readonly onEvent: (event: RunEvent) => void },
): Promise<CheckResult> => {
  const course = freshCourse(world);
  const planned = await addressesOf(stage, world, step);
  if (planned.length === 0) return { tried: 1, findings: [{ message: `${step} has no action that could fail` }] };
  for (const address of planned) course.world.failing.add(address);
  const broken = await perform(stage, course, { onEvent });
  const findings: Finding[] = [];
  if (broken.outcome !== 'failed') findings.push({ message: `although ${step} failed, the run ${broken.outcome}` });
  const recorded = changedIn(course.events);
  course.world.failing.clear();
  const before = course.world.acted.length;
  const mended = await perform(stage, course);
  if (mended.outcome !== 'succeeded') findings.push({ message: `mended and continued, the run ${mended.outcome}` });
  for (const address of course.world.acted.slice(before))
    if (recorded.has(address)) findings.push({ message: `${address} had finished, and ran again` });
  return { tried: 2, findings };
};

const addressesOf = async (stage: Stage, world: World, step: string): Promise<readonly string[]> => {
  const course = freshCourse(world);
  await perform(stage, course);
  return course.world.acted.filter((address) => address === step || parseAddress(address).step === step);
};

const changedIn = (events: readonly RunEvent[]): ReadonlySet<string> =>
  new Set(
    events.flatMap((event) => (event.type === 'step.finished' && event.outcome === 'changed' ? [event.address] : [])),
  );

export const failuresIn = (events: readonly RunEvent[]): string => {
  const failed = events.flatMap((event) =>
    event.type === 'step.finished' && event.failure
      ? [`${event.address}: ${'message' in event.failure ? event.failure.message : sawOf(event.failure)}`]
      : [],
  );
  return failed.length === 0 ? '' : ` (${failed.slice(0, 3).join('; ')})`;
};

interface Seen {
  readonly probe: string;
  readonly saw: string;
}

const sawOf = (failure: object & { readonly kind: string }): string => {
  const { observations, observation } = failure as {
    observations?: readonly Seen[];
    observation?: Seen;
  };
  const seen = observations?.[0] ?? observation;
  return seen === undefined ? failure.kind : `${seen.probe}: ${seen.saw}`;
};
