// What a run tells as JSON, each part by itself, since few who ask need all of them. Lists instead of maps: they are the least to read.
import type { Address } from './event.ts';
import type { StepState } from './run-state.ts';
import type { Told } from './told.ts';

type Part = keyof Told;

/** Of another number nothing is understood. */
export const toldFormat = 1;

/** The parts in the order in which they are kept. */
export const toldParts: readonly Part[] = ['times', 'spans', 'known'];

type Column<T> = readonly [addresses: readonly Address[], values: readonly T[]];

const columnOf = <T>(map: ReadonlyMap<Address, T>): Column<T> => [[...map.keys()], [...map.values()]];
const mapOf = <T>([addresses, values]: Column<T>): Map<Address, T> =>
  new Map(addresses.map((address, at) => [address, values[at] as T]));

export const encodeTold: { readonly [P in Part]: (told: Told[P]) => string } = {
  times: (times) => JSON.stringify(times),
  spans: ({ own, ended }) => JSON.stringify([columnOf(own), ended]),
  known: (known) => JSON.stringify([...known.values()].map(rowOf)),
};

/** Trusts the text: whoever kept it knows by a checksum that it is what `encodeTold` wrote. */
export const decodeTold: { readonly [P in Part]: (text: string) => Told[P] } = {
  times: (text) => JSON.parse(text),
  spans: (text) => {
    const [own, ended] = JSON.parse(text);
    return { own: mapOf(own), ended };
  },
  known: (text) => new Map((JSON.parse(text) as Row[]).map((row) => [row.address, stepOf(row)])),
};

/** Nearly always what a step was last brought to is what it was last asked to be: told once. */
type Row = Omit<StepState, 'applied'> & { readonly applied?: StepState['applied'] | 'same' };

const rowOf = (step: StepState): Row => {
  const { applied, fingerprint, definition } = step;
  const isSame = applied !== undefined && applied.fingerprint === fingerprint && applied.definition === definition;
  return isSame ? { ...step, applied: 'same' } : step;
};

/** The row itself, made whole: it was read just now and is nobody else's. */
const stepOf = (row: Row): StepState => {
  const { applied, fingerprint = '', definition } = row;
  return Object.assign(row, applied === 'same' ? { applied: { fingerprint, definition } } : { applied });
};
