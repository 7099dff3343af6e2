// Where a step, or a key in it, is written: for messages that come up while it runs.
import type { StepSpec, Workflow } from '../core/workflow.ts';
import type { Key, Origins } from './origins.ts';
import { type Place, type Position, positionOf } from './source.ts';

export interface StepPositions {
  /** The place of the value at a path within the step; without a path, of its id. Undefined for an unknown step. */
  of(step: string, path?: readonly Key[]): Position | undefined;
}

export const stepPositions = (origins: Origins, workflow: Workflow): StepPositions => {
  let steps: ReadonlyMap<string, StepSpec> | undefined;
  return {
    of: (id, path = []) => {
      steps ??= new Map(workflow.steps.map((step) => [step.id, step]));
      const step = steps.get(id);
      if (!step) return undefined;
      let place: Place | undefined = origins.placeAt(step, 'id', 'value') ?? origins.placeOf(step);
      let container: unknown = step;
      for (const key of path) {
        if (typeof container !== 'object' || container === null) break;
        place = origins.placeAt(container, key, 'value') ?? place;
        container = (container as Record<Key, unknown>)[key];
      }
      return place && positionOf(place);
    },
  };
};
