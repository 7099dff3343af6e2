// Every sentence that docs/troubleshooting.md puts into lab's mouth is one it says, and every place it names is there.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { builtIn } from '../../steps/index.ts';
import { openStandInHost } from './rig.ts';
import { ofBalancers } from './said/of-balancers.ts';
import { ofFabric } from './said/of-fabric.ts';
import { ofHostAndCluster } from './said/of-host-and-cluster.ts';

const page = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8');
const quotesIn = (text: string): readonly string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, quote = '']) => quote);
const rows = page
  .split('\n')
  .filter((line) => /^\| (?!---|what happens)/.test(line))
  .map((line) => {
    const [, , says = '', , where = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    return { line, says, where };
  });
/** What lab says; a row that begins with "nothing" quotes commands, not lab. */
const quotes = rows.filter(({ says }) => !says.startsWith('nothing: ')).flatMap(({ says }) => quotesIn(says));

/** A quote as a pattern: an ellipsis stands for anything. */
const patternOf = (quote: string): RegExp =>
  new RegExp(quote.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '[\\s\\S]*'));

describe('the page about trouble', () => {
  const said = { ...ofHostAndCluster, ...ofFabric, ...ofBalancers };
  // What only a whole run says: of this host, and of the first steps.
  const byRun = [
    'containerlab >=0.70.0  0.40.0  ->  …',
    'CPU feature ssse3  not there',
    'fs.inotify.max_user_instances of at least 512  128',
    'memory of the host: MemTotal: …',
    'docker: exit 1: … permission denied',
    'room for neighbors: 1024 …',
  ];

  it('quotes nothing that no test makes lab say', () => {
    const known = [...Object.keys(said), ...byRun];
    expect(quotes.filter((quote) => !known.includes(quote))).toEqual([]);
    expect(known.filter((quote) => !quotes.includes(quote))).toEqual([]);
  });

  it.each(Object.entries(said))('%s', async (quote, say) => {
    expect(await say()).toMatch(patternOf(quote));
  });

  it('names steps, types and requirements that are there', () => {
    const steps = ['srl-cilium', 'srl-metallb'].flatMap((variant) =>
      readFileSync(new URL(`../../workflows/${variant}/deploy.yaml`, import.meta.url), 'utf8').match(
        /(?<=^ +- id: |^ +id: )\S+/gm,
      ),
    );
    const known = [...steps, ...builtIn.steps.keys(), ...builtIn.probes.keys()];
    const required = Object.keys(
      (parse(readFileSync(new URL('../../workflows/srl-cilium/variant.yaml', import.meta.url), 'utf8')) as Variant)
        .requires,
    );
    for (const { where, line } of rows)
      for (const name of quotesIn(where))
        expect(
          name === 'requires' || known.includes(name) || required.includes(name.replace('requires.', '')),
          line,
        ).toBe(true);
  });

  it('tells of a host that lacks something in the words of the page', async () => {
    const variant = [
      ...['name: lacking', 'extends: srl-cilium', 'order: 1', 'requires:', '  cpus: null', '  cpuFlags: [ssse9]'],
      '  sysctl: { fs.inotify.max_user_instances: 999999999 }',
    ];
    const files = { 'workflows/lacking/variant.yaml': `${variant.join('\n')}\n` };
    await using host = openStandInHost('srl-cilium', { containerlab: '0.40.0' }, files);
    const { code, stdout, stderr } = await host.lab('run', 'deploy', '--variant', 'lacking', '--no-tty');
    expect(code).toBe(4);
    const told = `${stdout}${stderr}`
      .replace(/ {2,}/g, '  ')
      .replace('ssse9', 'ssse3')
      .replace(/999999999 {2}\d+/, '512  128');
    for (const quote of byRun.slice(0, 3)) expect(told).toMatch(patternOf(quote));
  });

  it('tells of too little memory, and of a docker that may not be asked, in the words of the page', async () => {
    await using host = openStandInHost('srl-cilium');
    const message = 'permission denied while trying to connect to the docker API at unix:///var/run/docker.sock';
    host.order({ on: 'docker version', do: 'fail', times: 99, message: `error: ${message}` });
    const { stdout } = await host.lab('run', 'deploy', '--variant', 'tried', '--no-tty', '--set', 'hostMemory=100000');
    for (const quote of byRun.slice(3, 5)) expect(stdout).toMatch(patternOf(quote));
    expect(Object.keys(host.world().containers)).toEqual([]);
  });

  it('tells before a large embedded lab is built how much room its neighbors need, in the words of the page', async () => {
    const real = (file: string): string =>
      readFileSync(new URL(`../../workflows/frr-netns/${file}`, import.meta.url), 'utf8');
    const variant = real('variant.yaml')
      .replace('name: frr-netns', 'name: embedded')
      .replace(/^requires:\n(?: .*\n)+/m, '');
    await using host = openStandInHost(
      'srl-cilium',
      {},
      {
        'workflows/embedded/variant.yaml': variant,
        'workflows/embedded/deploy.yaml': real('deploy.yaml'),
      },
    );
    const sysctl = join(dirname(host.state), 'bin', 'sysctl');
    writeFileSync(sysctl, '#!/bin/sh\necho 1024\necho 1024\n', { mode: 0o755 });
    const large = ['--set', 'spines=16', '--set', 'leaves=128'];
    const { code, stdout } = await host.lab('run', 'deploy', '--variant', 'embedded', '--only', 'capsule', ...large);
    expect(code).toBe(1);
    expect(stdout).toMatch(patternOf(byRun[5] ?? ''));
    expect(stdout).toMatch(
      /sysctl -w net\.ipv4\.neigh\.default\.gc_thresh3=1024 net\.ipv6\.neigh\.default\.gc_thresh3=5120/,
    );
  });
});

interface Variant {
  readonly requires: Readonly<Record<string, unknown>>;
}
