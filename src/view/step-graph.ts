// A workflow as boxes and arrows: what every drawing of it starts from. Arrows that follow from others are left out.
import { closure, topological } from '../core/graph.ts';

export interface StepBox {
  readonly address: string;
  readonly label: string;
  readonly needs: readonly string[];
}

/** In an order in which each comes after what it needs, without needs that other needs imply. */
export const stepGraph = (boxes: readonly StepBox[]): readonly StepBox[] => {
  const known = new Set(boxes.map((box) => box.address));
  // Children that wait for one another are one box: it does not wait for itself.
  const bare = boxes.map(({ needs, ...box }) => ({
    ...box,
    needs: [...new Set(needs)].filter((need) => known.has(need) && need !== box.address),
  }));
  return topological(bare).map((box) => ({ ...box, needs: direct(box.needs, bare) }));
};

const direct = (needs: readonly string[], boxes: readonly StepBox[]): readonly string[] =>
  needs.length < 2
    ? needs
    : needs.filter((need) => {
        const others = needs.filter((each) => each !== need);
        return !closure(boxes, others, 'backward').has(need);
      });
