// Every answer of a stand-in says where it is from, and containerlab's keeps what the real one keeps.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStandInHost } from './rig.ts';
import { commandOf, sources } from './sources.mjs';

const each = Object.entries(sources).flatMap(([tool, commands]) =>
  Object.entries(commands).map(([command, source]) => ({ name: `${tool} ${command}`, source })),
);

describe('the source of an answer', () => {
  it.each(each)('of $name names a release and a file, or the run it was recorded from', ({ source }) => {
    for (const part of source.split('; ').slice(0, 1))
      expect(part).toMatch(/^recorded: .*\d+\.\d+|^read: \S+ (?:\S+, )*v?\d[\w.]*.*, .*\.(?:go|yang|c|conf)/);
  });

  it('is demanded: a command without one is a fault of the stand-in', async () => {
    expect(commandOf('minikube', ['profile', 'list', '-o', 'json'])).toBe('profile list');
    await using host = openStandInHost('srl-cilium');
    expect(await host.tool('docker', 'commit', 'leaf1')).toMatchObject({
      code: 70,
      stderr: expect.stringContaining('no source for its answers'),
    });
  });

  it('stands in the file of what rehearsals take for outputs', () => {
    const file = new URL('../../workflows/srl-cilium/rehearsal/stand-ins.yaml', import.meta.url);
    const [, ...parts] = readFileSync(file, 'utf8').split(/^# (?=\w+ v\d|The variant)/m);
    expect(parts.map((part) => /^\w+:/m.exec(part)?.[0])).toEqual(['cluster:', 'resources:', 'service:']);
  });
});

describe('containerlab’s stand-in', () => {
  const topology =
    'name: lab\ntopology:\n  nodes:\n    leaf1: { kind: nokia_srlinux, startup-config: leaf1.cfg }\n  links: []\n';
  const config = (as: number) =>
    `network-instance default protocols bgp autonomous-system 65001\nnetwork-instance default protocols bgp neighbor 10.1.0.${as} peer-group overlay\n`;

  it('boots a router with what an earlier lab of the name left, unless it is told to reconfigure', async () => {
    await using host = openStandInHost('srl-cilium');
    const folder = mkdtempSync(join(tmpdir(), 'lab-stand-in-'));
    const run = async (...args: string[]) =>
      expect((await host.tool('containerlab', ...args, '-t', join(folder, 'lab.clab.yml'))).code).toBe(0);
    const neighbors = async () => {
      const asked = 'info from state network-instance default protocols bgp neighbor * | as json';
      const { stdout } = await host.tool('docker', 'exec', 'leaf1', 'sr_cli', '--', asked);
      return [...stdout.matchAll(/"peer-address": "([^"]+)"/g)].map(([, address]) => address);
    };
    try {
      writeFileSync(join(folder, 'lab.clab.yml'), topology);
      writeFileSync(join(folder, 'leaf1.cfg'), config(1));
      await run('deploy');
      expect(await host.tool('docker', 'exec', 'leaf1', 'netstat')).toMatchObject({ code: 126 });
      writeFileSync(join(folder, 'leaf1.cfg'), config(2));
      await run('destroy');
      await run('deploy');
      expect(await neighbors()).toEqual(['10.1.0.1']);
      await run('deploy', '--reconfigure');
      expect(await neighbors()).toEqual(['10.1.0.2']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
