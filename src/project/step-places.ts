// Where steps are written, kept as numbers in the order of the steps: of ten thousand they are read for each run, and looked at by few.
import type { Workflow } from '../core/workflow.ts';
import type { StepPositions } from '../parse/origins.ts';
import type { Position } from '../parse/source.ts';

/** Where steps are written, by id. */
export interface Positions {
  of(step: string, path?: readonly ['foreach']): Position | undefined;
}

export interface Places {
  readonly files: readonly string[];
  /** Of each step's id: number of the file, line, column. */
  readonly ids: readonly number[];
  /** The same of each step's `foreach`; without that its id's. */
  readonly loops: readonly number[];
}

export const placesOf = ({ steps }: Workflow, positions: StepPositions): Places => {
  const files = new Map<string, number>();
  const numbersOf = (place: Position | undefined): readonly number[] => {
    if (!place) return [-1, 0, 0];
    const file = files.get(place.file) ?? files.size;
    files.set(place.file, file);
    return [file, place.line, place.column];
  };
  const ids = steps.flatMap(({ id }) => numbersOf(positions.of(id)));
  const loops = steps.some(({ foreach }) => foreach)
    ? steps.flatMap(({ id, foreach }) => numbersOf(foreach && positions.of(id, ['foreach'])))
    : [];
  return { files: [...files.keys()], ids, loops };
};

export const positionsIn = ({ files, ids, loops }: Places, { steps }: Workflow): Positions => {
  let numbers: ReadonlyMap<string, number> | undefined;
  const at = (list: readonly number[], number: number): Position | undefined => {
    const [file = -1, line = 0, column = 0] = list.slice(3 * number, 3 * number + 3);
    const name = files[file];
    return name === undefined ? undefined : { file: name, line, column };
  };
  return {
    of(step, path) {
      numbers ??= new Map(steps.map(({ id }, number) => [id, number]));
      const number = numbers.get(step);
      if (number === undefined) return undefined;
      return (path && at(loops, number)) ?? at(ids, number);
    },
  };
};
