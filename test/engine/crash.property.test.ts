import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome, RunEvent } from '../../src/core/event.ts';
import type { Holding } from '../../src/core/holdings.ts';
import { continuedScope } from '../../src/core/redo.ts';
import { foldRun, isDone } from '../../src/core/run-state.ts';
import type { PlanItem } from '../../src/engine/plan/plan.ts';
import { MemoryJournal } from '../rig/memory-journal.ts';
import { addressOf, needsByAddress, type Plot, plots, typesOf, workflowOf, worldOf } from '../rig/random-workflow.ts';
import { holdingsFrom, planIn, type Ran, runIn, type Setting, startIn, workflow } from '../rig/run-in.ts';
import type { World } from '../rig/world.ts';

type Facts = ReadonlyMap<string, unknown>;

/** A journal that also keeps what the world looked like when each fact came. */
class WatchedJournal extends MemoryJournal {
  readonly worlds: Facts[] = [];
  private readonly world: World;
  constructor(world: World, past: readonly RunEvent[] = []) {
    super(past);
    this.world = world;
  }
  override append(...args: Parameters<MemoryJournal['append']>): ReturnType<MemoryJournal['append']> {
    const before = this.events.length;
    const appended = super.append(...args);
    if (this.events.length > before) this.worlds.push(new Map(this.world.facts));
    return appended;
  }
}

interface Session {
  readonly ran: Ran;
  readonly world: World;
  readonly worlds: readonly Facts[];
}

const session = async (plot: Plot, facts: Facts, past: readonly RunEvent[], more: Setting = {}): Promise<Session> => {
  const world = worldOf(plot, facts);
  const journal = new WatchedJournal(world, past);
  const resume = past.length > 0 && { resume: past, scope: continuedScope(foldRun(past), {}) };
  const setting = { world, journal, steps: typesOf(world), actions: plot.actions, ...resume, ...more };
  return { ran: await runIn(workflowOf(plot), setting), world, worlds: journal.worlds };
};

const good = new Set<Outcome>(['changed', 'satisfied']);

