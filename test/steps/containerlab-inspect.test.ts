import { describe, expect, it } from 'vitest';
import { labNodes } from '../../steps/containerlab-inspect.ts';
import { sample } from './samples.ts';

describe('what containerlab says of a lab', () => {
  it('is a list up to 0.67', () => {
    expect(labNodes(sample('containerlab-inspect-v0.48-docs.json'), 'srlceos01').map(({ kind }) => kind)).toEqual([
      'srl',
      'ceos',
    ]);
  });

  it('is a map by lab from 0.68', () => {
    const nodes = labNodes(sample('containerlab-inspect-v0.79-docs.json'), 'vlan');
    expect(nodes.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'clab-vlan-client1 running',
      'clab-vlan-client2 running',
    ]);
  });

  it('is a map with one list called containers in releases between', () => {
    const list = sample('containerlab-inspect-v0.48-docs.json');
    expect(labNodes(`{"containers":${list}}`, 'srlceos01')).toHaveLength(2);
    expect(labNodes('{"containers":null}', 'srlceos01')).toEqual([]);
  });

  it('is nothing for another lab, for a message, and when a log stands before it the rest counts', () => {
    expect(labNodes(sample('containerlab-inspect-v0.79-docs.json'), 'srlk8s')).toEqual([]);
    expect(labNodes('no containers found', 'srlk8s')).toEqual([]);
    const logged = `INFO[0000] Parsing & checking topology file: lab.clab.yml\n${sample('containerlab-inspect-v0.79-docs.json')}`;
    expect(labNodes(logged, 'vlan')).toHaveLength(2);
  });
});
