import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { resolveText } from '../../src/core/template.ts';
import { fabric } from '../../src/fabric/fabric.ts';

const file = fileURLToPath(new URL('../../workflows/frr-netns/verify.yaml', import.meta.url));
const { steps } = parse(readFileSync(file, 'utf8')) as {
  steps: { id: string; health: { requests?: string }[] }[];
};
const asked = steps.find(({ id }) => id === 'answers')?.health[0]?.requests ?? '';

const requestsOf = (nodes: number, requests = 40): unknown =>
  resolveText(asked, { inputs: { requests }, fabric: fabric({ nodes, leaves: 16 }) });

describe('the verify workflow of the embedded variant', () => {
  it('asks often enough that chance leaves out no pod', () => {
    // The chance to miss one of n pods in r requests is at most n (1 - 1/n)^r.
    for (const nodes of [1, 3, 8, 16]) {
      const requests = Number(requestsOf(nodes));
      expect(nodes * (1 - 1 / nodes) ** requests).toBeLessThan(1e-5);
    }
  });

  it('asks as often as it is told when that is more', () => {
    expect(Number(requestsOf(3, 500))).toBe(500);
  });
});
