// The checks themselves can fail: what the makers' schemas refuse is refused.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schemasFolder } from '../../scripts/schemas/checks.ts';
import { definitionsIn, manifestFaults, topologyFaults } from '../../scripts/schemas/json-schema.ts';
import { hasTool, kubectlFaults, routerFaults } from '../../scripts/schemas/real-tools.ts';
import { cilium, echo, topology } from '../../scripts/schemas/renders.ts';

const folder = schemasFolder() ?? '';
const there = folder !== '';

describe.skipIf(!there)('schemas', () => {
  it.each([
    ['1.16', '1.14.3', 'what the pool of 1.14 says is unknown in 1.16'],
    ['1.14.0', '1.18.0', 'the kinds of 1.18 are unknown in 1.14'],
    ['1.19', '1.15.0', 'the peering policy is gone in 1.19'],
  ])('of Cilium %s refuse resources for %s: %s', async (definitions, version) => {
    const known = definitionsIn(join(folder, 'cilium', definitions));
    const faults = (await cilium({}, version)).flatMap(({ text }) => manifestFaults(known, text));
    expect(faults).not.toEqual([]);
  });

  it('of Cilium 1.18 refuse a mask on the address of a peer', async () => {
    const known = definitionsIn(join(folder, 'cilium', '1.18'));
    const [bgp] = await cilium({}, '1.18.14');
    const masked = bgp?.text.replace('192.168.1.1', '192.168.1.1/32') ?? '';
    expect(manifestFaults(known, masked)).not.toEqual([]);
  });

  it('of containerlab 0.79 refuse an unknown chassis and an unknown key', async () => {
    const file = join(folder, 'containerlab', 'clab.schema-v0.79.0.json');
    const { text } = await topology({}, '0.79.0');
    expect(topologyFaults(file, text.replace('ixr-d2l', 'ixr-d2x'))).not.toEqual([]);
    expect(topologyFaults(file, text.replace('kind: linux', 'kid: linux'))).not.toEqual([]);
  });

  it.skipIf(!hasTool('yanglint'))('of SR Linux 25.3.1 refuse the words of 23.7', { timeout: 60_000 }, async () => {
    const line = 'set / network-instance default protocols bgp afi-safi ipv4-unicast multipath max-paths-level-1 64\n';
    const faults = await routerFaults(join(folder, 'srlinux', 'check'), '25.3.1', [{ name: 'a.cfg', text: line }]);
    expect(faults.join('\n')).toContain('max-paths-level-1');
  });
});

describe.skipIf(!hasTool('kubectl'))('kubectl', () => {
  it('loses a field it does not know, and that is told', async () => {
    const { text } = await echo({});
    expect(await kubectlFaults(text.replace('maxSkew', 'maxScrew'))).toEqual([
      'Deployment: kubectl does not know .spec.template.spec.topologySpreadConstraints.0.maxScrew',
    ]);
  });
});
