// What a run tells as JSON, each part by itself, since few who ask need all of them; in columns, which are the least to write and to
// read.
import { type Columns, columnOf, toColumns } from './columns.ts';
import type { Address } from './event.ts';
import type { Span } from './held-since.ts';
import type { StepState } from './run-state.ts';
import type { Durations, Told } from './told.ts';

type Part = keyof Told;

/** Of another number nothing is understood. */
export const toldFormat = 2;

/** The parts in the order in which they are kept. */
export const toldParts: readonly Part[] = ['times', 'spans', 'known'];

export const encodeTold: { readonly [P in Part]: (told: Told[P]) => string } = {
  times: ({ acted, waited, undone }) =>
    [acted.addresses, acted.ms, waited.addresses, waited.ms, undone].map((list) => JSON.stringify(list)).join('\n'),
  spans: ({ own, ended }) => {
    const spans = [...own.values()];
    return JSON.stringify([[...own.keys()], spans.map(({ at }) => at), spans.map(({ begun }) => +begun), ended]);
  },
  known: (known) => JSON.stringify(toColumns([...known.values()], [...usual, ...rare], keptValue())),
};

/** Trusts the text: whoever kept it knows by a checksum that it is what `encodeTold` wrote. */
export const decodeTold: { readonly [P in Part]: (text: string) => Told[P] } = {
  times: (text) => {
    const [acted = '', actedMs = '', waited = '', waitedMs = '', undone = ''] = text.split('\n');
    return { acted: durationsIn(acted, actedMs), waited: durationsIn(waited, waitedMs), undone: JSON.parse(undone) };
  },
  spans: (text) => {
    const [addresses, ats, begun, ended] = JSON.parse(text) as [Address[], (number | null)[], number[], Address[]];
    const spanOf = (at: number): Span => ({ ...(ats[at] != null && { at: ats[at] }), begun: begun[at] === 1 });
    return { own: new Map(addresses.map((address, at) => [address, spanOf(at)])), ended };
  },
  known: (text) => stepsIn(JSON.parse(text)),
};

/** Runs of one workflow have the same steps, one after the other: their names are read once. */
const addressLists = new Map<string, readonly Address[]>();
const fewLists = 4;

const durationsIn = (text: string, ms: string): Durations => {
  const known = addressLists.get(text);
  const addresses: readonly Address[] = known ?? JSON.parse(text);
  if (!known && addressLists.size === fewLists) addressLists.clear();
  addressLists.set(text, addresses);
  return { addresses, ms: JSON.parse(ms) };
};

/** What nearly every step has. */
const usual = [
  ...(['address', 'status', 'attempt', 'at', 'outcome', 'reason', 'outputs', 'evidence'] as const),
  ...(['durationMs', 'fingerprint', 'definition', 'applied', 'bootId'] as const),
];
const rare = ['withheld', 'failure', 'log', 'command', 'process', 'spawned', 'processes', 'acted'] as const;

/** Nearly always what a step was last brought to is what it was last asked to be: told once. */
const same = 'same';
const noOutputs = {};
const noEvidence: StepState['evidence'] = [];

/** What is alike is given as one: of a fingerprint there is one definition, and most steps yield nothing. */
const keptValue = () => {
  const definitions = new Map<string, unknown>();
  const definitionOf = ({ fingerprint, definition }: StepState): unknown => {
    if (fingerprint === undefined || definition === undefined) return definition;
    if (!definitions.has(fingerprint)) definitions.set(fingerprint, definition);
    return definitions.get(fingerprint);
  };
  return (step: StepState, field: (typeof usual)[number] | (typeof rare)[number]): unknown => {
    switch (field) {
      case 'definition':
        return definitionOf(step);
      case 'outputs':
        return Object.keys(step.outputs).length === 0 ? noOutputs : step.outputs;
      case 'evidence':
        return step.evidence.length === 0 ? noEvidence : step.evidence;
      case 'applied':
        return appliedOf(step);
      default:
        return step[field];
    }
  };
};

const appliedOf = ({ applied, fingerprint, definition }: StepState): StepState['applied'] | typeof same =>
  applied && applied.fingerprint === fingerprint && applied.definition === definition ? same : applied;

const stepsIn = (columns: Columns): Map<Address, StepState> => {
  const table = Object.fromEntries(usual.map((field) => [field, columnOf(columns, field) ?? []])) as unknown as Table;
  const others = rare.flatMap((field) => {
    const values = columnOf(columns, field);
    return values ? [{ field, values }] : [];
  });
  const steps = new Map<Address, StepState>();
  for (let row = 0; row < columns.rows; row += 1) {
    const step = stepIn(table, row);
    for (const { field, values } of others)
      if (values[row] !== undefined) Object.assign(step, { [field]: values[row] });
    steps.set(step.address, step);
  }
  return steps;
};

/** One literal: ten thousand are read before the first step of a run. */
const stepIn = (table: Table, row: number): StepState => {
  const fingerprint = table.fingerprint[row];
  const definition = table.definition[row];
  const applied = table.applied[row];
  return {
    address: table.address[row],
    status: table.status[row],
    attempt: table.attempt[row],
    at: table.at[row],
    outcome: table.outcome[row],
    reason: table.reason[row],
    outputs: table.outputs[row],
    evidence: table.evidence[row],
    durationMs: table.durationMs[row],
    fingerprint,
    definition,
    applied: applied === same ? { fingerprint, definition } : applied,
    bootId: table.bootId[row],
    // Room for what whoever reads it adds: a field for which there is none costs as much as all of these.
    inThisRun: undefined,
    run: undefined,
  } as StepState;
};

type Table = { readonly [F in Exclude<(typeof usual)[number], 'applied'>]: readonly StepState[F][] } & {
  readonly applied: readonly (StepState['applied'] | typeof same)[];
};
