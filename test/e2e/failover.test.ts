// The embedded lab loses a node: the service goes on for every client, and all is put back, also when the run is ended in the middle.
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, openLab, outcomesOf } from '../rig/lab.ts';

const tools = ['/usr/lib/frr/zebra', '/usr/sbin/nginx', '/usr/sbin/iptables-restore'];
const missing = process.getuid?.() === 0 ? tools.filter((tool) => !existsSync(tool)) : ['root'];

describe.skipIf(missing.length > 0)(
  `failover${missing.length > 0 ? ` (skipped: needs ${missing.join(', ')})` : ''}`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = openLab();
      expect((await lab.run('run', 'deploy', '--variant', 'frr-netns', '--yes', '--quiet')).code).toBe(0);
    });
    afterAll(() => lab[Symbol.asyncDispose]());

    const failover = ['run', 'failover', '--json'];
    /** Next hops of the service address on the leaf without nodes. */
    const nextHops = async (): Promise<number> => {
      const command = 'show ip route vrf ip-vrf-1 192.168.33.10/32 json';
      const { stdout } = await lab.run('exec', 'leaf4', '--', 'vtysh', '-c', command);
      return [...stdout.matchAll(/"fib":true/g)].length;
    };
    const untilLost = async (): Promise<void> => {
      while ((await nextHops()) !== 2) await pause(50);
    };
    const changes = async (): Promise<string[]> => {
      const { code, stdout } = await lab.run('run', 'deploy', '--json');
      expect(code).toBe(0);
      return Object.entries(outcomesOf(stdout)).flatMap(([address, outcome]) =>
        outcome === 'changed' ? [address] : [],
      );
    };
    const factsOf = (stdout: string): { verdict: string; missed: Record<string, number> } =>
      JSON.parse(stdout.trim().split('\n').at(-1) ?? '').facts;

    it.each(['session', 'port'])(
      'goes on for all clients when the %s of a node is lost, and has it back',
      async (failure) => {
        const done = await lab.run(...failover, '--set', `failure=${failure}`);
        expect(done.stderr).toBe('');
        expect(done.code).toBe(0);
        const { verdict, missed } = factsOf(done.stdout);
        expect(verdict).toMatch(/^cluster1 was lost, and all 4 clients were answered/);
        expect(Object.keys(missed)).toEqual(['client1', 'client2', 'client3', 'client4']);
        // Its leaf goes on sending to the node until the hold time is over, and its own client has no other way.
        if (failure === 'port') expect(missed['client1']).toBeGreaterThan(0);
        expect(await nextHops()).toBe(3);
        expect(await changes()).toEqual([]);
      },
    );

    it('is refused for a node that is not there, by the names of those that are', async () => {
      const refused = await lab.run(...failover, '--set', 'node=cluster9');
      expect(refused.code).toBe(1);
      expect(refused.stdout).toContain('there is no node cluster9; there are cluster1, cluster1-m02, cluster1-m03');
    });

    it('brings the node back when the run is stopped in the middle', async () => {
      const stopped = lab.start(...failover, '--set', 'node=cluster1-m02');
      await untilLost();
      stopped.child.kill('SIGTERM');
      expect((await stopped.ended).code).toBe(143);
      expect(await changes()).toEqual([]);
      expect(await nextHops()).toBe(3);
    });

    it('of a run that was killed in the middle is undone by resume, or healed by deploy', async () => {
      for (const next of ['resume', 'deploy'] as const) {
        const killed = lab.start(...failover);
        await untilLost();
        killed.child.kill('SIGKILL');
        await killed.ended;
        if (next === 'resume') {
          const resumed = await lab.run('resume', '--survivors', 'end', '--json');
          expect(resumed.stderr).toBe('');
          expect(resumed.code).toBe(0);
        } else expect(await changes()).toEqual(expect.arrayContaining(['leaf[leaf1]', 'service[cluster1-m02]']));
        expect(await changes()).toEqual([]);
        expect((await lab.run('run', 'verify', '--quiet')).code).toBe(0);
      }
    });
  },
);
