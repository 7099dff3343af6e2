import { describe, expect, it } from 'vitest';
import { linesIn, missingIn } from '../../steps/frr/running.ts';

const file = `hostname leaf1
vrf ip-vrf-1
 vni 1111
exit-vrf
router bgp 64321
 neighbor overlay peer-group
 address-family l2vpn evpn
  neighbor overlay activate
  vni 1
   rd 10.0.1.1:1
   route-target import 64321:1
  exit-vni
 exit-address-family
exit
`;
const running = `Building configuration...

Current configuration:
!
frr version 8.4.4
hostname leaf1
service integrated-vtysh-config
!
router bgp 64321
 neighbor overlay peer-group
 !
 address-family l2vpn evpn
  vni 1
  exit-vni
  neighbor overlay activate
 exit-address-family
exit
!
vrf ip-vrf-1
 vni 1111
 netns /run/netns/ip-vrf-1
exit-vrf
end
`;

describe('what a daemon goes by', () => {
  it('is compared line by line, in any order, without what FRRouting works out by itself', () => {
    expect(missingIn(file, running)).toEqual([]);
  });

  it.each([
    [' vni 1111\n', 'vrf ip-vrf-1 / vni 1111'],
    ['  neighbor overlay activate\n', 'router bgp 64321 / address-family l2vpn evpn / neighbor overlay activate'],
  ])('lacks a line in its block: %j', (line, missing) => {
    expect(missingIn(file, running.replace(line, ''))).toEqual([missing]);
  });

  it('tells a line of one block from the same in another', () => {
    const lines = linesIn(
      'router bgp 1\n address-family ipv4 unicast\n  maximum-paths 2\n address-family ipv6 unicast\n',
    );
    expect([...lines]).toContain('router bgp 1 / address-family ipv4 unicast / maximum-paths 2');
    expect([...lines]).not.toContain('router bgp 1 / address-family ipv6 unicast / maximum-paths 2');
  });

  it('takes a route target of another VNI for no default', () => {
    expect(missingIn(file.replace('64321:1\n', '64321:7\n'), running)).toEqual([
      'router bgp 64321 / address-family l2vpn evpn / vni 1 / route-target import 64321:7',
    ]);
  });
});
