import { describe, expect, it } from 'vitest';
import { holdingsFrom, making, runIn, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

const undo = { run: ['remove'], absent: [{ probe: 'is', fact: 'a', expect: 'value == null' }] };
const creates = [{ kind: 'thing', name: 'a' }];
const steps = workflow([making('a', { creates, undo }), making('b', { needs: ['a'] })]);
const scope = { adopt: true };

const worldWith = (value: unknown): World => {
  const world = new World();
  world.facts.set('a', value);
  return world;
};

describe('adopting', () => {
  it('takes over what is there as it should be, does nothing, and can take it away', async () => {
    const { outcomes, finish, world, journal } = await runIn(steps, { world: worldWith(true), scope });
    expect([outcomes, world.deeds]).toEqual([{ a: 'satisfied', b: 'skipped' }, []]);
    expect(finish('a')).toMatchObject({ reason: 'found as it should be', evidence: [{ saw: 'true' }] });
    expect(holdingsFrom(journal)).toMatchObject([{ address: 'a', created: creates }]);
  });

  it('takes over what is there but not as it should be for taking it away only', async () => {
    const { finish, journal } = await runIn(steps, { world: worldWith('broken'), scope });
    expect(finish('a')).toMatchObject({ outcome: 'skipped', reason: 'there, but not as it should be: a: broken' });
    expect(holdingsFrom(journal)).toHaveLength(1);
  });

  it('says what was not found, and keeps nothing of it', async () => {
    const { finish, journal } = await runIn(steps, { scope });
    expect(finish('a')).toMatchObject({ outcome: 'skipped', reason: 'not found: a: not there' });
    expect(holdingsFrom(journal)).toEqual([]);
  });

  it('is followed by a run that does only what was not there', async () => {
    const adopted = await runIn(steps, { world: worldWith(true), scope });
    const { outcomes, world } = await runIn(steps, { world: adopted.world, earlier: [adopted.journal] });
    expect([outcomes, world.deeds]).toEqual([{ a: 'satisfied', b: 'changed' }, ['b']]);
  });
});
