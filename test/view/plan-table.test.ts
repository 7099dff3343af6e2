import { describe, expect, it } from 'vitest';
import { formatPlan, type PlanView, type PlanViewStep } from '../../src/view/plan-table.ts';
import { textWidth } from '../../src/view/text.ts';
import { bgp } from './fixtures/story.ts';

const item = (address: string, verdict: PlanViewStep['verdict'], rest: Partial<PlanViewStep> = {}): PlanViewStep => ({
  address,
  name: address,
  verdict,
  reason: 'it holds',
  evidence: [],
  needs: [],
  ...rest,
});
const planOf = (...steps: readonly PlanViewStep[]): PlanView => {
  const totals: Partial<Record<PlanViewStep['verdict'], number>> = {};
  for (const { verdict } of steps) totals[verdict] = (totals[verdict] ?? 0) + 1;
  return { steps, totals };
};

describe('a plan', () => {
  it('shows each verdict with its reason, what was seen and what changed', () => {
    const changes = [
      { path: 'with.nodes', from: 3, to: 5 },
      { path: 'env.A', from: undefined, to: 'x\ny' },
    ];
    const plan = planOf(
      item('fabric', 'keep', { evidence: [bgp('4 of 4', true)] }),
      item('cluster', 'redo', { name: 'Start minikube', reason: 'its definition changed', changes, usualMs: 125_000 }),
      item('rules[n1]', 'run', {
        name: 'n1',
        reason: 'BGP leaf1: 2 of 4',
        evidence: [bgp('2 of 4'), { probe: 'rules', holds: false, saw: 'none' }],
        usualMs: 1000,
      }),
      item('late', 'unknown', { reason: 'needs cluster', usualMs: 1000, needs: ['cluster'] }),
      item('opt', 'skip', { reason: 'its if is false: inputs.opt' }),
    );
    expect(formatPlan(plan, { color: false, columns: 100 }).split('\n')).toEqual([
      '= keep     fabric                    it holds',
      '~ redo     cluster (Start minikube)  its definition changed (about 2m05s)',
      '           ~ with.nodes: 3 -> 5',
      '           ~ env.A:',
      '             - (none)',
      '             + x',
      '             + y',
      '+ run      rules[n1]                 BGP leaf1: 2 of 4 (about 1.0s)',
      '           x rules: none (does not hold)',
      '? unknown  late                      needs cluster (about 1.0s)',
      '- skip     opt                       its if is false: inputs.opt',
      '',
      'Plan: 1 to run, 1 to run again, 1 not known before others have run, 1 to keep, 1 to skip. About 2m06s by earlier runs.',
    ]);
  });

  it('reckons with what runs side by side when it knows the needs', () => {
    const plan = planOf(
      item('a', 'run', { usualMs: 10_000, needs: [] }),
      item('b', 'run', { usualMs: 20_000, needs: [] }),
      item('c', 'run', { usualMs: 5000, needs: ['a', 'b'] }),
      item('k', 'keep', { needs: [] }),
    );
    expect(formatPlan(plan, { color: false })).toContain('About 25s by earlier runs.');
  });

  it('says of time the least it will take, nothing when it knows nothing, and when nothing is to be done', () => {
    const timed = item('b', 'run', { usualMs: 4000 });
    expect(formatPlan(planOf(item('a', 'run'), timed), { color: false })).toMatch(
      /At least 4\.0s by earlier runs; 1 was/,
    );
    expect(formatPlan(planOf(item('a', 'run')), { color: false })).toMatch(/Plan: 1 to run\.$/);
    expect(formatPlan(planOf(item('a', 'keep')), { color: false })).toMatch(/Plan: nothing to do, 1 to keep\.$/);
    expect(formatPlan(planOf(), { color: false })).toBe('Plan: nothing to do.');
  });

  it('stays within the screen and shows hostile text as text', () => {
    const evil = item('a', 'run', { name: `${'日本語'.repeat(30)}\u001b[2J`, reason: 'x'.repeat(300) });
    const lines = formatPlan(planOf(evil), { color: false, columns: 80 }).split('\n');
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(80);
    expect(lines.join('')).not.toContain('\u001b');
  });

  it('folds children that are all kept into one row, and shows each once one of them is not', () => {
    const children = (verdict: PlanViewStep['verdict']): PlanViewStep[] =>
      ['a', 'b', 'c'].map((key) => ({ ...item(`link[${key}]`, key === 'b' ? verdict : 'keep'), reason: 'it holds' }));
    const kept = formatPlan(planOf(...children('keep')), { color: false });
    expect(kept).toContain('link x 3');
    expect(kept).not.toContain('link[a]');
    const broken = formatPlan(planOf(...children('run')), { color: false });
    expect(broken).toContain('link[a]');
    expect(broken).toMatch(/\+ run +link\[b\]/);
  });
});
