// minikube's command line for real: its flags, and what it says of profiles. Its images can't be had, so it starts nothing.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minikubeStart } from '../../steps/minikube/cluster.ts';
import { clusterStatus, profileIn } from '../../steps/minikube/status.ts';
import { lacking, program, release } from './rig/programs.ts';

const minikube = program('minikube', release('minikube'));
const missing = lacking([minikube]);

describe.skipIf(missing !== '')(`${minikube.name}${missing}`, () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'lab-minikube-'));
    const profile = join(home, '.minikube/profiles/cluster1');
    mkdirSync(profile, { recursive: true });
    const kubernetes = { KubernetesVersion: 'v1.33.1', ContainerRuntime: 'docker', NetworkPlugin: 'cni', CNI: 'false' };
    const node = { Port: 8443, KubernetesVersion: 'v1.33.1', Worker: true };
    writeFileSync(
      join(profile, 'config.json'),
      JSON.stringify({
        Name: 'cluster1',
        Driver: 'docker',
        KubernetesConfig: { ClusterName: 'cluster1', ...kubernetes },
        Nodes: [
          { ...node, Name: '', IP: '192.168.49.2', ControlPlane: true },
          { ...node, Name: 'm02', IP: '192.168.49.3', ControlPlane: false },
        ],
        MultiNodeRequested: true,
      }),
    );
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const ask = (...args: string[]) => {
    const env = { PATH: `${minikube.bin}:${process.env['PATH']}`, HOME: home, MINIKUBE_HOME: home };
    return spawnSync('minikube', args, { env, encoding: 'utf8' });
  };

  it('knows every flag it is started with', () => {
    const all = { profile: 'cluster1', nodes: 3, kubernetes: 'v1.33.1', runtime: 'docker', networkPlugin: 'cni' };
    const more = { cni: 'false', cpus: 2, memory: '3g', subnet: '192.168.58.0/24' };
    const command = minikubeStart.describe?.(minikubeStart.input.parse({ ...all, ...more })) ?? '';
    const [, ...args] = command.split(' ');
    expect(args).toContain('--memory=3g');
    // It reads all flags before it heeds this one.
    expect(ask(...args, '--help')).toMatchObject({ status: 0 });
    expect(ask(...args, '--no-such-flag', '--help').stderr).toContain('unknown flag: --no-such-flag');
    for (const other of [
      ['node', 'add', '-p', 'cluster1'],
      ['delete', '-p', 'cluster1'],
      ['status', '-p', 'cluster1', '-o', 'json'],
      ['profile', 'list', '-o', 'json'],
    ])
      expect(ask(...other, '--help')).toMatchObject({ status: 0 });
  });

  it('tells how a profile was set up, whose containers are gone', () => {
    expect(profileIn(ask('profile', 'list', '-o', 'json').stdout, 'cluster1')).toEqual({
      kind: 'profile',
      profile: { nodes: 2, kubernetes: 'v1.33.1', runtime: 'docker', networkPlugin: 'cni', cni: 'false' },
    });
  });

  it('tells that containers of a profile are gone, and that a profile is not there', () => {
    const gone = ask('status', '-p', 'cluster1', '-o', 'json');
    expect(clusterStatus(gone.status, gone.stdout)).toEqual({ kind: 'broken' });
    const none = ask('status', '-p', 'nosuch', '-o', 'json');
    expect(clusterStatus(none.status, none.stdout)).toEqual({ kind: 'none' });
    expect(profileIn(ask('profile', 'list', '-o', 'json').stdout, 'nosuch')).toEqual({ kind: 'none' });
  });
});
