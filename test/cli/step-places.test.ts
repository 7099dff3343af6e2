import { expect, it } from 'vitest';
import type { Position } from '../../src/parse/source.ts';
import { placesOf, positionsIn } from '../../src/project/step-places.ts';

it('gives the places of steps again after they were text', () => {
  const id = { file: 'deploy.yaml', line: 3, column: 9 };
  const each = { file: 'base.yaml', line: 12, column: 14 };
  const written: Record<string, readonly [Position | undefined, Position?]> = {
    plain: [id],
    each: [{ ...each, line: 10 }, each],
    nowhere: [undefined],
  };
  const workflow = {
    name: 'deploy',
    steps: Object.entries(written).map(([step, [, loop]]) => ({
      id: step,
      ...(loop && { foreach: { n: '${{ [] }}' } }),
    })),
  };
  const source = { of: (step: string, path: readonly unknown[] = []) => written[step]?.[path.length === 0 ? 0 : 1] };
  const positions = positionsIn(JSON.parse(JSON.stringify(placesOf(workflow, source))), workflow);
  for (const [step, [place, loop]] of Object.entries(written)) {
    expect(positions.of(step)).toEqual(place);
    expect(positions.of(step, ['foreach'])).toEqual(loop ?? place);
  }
  expect(positions.of('unknown')).toBeUndefined();
});
