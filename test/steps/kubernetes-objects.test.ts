import { describe, expect, it } from 'vitest';
import { countConditions } from '../../steps/kubernetes/conditions.ts';
import { objectsIn } from '../../steps/kubernetes/kubectl.ts';
import { changedAt, startedAt } from '../../steps/kubernetes/objects.ts';
import { addressOf, isInPool } from '../../steps/kubernetes/service.ts';
import { sample } from './samples.ts';

describe('objects as kubectl prints them', () => {
  it('are a list, one object, or nothing', () => {
    expect(objectsIn(sample('kubectl-get-nodes.json')).length).toBeGreaterThan(1);
    expect(objectsIn(sample('kubectl-get-svc-nginxhello-with-lb-ip.json'))).toHaveLength(1);
    expect(objectsIn('\n')).toEqual([]);
  });

  it('are counted by a condition, with the first that does not meet it', () => {
    const nodes = objectsIn(sample('kubectl-get-nodes.json'));
    const { met, saw } = countConditions(nodes, { type: 'Ready', kind: 'nodes', wanted: 3 });
    expect(met).toEqual([]);
    expect(saw).toMatch(/^0 of 3 nodes Ready; cluster1: NodeStatusUnknown$/);
  });

  it('say why a pod waits', () => {
    const pods = objectsIn(sample('kubectl-get-pods-pending.json'));
    expect(countConditions(pods, { type: 'Ready', kind: 'pods', wanted: pods.length }).saw).toContain(
      'of 3 pods Ready',
    );
    const waiting = {
      metadata: { name: 'a' },
      status: { containerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff' } } }] },
    };
    expect(countConditions([waiting], { type: 'Ready', kind: 'pods', wanted: 1 }).saw).toBe(
      '0 of 1 pods Ready; a: ImagePullBackOff',
    );
  });

  it('know when they were written last, and when their containers started', () => {
    const object = {
      metadata: {
        name: 'cilium-config',
        creationTimestamp: '2026-11-23T19:00:00Z',
        managedFields: [{ time: '2026-11-23T19:00:00Z' }, { time: '2026-11-23T19:05:00Z' }, {}],
      },
    };
    expect(new Date(changedAt(object)).toISOString()).toBe('2026-11-23T19:05:00.000Z');
    const running = (at: string) => ({ state: { running: { startedAt: at } } });
    const pod = {
      metadata: { name: 'p' },
      status: { containerStatuses: [running('2026-11-23T19:01:00Z'), running('2026-11-23T19:02:00Z')] },
    };
    expect(startedAt(pod)).toBe(Date.parse('2026-11-23T19:02:00Z'));
    expect(startedAt({ metadata: { name: 'p' }, status: { containerStatuses: [{ state: {} }] } })).toBeUndefined();
  });
});

describe("a service's address", () => {
  it('is read from its status', () => {
    const [service] = objectsIn(sample('kubectl-get-svc-nginxhello-with-lb-ip.json'));
    expect(service && addressOf(service)).toBe('192.168.33.0');
  });

  it.each([
    ['192.168.33.0', '192.168.33.0/24', true],
    ['192.168.34.1', '192.168.33.0/24', false],
    ['1.1.1.100', '1.1.1.100-1.1.1.200', true],
    ['1.1.1.201', '1.1.1.100-1.1.1.200', false],
    ['1.1.1.1', 'nonsense', false],
  ])('%s in %s: %s', (address, pool, expected) => {
    expect(isInPool(address, pool)).toBe(expected);
  });
});
