// Decides how each element of a topology stands, from what steps set up and what probes saw. It knows names, not networks.
import type { Observation } from '../core/failure.ts';
import type { RunRecord, StepRow } from './run-record.ts';
import {
  type ElementState,
  elementId,
  type SessionEnd,
  type Standing,
  type Topology,
  type TopologyAddress,
  type TopologyLink,
} from './topology.ts';

/** What one step tells, from a run or from a look just now. */
export interface Sighting {
  readonly address: string;
  readonly key: string | undefined;
  readonly standing: Standing;
  readonly at: number | undefined;
  readonly evidence: readonly Observation[];
  /** Every text in the step's definition. */
  readonly sets: ReadonlySet<string>;
}

/** What a run tells of its steps, in the order of its plan. */
export const sightingsOf = (record: RunRecord): readonly Sighting[] =>
  record.steps.flatMap((row) => {
    const standing = standingOf(row);
    if (standing === undefined) return [];
    const { address, key, evidence, finishedAt, definition } = row;
    return [{ address, key, standing, at: finishedAt, evidence, sets: textsIn(definition) }];
  });

const standingOf = ({ phase, outcome, undone }: StepRow): Standing | undefined => {
  if (undone && undone.outcome !== 'failed') return 'gone';
  if (phase === 'cut') return 'unproved';
  if (phase !== 'done') return phase === 'open' ? undefined : 'working';
  if (outcome === 'changed' || outcome === 'satisfied') return 'proved';
  if (outcome === 'failed') return 'broken';
  return outcome === 'interrupted' ? 'unproved' : undefined;
};

/** All texts of a definition, also without a prefix length: `10.0.1.1/32` sets `10.0.1.1`. */
export const textsIn = (definition: unknown): ReadonlySet<string> => {
  const found = new Set<string>();
  const queue: unknown[] = [definition];
  while (queue.length > 0 && found.size < maximumTexts) {
    const value = queue.pop();
    if (typeof value === 'string') found.add(value).add(value.replace(/\/\d{1,3}$/, ''));
    else if (typeof value === 'object' && value !== null) queue.push(...Object.values(value));
  }
  return found;
};

const maximumTexts = 5000;

/** The states of all elements. Of two sightings of a step, or two observations of one name, the later in the list counts. */
export const elementStates = (
  { sessions, links, nodes }: Topology,
  sightings: readonly Sighting[],
): ReadonlyMap<string, ElementState> => {
  const known = knowledgeOf(sightings);
  const states = new Map<string, ElementState>();
  for (const { name, ends } of sessions) {
    const told = ends.map((end) => endState(end, known.observations.get(end.probe)));
    states.set(elementId.session(name), sessionState(told));
  }
  for (const link of links) states.set(elementId.link(link.name), linkState(link, known, states));
  for (const node of nodes) {
    const own = about(node.name, known);
    states.set(elementId.node(node.name), worst(own));
    for (const address of node.addresses)
      states.set(elementId.address(node.name, address.text), addressState(address, own, known));
  }
  return states;
};

interface Knowledge {
  readonly byKey: ReadonlyMap<string, readonly Sighting[]>;
  /** Of steps that are not one of several. */
  readonly whole: readonly Sighting[];
  /** By name. */
  readonly observations: ReadonlyMap<string, Seen>;
}

const knowledgeOf = (sightings: readonly Sighting[]): Knowledge => {
  const latest = [...new Map(sightings.map((each) => [each.address, each])).values()];
  const seen = latest.flatMap(({ evidence, standing }) => evidence.map((each) => ({ seen: each, standing })));
  return {
    byKey: groupBy(latest, ({ key }) => key),
    whole: latest.filter(({ key }) => key === undefined),
    observations: new Map(seen.map((each) => [each.seen.probe, each])),
  };
};

/** A step is about what it was made for each of, or what its definition names. */
const about = (name: string, { byKey, whole }: Knowledge): readonly Sighting[] => [
  ...(byKey.get(name) ?? []),
  ...whole.filter(({ sets }) => sets.has(name)),
];

const linkState = (
  { name, carries = [] }: TopologyLink,
  known: Knowledge,
  states: ReadonlyMap<string, ElementState>,
): ElementState => {
  const own = about(name, known);
  if (own.length > 0) return worst(own);
  const carried = carries.flatMap((session) => states.get(elementId.session(session)) ?? []);
  return carried.find(({ standing }) => standing === 'proved') ?? unproved;
};

const addressState = (
  { text, shownAs }: TopologyAddress,
  own: readonly Sighting[],
  { observations }: Knowledge,
): ElementState =>
  shownAs === undefined
    ? worst(own.filter(({ sets }) => sets.has(text)))
    : anySeen([...observations.values()].filter(({ seen }) => shows(seen, shownAs)));

const unproved: ElementState = { standing: 'unproved', evidence: [] };
const order: readonly Standing[] = ['broken', 'working', 'gone', 'unproved', 'proved'];

/** A node stands as the worst of what is known of it; what was taken away outweighs what was proved before. */
const worst = (sightings: readonly Sighting[]): ElementState => {
  if (sightings.length === 0) return unproved;
  const standing = order.find((each) => sightings.some((one) => one.standing === each)) ?? 'unproved';
  return { standing, evidence: sightings.flatMap(lines) };
};

const lines = ({ address, evidence, standing }: Sighting): readonly string[] =>
  evidence.length === 0
    ? [`${address}: ${standing === 'proved' ? 'done, without a check of its own' : standing}`]
    : evidence.map(lineOf);

const lineOf = ({ probe, saw }: Observation): string => `${probe}: ${saw}`;

type Seen = { readonly seen: Observation; readonly standing: Standing };

/** Whether an observation shows a value, as a word of its own. */
const shows = ({ saw }: Observation, value: string): boolean => saw.split(/[\s,;:()]+/).includes(value);

const anySeen = (seen: readonly Seen[]): ElementState => {
  const good = seen.filter((each) => each.seen.holds && each.standing !== 'gone');
  return good.length > 0 ? { standing: 'proved', evidence: good.map((each) => lineOf(each.seen)) } : unproved;
};

/** A session is up when an end says so; an end that says otherwise is believed first. */
const sessionState = (ends: readonly (ElementState | undefined)[]): ElementState => {
  const known = ends.filter((end) => end !== undefined);
  const evidence = [...new Set(known.flatMap((end) => end.evidence))];
  const standing = order.find((each) => known.some((end) => end.standing === each)) ?? 'unproved';
  return { standing, evidence };
};

const endState = ({ neighbor, node }: SessionEnd, found: Seen | undefined): ElementState | undefined => {
  if (!found) return undefined;
  const { seen, standing } = found;
  const evidence = [lineOf(seen)];
  if (standing === 'gone' || standing === 'working') return { standing, evidence };
  if (seen.holds) return { standing: 'proved', evidence };
  if (mentions(seen, neighbor) || !/[(,]/.test(seen.saw)) return { standing: 'broken', evidence };
  // Others of this router are named; whether the list is whole, its ellipsis tells.
  return seen.saw.includes('…')
    ? { standing: 'unproved', evidence: [...evidence, `${node} names only some`] }
    : { standing: 'proved', evidence };
};

const mentions = ({ saw }: Observation, name: string): boolean =>
  saw.split(/[\s,;()]+/).some((word) => word === name || word.endsWith(`(${name})`));

const groupBy = (
  all: readonly Sighting[],
  keyOf: (each: Sighting) => string | undefined,
): ReadonlyMap<string, Sighting[]> => {
  const groups = new Map<string, Sighting[]>();
  for (const each of all) {
    const key = keyOf(each);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  return groups;
};