/** How a run ended, whoever did the work, and what is there then. */
const endOf = ({ ran, world }: Session) => ({
  outcome: ran.result.outcome,
  outcomes: Object.fromEntries(
    Object.entries(ran.outcomes)
      .map(([address, outcome]) => [address, good.has(outcome) ? 'good' : outcome] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  ),
  facts: [...world.facts.keys()].filter((fact) => !fact.endsWith(' tries')).sort(),
});

const doneIn = (events: readonly RunEvent[]): ReadonlySet<string> =>
  new Set([...foldRun(events).steps.values()].filter(isDone).map(({ address }) => address));

const repeated = (world: World, done: ReadonlySet<string>): readonly string[] =>
  world.deeds.map(addressOf).filter((address) => done.has(address));

/** Steps that started before all they need had an end in the same session that lets them start. */
const tooEarly = (plot: Plot, ran: Ran): readonly string[] => {
  const needs = needsByAddress(plot);
  const tolerant = (address: string): boolean => plot.traits[Number(/\d+/.exec(address)?.[0])]?.isTolerant === true;
  const passed = new Set<string>();
  const early: string[] = [];
  for (const event of ran.told) {
    if (event.type === 'step.started' && !(needs.get(event.address) ?? []).every((need) => passed.has(need)))
      early.push(event.address);
    if (event.type !== 'step.finished') continue;
    const { address, outcome } = event;
    if (good.has(outcome) || outcome === 'skipped' || (outcome === 'failed' && tolerant(address))) passed.add(address);
  }
  return early;
};

const runs = { numRuns: 30 };

describe('a run that is killed', () => {
  it('after any of its facts, early or late, and continued, comes to the same end and repeats nothing', async () => {
    await fc.assert(
      fc.asyncProperty(plots, fc.boolean(), async (plot, late) => {
        const whole = await session(plot, new Map(), []);
        const end = endOf(whole);
        expect(tooEarly(plot, whole.ran)).toEqual([]);
        const { journal } = whole.ran;
        for (let cut = 1; cut < journal.length; cut += 1) {
          const past = journal.slice(0, cut);
          // What is done shows in the world up to the next fact, or not yet.
          const facts = whole.worlds[late ? cut : cut - 1] ?? new Map();
          const again = await session(plot, facts, past);
          expect({ cut, ...endOf(again) }).toEqual({ cut, ...end });
          expect(repeated(again.world, doneIn(past))).toEqual([]);
          expect(tooEarly(plot, again.ran)).toEqual([]);
        }
      }),
      runs,
    );
  });

  it('again and again comes to the same end', async () => {
    const cuts = fc.array(fc.nat(1000), { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(plots, cuts, async (plot, where) => {
        const end = endOf(await session(plot, new Map(), []));
        let [past, facts]: [readonly RunEvent[], Facts] = [[], new Map()];
        const done = new Set<string>();
        for (const each of where) {
          const { ran, world, worlds } = await session(plot, facts, past);
          expect(repeated(world, done)).toEqual([]);
          const added = ran.journal.length - past.length;
          const cut = 1 + (each % added);
          facts = worlds[cut - 1] ?? new Map();
          past = ran.journal.slice(0, past.length + cut);
          for (const address of doneIn(past)) done.add(address);
        }
        expect(endOf(await session(plot, facts, past))).toEqual(end);
      }),
      runs,
    );
  });

  it('and damaged meanwhile, runs again what is broken and can be seen to be, and nothing else that was done', async () => {
    await fc.assert(
      fc.asyncProperty(plots, fc.nat(1000), fc.infiniteStream(fc.boolean()), async (plot, where, coin) => {
        const whole = await session(plot, new Map(), []);
        const { journal } = whole.ran;
        const cut = 1 + (where % journal.length);
        const past = journal.slice(0, cut);
        const facts = new Map(whole.worlds[cut - 1]);
        const broken = [...doneIn(past)].filter(() => coin.next().value === true);
        for (const address of broken) facts.delete(nameOf(address));
        const again = await session(plot, facts, past);
        const seen = broken.filter((address) => traitsOf(plot, address)?.proof === 'health');
        const kept = new Set([...doneIn(past)].filter((address) => !seen.includes(address)));
        expect(repeated(again.world, kept)).toEqual([]);
        const { outcomes } = endOf(again);
        expect(outcomes).toEqual(endOf(whole).outcomes);
        for (const address of seen)
          if (outcomes[address] === 'good') expect(again.world.facts.has(nameOf(address))).toBe(true);
      }),
      runs,
    );
  });

  it('is continued as its plan says', async () => {
    await fc.assert(
      fc.asyncProperty(plots, fc.nat(1000), async (plot, where) => {
        const whole = await session(plot, new Map(), []);
        const cut = 1 + (where % whole.ran.journal.length);
        const past = whole.ran.journal.slice(0, cut);
        const facts = whole.worlds[cut - 1] ?? new Map();
        const world = worldOf(plot, facts);
        const plan = await planIn(workflowOf(plot), { world, steps: typesOf(world), resume: past });
        expect(world.deeds).toEqual([]);
        const { ran } = await session(plot, facts, past);
        expect(ran.outcomes).toMatchObject(promisedBy(plan));
        const blocked = Object.keys(ran.outcomes).filter((address) => ran.outcomes[address] === 'blocked');
        const acts = namesOf(plan, 'run').filter((address) => !blocked.includes(address));
        expect(ran.all('step.started').map(({ address }) => address)).toEqual(expect.arrayContaining(acts));
      }),
      runs,
    );
  });

  it('leaves a journal of which the fold says what the run said', async () => {
    await fc.assert(
      fc.asyncProperty(plots, fc.nat(1000), async (plot, where) => {
        const whole = await session(plot, new Map(), []);
        const cut = 1 + (where % whole.ran.journal.length);
        const { ran } = await session(plot, whole.worlds[cut - 1] ?? new Map(), whole.ran.journal.slice(0, cut));
        const { steps, end } = foldRun(ran.journal);
        const said = Object.fromEntries([...steps].map(([address, { outcome }]) => [address, outcome]));
        expect(said).toMatchObject(ran.outcomes);
        expect(end).toMatchObject({ outcome: ran.result.outcome });
        expect(ran.journal.map(({ seq }) => seq)).toEqual(ran.journal.map((_, index) => index + 1));
      }),
      runs,
    );
  });
});

describe('a run that is asked to stop', () => {
  it('at any moment starts nothing more, and comes to the same end when it is continued', async () => {
    const stages = fc.constantFrom('finish' as const, 'stop' as const);
    await fc.assert(
      fc.asyncProperty(plots, fc.nat(1000), stages, async (plot, where, stage) => {
        const whole = await session(plot, new Map(), []);
        const { ran, world, recorded } = await stopped(plot, 1 + (where % whole.ran.journal.length), stage);
        expect(world.deeds.length).toBeLessThanOrEqual(recorded);
        if (ran.result.outcome !== 'interrupted') return;
        const again = await session(plot, world.facts, ran.journal);
        expect(endOf(again)).toEqual(endOf(whole));
        expect(repeated(again.world, doneIn(ran.journal))).toEqual([]);
      }),
      runs,
    );
  });
});

/** A run that is asked to stop at its n-th fact, with how many actions were recorded as started by then. */
const stopped = async (plot: Plot, at: number, stage: 'finish' | 'stop') => {
  const world = worldOf(plot);
  const journal = new MemoryJournal();
  let recorded: number | undefined;
  const started = startIn(workflowOf(plot), {
    ...{ world, journal, steps: typesOf(world), actions: plot.actions },
    on: ({ seq }) => {
      if (seq < at || recorded !== undefined) return;
      recorded = journal.events.filter(({ type }) => type === 'step.started').length;
      started.stop.ask(stage, 'SIGINT');
    },
  });
  await started.ended;
  return { ran: started.ran(), world, recorded: recorded ?? 0 };
};

describe('what a run made', () => {
  it('is taken away to the last, what rests on a thing before the thing, also when that is killed at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(plots, fc.nat(1000), fc.nat(1000), async (plot, where, when) => {
        const whole = await session(plot, new Map(), []);
        const cut = 1 + (where % whole.ran.journal.length);
        const made = whole.ran.journal.slice(0, cut);
        const down = await takenDown(plot, whole.worlds[cut - 1], holdingsFrom(made));
        const removals = removedIn(down.ran.journal);
        expect(down.ran.result.outcome).toBe('succeeded');
        expect(left(down.world)).toEqual([]);
        expect(outOfOrder(plot, removals)).toEqual([]);
        // Killed in the middle: what was taken away is known to be gone, the rest goes with the next.
        const killed = 1 + (when % down.ran.journal.length);
        const past = down.ran.journal.slice(0, killed);
        const { undone } = foldRun(past);
        const rest = holdingsFrom(made).filter(({ address }) => !undone.has(address));
        const again = await takenDown(plot, down.worlds[killed - 1], rest);
        expect(left(again.world)).toEqual([]);
        expect([...removedIn(past), ...removedIn(again.ran.journal)]).toEqual(removals);
      }),
      runs,
    );
  });
});

