import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Observation } from '../../src/core/failure.ts';
import { fabric } from '../../src/fabric/fabric.ts';
import { joinSightings } from '../../src/pages/page-data.ts';
import { topologyOf } from '../../src/pages/topology.ts';
import { elementStates, type Sighting } from '../../src/report/element-states.ts';
import { elementId, type Topology } from '../../src/report/topology.ts';
import { elementNumbers, topologySvg } from '../../src/report/topology-svg.ts';

const topology = topologyOf(fabric()) as Topology;
const sighting = (address: string, evidence: readonly Observation[] = [], more: Partial<Sighting> = {}): Sighting => ({
  ...{ address, key: /\[(.*)\]/.exec(address)?.[1], standing: 'proved', at: 1, evidence, sets: new Set() },
  ...more,
});
const standing = (sightings: readonly Sighting[], id: string): string | undefined =>
  elementStates(topology, sightings).get(id)?.standing;

describe('the states of a topology', () => {
  it('are unproved until something proves them', () => {
    const states = elementStates(topology, []);
    expect(new Set([...states.values()].map((each) => each.standing))).toEqual(new Set(['unproved']));
    expect(states.size).toBe(17 + 23 + 21 + 19);
  });

  it('follow the step that was made for a node or a link', () => {
    expect(standing([sighting('leaf[leaf1]')], elementId.node('leaf1'))).toBe('proved');
    expect(standing([sighting('leaf[leaf1]', [], { standing: 'broken' })], elementId.node('leaf1'))).toBe('broken');
    expect(standing([sighting('link[client1:eth1--leaf1:e1-2]')], elementId.link('client1:eth1--leaf1:e1-2'))).toBe(
      'proved',
    );
  });

  it('name the one session that is down, and leave the others of its router up', () => {
    const seen = [{ probe: 'BGP leaf1', holds: false, saw: '5 of 6 Established (e1-49 Active)' }];
    const told = [sighting('sessions[leaf1]', seen, { standing: 'broken' })];
    expect(standing(told, elementId.session('underlay spine1–leaf1'))).toBe('broken');
    expect(standing(told, elementId.session('underlay spine2–leaf1'))).toBe('proved');
  });

  it('let an established session prove the cable that carries it', () => {
    const told = [sighting('all', [{ probe: 'BGP leaf1', holds: true, saw: '6 of 6 Established' }])];
    expect(standing(told, elementId.link('spine1:e1-1--leaf1:e1-49'))).toBe('proved');
  });

  it('prove an address by the step that sets it', () => {
    const told = [sighting('leaf[leaf1]', [], { sets: new Set(['10.0.1.1']) })];
    expect(standing(told, elementId.address('leaf1', '10.0.1.1'))).toBe('proved');
  });

  it('has nothing to draw for a model of another kind', () => {
    expect(topologyOf(undefined)).toBeUndefined();
    expect(topologyOf({ links: [] })).toBeUndefined();
  });

  it('draws every node, address, link and session, and takes hostile names for text', () => {
    const hostile = '<script>alert(1)</script>';
    const svg = topologySvg({
      ...topology,
      nodes: [...topology.nodes, { name: hostile, role: '"><b>', addresses: [] }],
    });
    expect(new Set([...svg.matchAll(/data-el="(\d+)"/g)].map(([, number]) => number)).size).toBe(81);
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;');
  });

  it('are gone after a way down, until a run builds again', () => {
    const built = joinSightings([], [sighting('leaf[leaf1]'), sighting('leaf[leaf2]')], 'deploy');
    const taken = joinSightings(built, [sighting('leaf[leaf1]', [], { standing: 'gone' })], 'teardown');
    expect([standing(taken, elementId.node('leaf1')), standing(taken, elementId.node('leaf2'))]).toEqual([
      'gone',
      'gone',
    ]);
    const again = joinSightings(taken, [sighting('leaf[leaf1]')], 'deploy');
    expect(standing(again, elementId.node('leaf1'))).toBe('proved');
    expect(standing(again, elementId.node('leaf2'))).toBe('unproved');
  });

  it('draws the picture that the documents show', () => {
    const all = [...elementNumbers(topology).keys()];
    const states = new Map(all.map((id) => [id, { standing: 'proved' as const, evidence: [] }]));
    const shown = readFileSync(new URL('../../docs/topology.svg', import.meta.url), 'utf8').trimEnd();
    expect(topologySvg(topology, { states }), 'made anew by `lab graph --topology` after deploy and verify').toBe(
      shown,
    );
  });

  it('draws two hundred nodes', () => {
    const large = topologyOf(
      fabric({ spines: 4, leaves: 40, nodes: 64, clients: 28, pods: '10.64.0.0/12' }),
    ) as Topology;
    const svg = topologySvg(large);
    expect([...svg.matchAll(/data-node="/g)]).toHaveLength(201);
  });
});
