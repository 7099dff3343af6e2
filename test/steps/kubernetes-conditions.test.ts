// Objects that say they are well and are not, objects that are well and never say so, and conditions that will never come.
import { describe, expect, it } from 'vitest';
import { unmetBecause } from '../../steps/kubernetes/conditions.ts';
import type { KubernetesObject } from '../../steps/kubernetes/kubectl.ts';
import { kubernetesProbe } from '../../steps/kubernetes/probe.ts';
import { scripted } from './scripted-context.ts';

const available = { type: 'Available', status: 'True' };
const object = (kind: string, more: { generation?: number; spec?: object; status?: object }): KubernetesObject => ({
  kind,
  metadata: { name: 'a', ...(more.generation !== undefined && { generation: more.generation }) },
  spec: { ...more.spec },
  status: { ...more.status },
});
const counts = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3, readyReplicas: 3 };
const deployment = (status: object, generation = 2) =>
  object('Deployment', { generation, spec: { replicas: 3 }, status: { conditions: [available], ...status } });

describe('a rollout', () => {
  it.each<[string, KubernetesObject, string | undefined]>([
    ['is done when all is new and available', deployment(counts), undefined],
    ['is not when its last change was not seen', deployment(counts, 3), 'its last change has not been seen yet'],
    ['nor when old replicas are left', deployment({ ...counts, replicas: 4 }), '1 old replicas are there'],
    ['nor when only some are new', deployment({ ...counts, updatedReplicas: 1 }), '1 of 3 updated'],
    [
      'of a DaemonSet is done by its counts, since it has no conditions',
      object('DaemonSet', {
        generation: 1,
        status: { observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 },
      }),
      undefined,
    ],
    [
      'and is not while one of its pods is not available',
      object('DaemonSet', {
        generation: 1,
        status: { observedGeneration: 1, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 },
      }),
      '2 of 3 available',
    ],
    [
      'of a StatefulSet likewise',
      object('StatefulSet', { generation: 2, spec: { replicas: 3 }, status: { ...counts, readyReplicas: 2 } }),
      '2 of 3 available',
    ],
  ])('%s', (_, given, why) => {
    expect(unmetBecause(given, 'Available')).toBe(why);
  });

  it('is not taken for done by a condition of before its last change', () => {
    const old = { conditions: [{ type: 'Established', status: 'True', observedGeneration: 1 }] };
    expect(unmetBecause(object('Thing', { generation: 2, status: old }), 'Established')).toContain('last change');
  });
});

describe('a condition that will never come', () => {
  it.each([
    ['DaemonSet', 'Progressing', 'ask for Available'],
    ['Job', 'Ready', 'ask for Complete'],
  ])('of a %s is refused at once: %s', (kind, type, remedy) => {
    const seen = { observedGeneration: 1 };
    expect(() => unmetBecause(object(kind, { generation: 1, status: seen }), type)).toThrowError(
      expect.objectContaining({ final: true, message: expect.stringContaining(remedy) }),
    );
  });

  it('is that of a job that failed', () => {
    const failed = {
      conditions: [{ type: 'Failed', status: 'True', message: 'Job has reached the specified backoff limit' }],
    };
    expect(() => unmetBecause(object('Job', { status: failed }), 'Complete')).toThrowError(
      expect.objectContaining({ final: true, message: 'a failed: Job has reached the specified backoff limit' }),
    );
    const done = { conditions: [{ type: 'Complete', status: 'True' }] };
    expect(unmetBecause(object('Job', { status: done }), 'Complete')).toBeUndefined();
  });
});

describe('the probe', () => {
  const look = (more: object, answer: object) =>
    kubernetesProbe.look(
      kubernetesProbe.input.parse({ cluster: 'cluster1', kind: 'pods', ...more }),
      scripted(() => answer).context,
    );
  const pod = (name: string, phase: string, ready: string) => ({
    kind: 'Pod',
    metadata: { name },
    status: { phase, conditions: [{ type: 'Ready', status: ready, reason: 'PodCompleted' }] },
  });

  it('does not wait for pods that did their work and ended', async () => {
    const items = [pod('web', 'Running', 'True'), pod('migration', 'Succeeded', 'False')];
    const stdout = JSON.stringify({ items });
    expect(await look({ condition: 'Ready' }, { stdout })).toMatchObject({ holds: true, saw: '1 of 1 pods Ready' });
    expect(await look({ condition: 'Ready', count: 1 }, { stdout })).toMatchObject({ holds: true });
    const none = JSON.stringify({ items: [items[1]] });
    expect(await look({ condition: 'Ready' }, { stdout: none })).toMatchObject({ holds: false });
  });

  it('does not wait for a cluster that kubectl does not know', async () => {
    const stderr = 'error: context "cluster9" does not exist';
    await expect(look({}, { exitCode: 1, stderr })).rejects.toMatchObject({ final: true, message: stderr });
    const refused =
      'The connection to the server 192.168.49.2:8443 was refused - did you specify the right host or port?';
    await expect(look({}, { exitCode: 1, stderr: refused })).rejects.toMatchObject({ final: false });
  });
});
