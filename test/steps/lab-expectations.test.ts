// What the lab's workflows expect, held against what Cilium and Kubernetes say.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { evaluateCondition } from '../../src/core/template.ts';
import { fabric } from '../../src/fabric/fabric.ts';
import { kubernetesService } from '../../steps/kubernetes/service.ts';
import { scripted } from './scripted-context.ts';

interface Probe {
  readonly name?: string;
  readonly expect: string;
  readonly for?: string;
}
const probes = (workflow: string): readonly Probe[] => {
  const text = readFileSync(new URL(`../../workflows/srl-cilium/${workflow}.yaml`, import.meta.url), 'utf8');
  return (parse(text) as { steps: { health?: Probe[] }[] }).steps.flatMap(({ health }) => health ?? []);
};
const probe = (workflow: string, name: string): Probe => {
  const found = probes(workflow).find((each) => each.name === name);
  if (!found) throw new Error(`${workflow} has no probe ${name}`);
  return found;
};
const made = fabric();

describe('the pool of addresses in verify', () => {
  const pool = (type: string, status: string) => ({ status: { conditions: [{ type, status }] } });
  const { expect: source } = probe('verify', 'pool of addresses');

  // operator/pkg/lbipam/lbipam.go of Cilium: the first name at v1.14.3 and v1.14.6, the second from v1.15.0 on.
  it.each(['io.cilium/conflict', 'cilium.io/PoolConflict'])('is without a conflict as Cilium says by %s', (type) => {
    expect(evaluateCondition(source, { items: [pool(type, 'False')] })).toBe(true);
    expect(evaluateCondition(source, { items: [pool(type, 'True')] })).toBe(false);
  });
});

describe('the address of the service', () => {
  const { expect: source, for: lasting } = probe('deploy', 'address of the service');
  const service = (...addresses: string[]) => ({
    kind: 'Service',
    metadata: { name: made.service.name },
    spec: {},
    status: { loadBalancer: { ingress: addresses.map((ip) => ({ ip })) } },
  });
  const stays = (...addresses: string[]): boolean =>
    evaluateCondition(source, {
      items: [{ metadata: { name: 'kubernetes' }, status: { loadBalancer: {} } }, service(...addresses)],
      fabric: made,
      steps: { service: { outputs: { address: '192.168.33.7' } } },
    });

  it('is the one it was given, alone, and for a while', () => {
    expect(stays('192.168.33.7')).toBe(true);
    expect(stays('192.168.33.8')).toBe(false);
    expect(stays('192.168.33.7', '192.168.33.8')).toBe(false);
    expect(stays()).toBe(false);
    expect(lasting).toBe('4s');
  });

  it('is in verify the one that was deployed', async () => {
    const { context } = scripted((line) =>
      line.includes(' service ') ? { stdout: JSON.stringify(service('192.168.33.8')) } : { stdout: '{"items":[]}' },
    );
    const step = { cluster: 'cluster1', name: made.service.name, pool: '192.168.33.0/24' };
    const look = (expected: string) =>
      kubernetesService.check?.(kubernetesService.input.parse({ ...step, expected }), context);
    expect(await look('192.168.33.7')).toMatchObject({
      holds: false,
      saw: 'its address is 192.168.33.8, and was 192.168.33.7',
    });
    expect(await look('192.168.33.8')).toMatchObject({ holds: true });
  });
});
