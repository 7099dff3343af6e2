import { describe, expect, it } from 'vitest';
import type { StepSpec } from '../../src/core/workflow.ts';
import { StepError } from '../../src/engine/step-type.ts';
import { making, planIn, runIn, type Setting, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

const base = making('a', { with: { name: 'a', nodes: 3 } });

/** What a continued run says of step a once its file says something else. */
const edited = async (
  from: StepSpec,
  to: StepSpec,
  { before = {}, after = {} }: { readonly before?: Setting; readonly after?: Setting } = {},
): Promise<string> => {
  const commands = () => 'text';
  const first = await runIn(workflow([from]), { commands, ...before });
  const again = await runIn(workflow([to]), { world: first.world, commands, resume: first.journal, ...after });
  const [judged] = again.all('step.judged');
  return `${judged?.verdict}: ${judged?.reason}`;
};

const kept = 'keep: it holds';
const changed = 'run: its definition changed';

describe('an edit of a step', () => {
  it.each<readonly [string, Partial<StepSpec>]>([
    ['its name', { name: 'Another name' }],
    ['its description', { description: 'More words' }],
    ['its timeout', { timeout: '5m' }],
    ['its grace', { grace: '1s' }],
    ['its retry', { retry: { attempts: 5, delay: '1s' } }],
    ['its heading', { group: 'Other' }],
    ['its tolerance', { continueOnError: true }],
    ['its order', { needs: [] }],
    ['its preconditions', { preconditions: [{ probe: 'is', fact: 'a' }] }],
    ['how long its health may take', { health: [{ probe: 'is', fact: 'a', within: '9s', every: '1s' }] }],
    ['the order of its keys', { with: { nodes: 3, name: 'a' } }],
  ])('that changes only %s changes nothing', async (_, edit) => {
    expect(await edited(base, { ...base, ...edit })).toBe(kept);
  });

  it.each<readonly [string, StepSpec, Partial<StepSpec>]>([
    ['the input of its type', base, { with: { name: 'a', nodes: 5 } }],
    ['its environment', base, { env: { COLOUR: 'red' } }],
    ['its folder', base, { cwd: 'inner' }],
    ['its place', base, { on: 'leaf1' }],
    ['its outputs', base, { outputs: { size: '1' } }],
    ['its command', { ...making('a'), uses: undefined, with: undefined, run: ['make'] }, { run: ['make', '-B'] }],
    ['its script', { ...making('a'), uses: undefined, with: undefined, shell: 'make' }, { shell: 'make -B' }],
    ['its stdin', { ...making('a'), uses: undefined, with: undefined, run: ['cat'], stdin: '1' }, { stdin: '2' }],
  ])('that changes %s runs it again', async (_, from, edit) => {
    const world = new World();
    world.facts.set('a', true);
    expect(await edited(clean(from), clean({ ...from, ...edit }), { before: { world } })).toBe(changed);
  });

  it('is shown leaf by leaf: with.nodes: 3 -> 5', async () => {
    const first = await runIn(workflow([base]));
    const larger = workflow([{ ...base, with: { name: 'a', nodes: 5 } }]);
    const [item] = await planIn(larger, { world: first.world, resume: first.journal });
    expect(item?.judgement).toMatchObject({ verdict: 'run', changes: [{ path: 'with.nodes', from: 3, to: 5 }] });
  });

  it('counts after its expressions are computed, so another input is another definition', async () => {
    const step = making('a', { with: { name: 'a', nodes: '${{ inputs.nodes }}' } });
    const with3 = { inputs: { nodes: 3 } };
    expect(await edited(step, step, { before: with3, after: with3 })).toBe(kept);
    expect(await edited(step, step, { before: with3, after: { inputs: { nodes: 5 } } })).toBe(changed);
    const literal = making('a', { with: { name: 'a', nodes: 3 } });
    expect(await edited(step, literal, { before: with3 })).toBe(kept);
  });

  it('of the content of a file it uses runs it again; a file that is gone is another content', async () => {
    const step = making('a', { files: ['conf'] });
    const holds = (text: string) => ({ files: new Map([['/project/conf', text]]) });
    expect(await edited(step, step, { before: holds('x'), after: holds('x') })).toBe(kept);
    expect(await edited(step, step, { before: holds('x'), after: holds('y') })).toBe(changed);
    expect(await edited(step, step, { before: holds('x'), after: {} })).toBe(changed);
  });

  it('of a variable of the workflow runs it again, and of the terminal does not', async () => {
    const vars = (colour: string) => ({ variables: { COLOUR: colour } });
    expect(await edited(base, base, { before: vars('red'), after: vars('blue') })).toBe(changed);
    const terminal = (colour: string) => ({ env: { COLOUR: colour } });
    expect(await edited(base, base, { before: terminal('red'), after: terminal('blue') })).toBe(kept);
    const own = making('a', { env: { COLOUR: 'red' } });
    expect(await edited(own, own, { before: terminal('red'), after: terminal('blue') })).toBe(kept);
  });

  it('that failed half-way and is taken back runs the step once more', async () => {
    const first = await runIn(workflow([base]));
    const { world } = first;
    world.does.set('a', () => {
      throw new StepError('broken half-way');
    });
    const larger = { ...base, with: { name: 'a', nodes: 5 } };
    const second = await runIn(workflow([larger]), { world, resume: first.journal });
    expect(second.outcomes).toEqual({ a: 'failed' });
    world.does.clear();
    const third = await runIn(workflow([base]), { world, resume: second.journal });
    expect(third.outcomes).toEqual({ a: 'changed' });
    const fourth = await runIn(workflow([base]), { world, resume: third.journal });
    expect(fourth.outcomes).toEqual({ a: 'satisfied' });
  });

  it('of one step leaves those that only follow it in time', async () => {
    const steps = (nodes: number) =>
      workflow([making('a', { with: { name: 'a', nodes } }), making('b', { needs: ['a'] })]);
    const first = await runIn(steps(3));
    const again = await runIn(steps(5), { world: first.world, resume: first.journal });
    expect(again.outcomes).toEqual({ a: 'changed', b: 'satisfied' });
  });
});

describe('a secret in a definition', () => {
  const step = making('a', { with: { name: 'a', password: '${{ secrets.password }}' } });

  it('is noticed when it changes, and shown neither before nor after', async () => {
    const old = { secrets: { password: 'correct horse' } };
    const fresh = { secrets: { password: 'battery staple' } };
    expect(await edited(step, step, { before: old, after: old })).toBe(kept);
    expect(await edited(step, step, { before: old, after: fresh })).toBe('run: a secret it uses changed');
    const { journal } = await runIn(workflow([step]), old);
    expect(JSON.stringify(journal)).not.toContain('correct horse');
  });
});

const clean = (step: StepSpec): StepSpec =>
  Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined)) as StepSpec;
