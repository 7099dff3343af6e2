import { describe, expect, it } from 'vitest';
import { serviceJoin } from '../../steps/service/join.ts';
import { scripted } from './scripted-context.ts';

const links = [
  { name: 'spine1--leaf1', kind: 'fabric' },
  { name: 'spine1--leaf2', kind: 'fabric' },
  { name: 'node1--mgmt', kind: 'mgmt' },
  { name: 'node2--mgmt', kind: 'mgmt' },
];
const traced = (facts: object) => `{"type":"run.started"}\n${JSON.stringify({ type: 'run.finished', facts })}\n`;
const a = traced({
  host: 'a',
  hops: { 'spine1--leaf1': 40, 'spine1--leaf2': 30, 'node1--mgmt': 4 },
  answers: 0,
  requests: 60,
});
const b = traced({ host: 'b', hops: { 'spine1--leaf2': 33, 'node1--mgmt': 5 }, answers: 60, requests: 60 });

const join = (files: Readonly<Record<string, string>>, hosts = ['a', 'b']) => {
  const { context } = scripted(() => undefined, { readFile: async (path) => files[path.split('/').at(-1) ?? ''] });
  const traces = Object.keys(files).map((name) => `/traces/${name}`);
  return serviceJoin.run(serviceJoin.input.parse({ traces, hosts, links, remedy: 'try this' }), context);
};

describe('what was counted on each host', () => {
  it('is joined by link, a link between hosts counted once', async () => {
    expect(await join({ a, b })).toEqual({
      verdict: '60 of 60 requests answered; 5 packets left the fabric over the management network; try this',
      hops: { 'spine1--leaf1': 40, 'spine1--leaf2': 33, 'node1--mgmt': 5 },
      ends: { 'spine1--leaf2': { a: 30, b: 33 }, 'node1--mgmt': { a: 4, b: 5 } },
    });
  });

  it.each<[string, Record<string, string>, string]>([
    ['of one host', { b }, 'no trace is of a: what was seen there is not known'],
    ['of one host twice', { a, a2: a, b }, 'two traces are of a'],
    ['of a stranger', { a, b, c: b.replace('"b"', '"c"') }, 'a trace is of c, and the hosts of the lab are a, b'],
    [
      'that nobody asked in',
      { a, b: b.replace('"answers":60', '"answers":0') },
      'no client was answered on any of a, b',
    ],
    ['that is none', { a, b: 'x' }, '/traces/b does not hold what `lab run trace --json` prints'],
    ['that was cut off', { a, b: b.slice(0, -9) }, '/traces/b does not hold what'],
    ['of a lab on one host', { a, b: traced({ hops: {}, verdict: '' }) }, '/traces/b does not hold what'],
  ])('%s is refused', async (_, files, message) => {
    await expect(join(files)).rejects.toThrow(message);
  });
});