const namesOf = (plan: readonly PlanItem[], wanted: PlanItem['verdict']): string[] =>
  plan.filter(({ verdict }) => verdict === wanted).map(({ unit }) => unit.address);

/** What a plan says of the outcomes that nothing before can change any more. */
const promisedBy = (plan: readonly PlanItem[]): Readonly<Record<string, Outcome>> =>
  Object.fromEntries(namesOf(plan, 'keep').map((address) => [address, 'satisfied'] as const));

/** Takes these things away, in a world that looks so. */
const takenDown = async (plot: Plot, facts: Facts | undefined, holdings: readonly Holding[]): Promise<Session> => {
  const world = worldOf(plot, facts);
  const journal = new WatchedJournal(world);
  const ran = await runIn(workflow([], { name: 'teardown' }), { world, journal, steps: typesOf(world), holdings });
  return { ran, world, worlds: journal.worlds };
};

const removedIn = (events: readonly RunEvent[]): readonly string[] =>
  events.filter((event) => event.type === 'step.undone').map(({ address }) => address);

/** Pairs of which the second went although the first, which rests on it, was still there. */
const outOfOrder = (plot: Plot, removals: readonly string[]): readonly (readonly string[])[] =>
  [...needsByAddress(plot)].flatMap(([address, needs]) =>
    needs
      .filter((need) => removals.includes(need) && removals.indexOf(address) > removals.indexOf(need))
      .map((need) => [address, need]),
  );

const nameOf = (address: string): string => address.replace(/\[(.*)\]$/, '-$1');
const traitsOf = (plot: Plot, address: string) => plot.traits[Number(/\d+/.exec(address)?.[0])];
const left = ({ facts }: World): readonly string[] => [...facts.keys()].filter((fact) => !fact.endsWith(' tries'));
