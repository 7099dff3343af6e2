// Random workflows over the small world. Each always comes to the same end, however often it is interrupted on its way.
import fc from 'fast-check';
import type { StepSpec, Workflow } from '../../src/core/workflow.ts';
import { StepError, type StepType } from '../../src/engine/step-type.ts';
import { making, workflow } from './run-in.ts';
import { registryOf, World } from './world.ts';

/** How a random step is proved, whether it works, and how long it takes. */
interface Traits {
  readonly needs: readonly number[];
  readonly proof: 'health' | 'nothing' | 'never' | 'once';
  readonly works: 'always' | 'never' | 'at the second attempt';
  readonly isTolerant: boolean;
  readonly isSkipped: boolean;
  readonly children: number;
  readonly durationMs: number;
}

export interface Plot {
  readonly traits: readonly Traits[];
  /** How many may act at once. */
  readonly actions: number;
}

const traits: fc.Arbitrary<Traits> = fc.record({
  needs: fc.uniqueArray(fc.nat(5), { maxLength: 3 }),
  proof: fc.oneof(
    { arbitrary: fc.constant('health' as const), weight: 3 },
    fc.constantFrom('nothing', 'never', 'once'),
  ),
  works: fc.oneof(
    { arbitrary: fc.constant('always' as const), weight: 5 },
    fc.constantFrom('never', 'at the second attempt'),
  ),
  isTolerant: fc.boolean(),
  isSkipped: fc.oneof({ arbitrary: fc.constant(false), weight: 5 }, fc.constant(true)),
  children: fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, fc.nat(2)),
  durationMs: fc.constantFrom(0, 10, 10, 35),
});

export const plots: fc.Arbitrary<Plot> = fc.record({
  traits: fc.array(traits, { minLength: 1, maxLength: 6 }),
  actions: fc.constantFrom(8, 2, 1),
});

const idOf = (index: number): string => `s${index}`;

/** Needs point upwards only, so that there is no circle. */
const needsOf = ({ needs }: Traits, index: number): readonly string[] => needs.filter((need) => need < index).map(idOf);

export const workflowOf = ({ traits: all }: Plot): Workflow =>
  workflow(all.map((each, index) => stepOf(all, each, index)));

const stepOf = (all: readonly Traits[], each: Traits, index: number): StepSpec => {
  const { proof, children, isSkipped, isTolerant, works } = each;
  const id = idOf(index);
  const needs = needsOf(each, index);
  const name = children > 0 ? `${id}-\${{ child }}` : id;
  // It reads what the steps it needs yield, where they surely yield something.
  const read = needs.filter((need) => yields(all[Number(need.slice(1))]));
  const given = Object.fromEntries(read.map((need) => [need, `\${{ steps.${need}.outputs.made }}`]));
  return making(id, {
    uses: 'make',
    needs: [...needs],
    with: { name, ...given },
    health: proof === 'health' ? [{ probe: 'is', fact: name, within: '0s' }] : [],
    creates: [{ kind: 'thing', name }],
    undo: { uses: 'unmake', with: { name }, absent: [{ probe: 'is', fact: name, expect: 'value == null' }] },
    continueOnError: isTolerant,
    ...(works === 'at the second attempt' && { retry: { attempts: 2, delay: '20ms' } }),
    ...(isSkipped && { if: 'false' }),
    ...((proof === 'never' || proof === 'once') && { satisfied: proof }),
    ...(children > 0 && { foreach: { child: Array.from({ length: children }, (_, child) => `c${child}`) } }),
  });
};

const yields = (each: Traits | undefined): boolean =>
  each !== undefined && each.children === 0 && !each.isSkipped && each.works !== 'never';

/** The types its steps use: what makes a fact true and says so, and what takes it away. */
export const typesOf = (world: World): readonly StepType[] => {
  const make = registryOf(world, {}).steps.get('do');
  if (!make) throw new Error('no type');
  const unmake = async (input: unknown): Promise<undefined> => {
    const { name } = input as { name: string };
    world.deeds.push(`unmake ${name}`);
    world.facts.delete(name);
  };
  return [
    { ...make, name: 'make', outputs: { made: 'that it was made' } },
    { ...make, name: 'unmake', run: unmake },
  ];
};

/** Where the deed of a name belongs. */
export const addressOf = (name: string): string => name.replace(/-(c\d)$/, '[$1]');

/** Every address, with the addresses it needs, children in the place of their parents. */
export const needsByAddress = (plot: Plot): ReadonlyMap<string, readonly string[]> => {
  const childrenOf = (index: number): readonly string[] => {
    const children = plot.traits[index]?.children ?? 0;
    const id = idOf(index);
    return children === 0 ? [id] : Array.from({ length: children }, (_, child) => `${id}[c${child}]`);
  };
  return new Map(
    plot.traits.flatMap((each, index) => {
      const needs = needsOf(each, index).flatMap((need) => childrenOf(Number(need.slice(1))));
      return childrenOf(index).map((address) => [address, needs] as const);
    }),
  );
};

/** A world in which the steps do as the plot says; facts of before may be given. */
export const worldOf = ({ traits: all }: Plot, facts: ReadonlyMap<string, unknown> = new Map()): World => {
  const world = new World();
  for (const [fact, value] of facts) world.facts.set(fact, value);
  for (const [index, { works, durationMs, children }] of all.entries()) {
    const id = idOf(index);
    const names = children > 0 ? Array.from({ length: children }, (_, child) => `${id}-c${child}`) : [id];
    for (const name of names)
      world.does.set(name, async (_, { host }) => {
        await host.clock.sleep(durationMs);
        const tries = Number(world.facts.get(`${name} tries`) ?? 0) + 1;
        world.facts.set(`${name} tries`, tries);
        if (works === 'never' || (works === 'at the second attempt' && tries % 2 === 1))
          throw new StepError(`${name} does not work`);
        world.facts.set(name, true);
        await host.clock.sleep(durationMs);
        return { made: `${name} made` };
      });
  }
  return world;
};
