import { describe, expect, it } from 'vitest';
import { ciliumApi, misfits, refusedValues } from '../../steps/cilium/versions.ts';
import { isAtLeast, minorOf, releaseIn } from '../../steps/shared/release.ts';
import { missingPorts, syntaxOf } from '../../steps/srlinux/syntax.ts';

describe('releases', () => {
  it.each([
    ['v1.28.3', [1, 28, 3]],
    ['cilium-cli: v0.15.14 compiled with go1.21.4 on linux/amd64', [0, 15, 14]],
    ['25.10.4-336', [25, 10, 4]],
    ['1.15', [1, 15, 0]],
    ['latest', undefined],
  ])('reads %j', (text, expected) => {
    expect(releaseIn(text)).toEqual(expected);
  });

  it('compares part by part, as numbers', () => {
    expect(isAtLeast('1.16.0', '1.9.9')).toBe(true);
    expect(isAtLeast('24.3.3', '24.7')).toBe(false);
    expect(isAtLeast('24.7.1', '24.7')).toBe(true);
    expect(isAtLeast('nothing', '0.0.0')).toBe(false);
    expect(minorOf('v1.33.1')).toBe('1.33');
  });
});

describe('Cilium by release', () => {
  it.each([
    ['1.14.3', 'bgp-peering-policy', 'cilium.io/v2alpha1', 'cidrs', 'cilium'],
    ['1.15.19', 'bgp-peering-policy', 'cilium.io/v2alpha1', 'blocks', 'cilium-dbg'],
    ['1.16.0', 'bgp-cluster-config', 'cilium.io/v2alpha1', 'blocks', 'cilium-dbg'],
    ['1.17.4', 'bgp-cluster-config', 'cilium.io/v2alpha1', 'blocks', 'cilium-dbg'],
    ['1.18.14', 'bgp-cluster-config', 'cilium.io/v2', 'blocks', 'cilium-dbg'],
    ['1.20.3', 'bgp-cluster-config', 'cilium.io/v2', 'blocks', 'cilium-dbg'],
  ])('%s takes %s in %s, a pool of %s, and %s inside the agent', (version, resources, api, poolField, agentCommand) => {
    expect(ciliumApi(version)).toMatchObject({ resources, bgp: api, pool: api, poolField, agentCommand });
  });

  it('waits for the definitions of the kinds it creates', () => {
    expect(ciliumApi('1.14.3').crds).toEqual({
      bgp: ['ciliumbgppeeringpolicies.cilium.io'],
      pool: ['ciliumloadbalancerippools.cilium.io'],
    });
    expect(ciliumApi('1.18.0').crds.bgp).toHaveLength(3);
  });

  it('says why a command line or a cluster does not go with it', () => {
    expect(misfits({ cilium: '1.14.3', commandLine: '0.15.23', kubernetes: 'v1.28.3' })).toEqual([]);
    expect(misfits({ cilium: '1.14.3', commandLine: '0.19.7' })).toHaveLength(1);
    expect(misfits({ cilium: '1.18.14', commandLine: '0.15.14' })).toHaveLength(1);
    expect(misfits({ cilium: '1.15.6', commandLine: '0.19.7' })).toEqual([
      'the cilium command 0.19.7 installs Cilium from 1.16 on, and 1.15.6 is older',
    ]);
    expect(misfits({ cilium: '1.18.14', commandLine: '0.19.7', kubernetes: '1.33.1' })).toEqual([]);
    expect(misfits({ cilium: '1.18.14', kubernetes: '1.34.0' })[0]).toContain('1.30 to 1.33');
    expect(misfits({ cilium: '1.18.14', kernel: '5.4.0-150-generic' })[0]).toContain('a kernel from 5.10 on');
    expect(misfits({ cilium: '1.18.14', kernel: '6.1.0-18-amd64' })).toEqual([]);
    expect(misfits({ cilium: '1.14.3', kernel: '5.4.0-150-generic' })).toEqual([]);
    expect(misfits({ cilium: 'newest' })).toEqual(['"newest" is no version of Cilium']);
  });

  it.each([
    ['1.15.6', '0.16.24'],
    ['1.16.5', '0.19.7'],
    ['1.17.3', '0.19.7'],
    ['1.14.3', '0.16.0'],
  ])('%s goes with %s, as the command itself decides it', (cilium, commandLine) => {
    expect(misfits({ cilium, commandLine })).toEqual([]);
  });

  it('refuses values that charts of the release refuse', () => {
    expect(refusedValues('1.14.3', { tunnel: 'disabled' })).toEqual([]);
    expect(refusedValues('1.15.0', { tunnel: 'disabled' })).toHaveLength(1);
    expect(refusedValues('1.18.14', { kubeProxyReplacement: 'strict' })).toHaveLength(1);
    expect(refusedValues('1.18.14', { kubeProxyReplacement: true })).toEqual([]);
  });
});

describe('SR Linux by release', () => {
  it('has three ways to say how many equal paths there may be', () => {
    expect(syntaxOf('23.7.1').multipath).toEqual(['max-paths-level-1', 'max-paths-level-2']);
    expect(syntaxOf('24.3.3').multipath).toEqual(['max-paths-level-1', 'max-paths-level-2']);
    expect(syntaxOf('24.7.2').multipath).toEqual(['maximum-paths']);
    expect(syntaxOf('25.10.4-336').multipath).toEqual(['ebgp maximum-paths', 'ibgp maximum-paths']);
  });

  it('names policies as a list from 24.7 on', () => {
    expect(syntaxOf('24.3.3').open).toBe('');
    expect(syntaxOf('24.7.1').open).toBe('[ ');
  });

  it('knows where a chassis ends', () => {
    expect(missingPorts('leaf', ['e1-1', 'e1-56', 'e1-57'])).toEqual(['e1-57']);
    expect(missingPorts('spine', ['e1-32', 'e1-33'])).toEqual(['e1-33']);
  });
});
