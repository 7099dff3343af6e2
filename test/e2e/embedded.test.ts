// The embedded variant for real: deployed, verified, broken, healed, killed, resumed and taken down, with the program as users run it.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, openLab, openLabAsNobody, outcomesOf, textOfFile } from '../rig/lab.ts';

const root = process.getuid?.() === 0;
const tools = ['/usr/lib/frr/zebra', '/usr/sbin/nginx', '/usr/sbin/iptables-restore'];
const missing = root
  ? tools.filter(
      (tool) => !execFileSync('sh', ['-c', `[ -x ${tool} ] && echo yes || true`], { encoding: 'utf8' }).includes('yes'),
    )
  : ['root'];
const here = missing.length === 0;

/** Processes of the capsule of a state folder; the first one carries the mark. */
const marked = (state: string): number[] =>
  readdirSync('/proc')
    .filter(
      (name) => /^\d+$/.test(name) && textOfFile(`/proc/${name}/environ`).split('\0').includes(`LAB_CAPSULE=${state}`),
    )
    .map(Number);

const changed = (outcomes: Readonly<Record<string, string>>): string[] =>
  Object.entries(outcomes)
    .filter(([, outcome]) => outcome === 'changed')
    .map(([address]) => address)
    .sort();

describe.skipIf(!here)(`the embedded variant${here ? '' : ` (skipped: needs ${missing.join(', ')})`}`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = openLab();
    const deployed = await lab.run('run', 'deploy', '--yes', '--json');
    expect(deployed.stderr).toBe('');
    expect(deployed.code).toBe(0);
  });
  afterAll(async () => {
    await lab[Symbol.asyncDispose]();
  });

  const inside = (place: string, ...argv: string[]) => lab.run('exec', place, '--', ...argv);

  it('answers each client, from every pod', async () => {
    const verified = await lab.run('run', 'verify', '--no-tty');
    expect(verified.stdout).toContain('no packet left the fabric');
    expect(verified.stdout).toMatch(/Answers to client4 +(\d+) of \1 answered: pod1-1 \d+, pod2-1 \d+, pod3-1 \d+/);
    expect(verified.code).toBe(0);
  });

  it('lets a person in', async () => {
    const hello = await inside('client4', 'curl', '-s', 'http://192.168.33.10/path');
    expect(hello.stdout).toMatch(
      /^Server address: 192\.168\.\d+\.\d+:80\nServer name: pod\d-1\nDate: .*\nURI: \/path\nRequest ID: [0-9a-f]{32}\n$/,
    );
    const sessions = await inside('leaf1', 'vtysh', '-c', 'show bgp summary');
    expect(sessions.stdout).toContain('local AS number 64321');
    // So that a shell's prompt says where one is.
    expect((await inside('client4', 'hostname')).stdout).toBe('client4\n');
    const failing = await inside('client1', 'sh', '-c', 'exit 7');
    expect(failing.code).toBe(7);
  });

  it('leaves the processor to whatever else the machine does', async () => {
    const standing =
      'for d in zebra bgpd; do read -r pid <$0/$d.pid; cut -d" " -f19 /proc/$pid/stat; cat /proc/$pid/autogroup 2>/dev/null || :; done';
    const { stdout } = await inside('leaf1', 'sh', '-ec', standing, '/run/lab/leaf1');
    // A kernel without autogroups has no such file, and goes by the first of each pair.
    expect(stdout).toMatch(/^(4\n(\/autogroup-\d+ nice 4\n)?){2}$/);
  });

  it('finds everything satisfied the second time, and changes nothing', async () => {
    const again = await lab.run('run', 'deploy', '--json');
    expect(changed(outcomesOf(again.stdout))).toEqual([]);
    expect(again.code).toBe(0);
    expect((await lab.run('status')).stdout).toContain('steps hold, proved just now');
  });

  it('names a killed bgpd in the plan, and heals just that router', async () => {
    await inside('leaf1', 'sh', '-c', 'kill -KILL $(cat /run/lab/leaf1/bgpd.pid)');
    const plan = JSON.parse((await lab.run('plan', '--json')).stdout) as {
      steps: { address: string; verdict: string; reason: string }[];
    };
    expect(plan.steps.find((step) => step.address === 'leaf[leaf1]')?.reason).toContain('bgpd is not running');
    expect(plan.steps.filter((step) => step.verdict === 'run').map((step) => step.address)).toEqual(['leaf[leaf1]']);
    const healed = await lab.run('run', 'deploy', '--json');
    // The leaf only puts its end of the new cable back into the bridge.
    expect(changed(outcomesOf(healed.stdout))).toEqual(['leaf[leaf1]']);
    expect(healed.code).toBe(0);
  });

  it('brings back a deleted namespace with its cables and what ran in it', async () => {
    await inside('cluster1', 'ip', 'netns', 'del', 'client2');
    const healed = await lab.run('run', 'deploy', '--json');
    // The leaf only puts its end of the new cable back into the bridge.
    expect(changed(outcomesOf(healed.stdout))).toEqual([
      'client[client2]',
      'leaf[leaf2]',
      'link[client2:eth1--leaf2:e1-2]',
      'namespace[client2]',
    ]);
    expect((await lab.run('run', 'verify', '--quiet')).code).toBe(0);
  });

  it('ends with what is true of a node that was made anew, not with what its neighbors remember of it', async () => {
    // It is refused, and learns the MAC.
    await inside('cluster1-m02', 'curl', '--silent', 'http://192.168.1.11/');
    await inside('cluster1', 'ip', 'netns', 'del', 'cluster1');
    const healed = await lab.run('run', 'deploy', '--quiet');
    const [sessions, own, remembered] = await Promise.all([
      inside('cluster1', 'vtysh', '-c', 'show bgp summary json'),
      inside('cluster1', 'ip', '-j', 'link', 'show', 'eth1'),
      inside('cluster1-m02', 'ip', '-j', 'neigh', 'show', '192.168.1.11'),
    ]);
    expect(healed.code).toBe(0);
    expect(sessions.stdout).toContain('"state":"Established"');
    const [{ address }] = JSON.parse(own.stdout) as [{ address: string }];
    for (const { lladdr } of JSON.parse(remembered.stdout) as { lladdr?: string }[]) expect(lladdr).toBe(address);
    expect((await lab.run('status')).code).toBe(0);
  });

  it('brings back one namespace of a router that has two, with the tunnels between them', async () => {
    for (const name of ['leaf2', 'leaf3-vrf']) {
      await inside('cluster1', 'ip', 'netns', 'del', name);
      const healed = await lab.run('run', 'deploy', '--no-tty');
      expect([healed.code, healed.stdout.slice(-2000)]).toEqual([0, expect.stringContaining('Succeeded')]);
    }
    expect((await lab.run('run', 'verify', '--quiet')).code).toBe(0);
  });

  it('brings back a deleted cable', async () => {
    await inside('spine1', 'ip', 'link', 'del', 'e1-3');
    const healed = await lab.run('run', 'deploy', '--json');
    expect(changed(outcomesOf(healed.stdout))).toContain('link[spine1:e1-3--leaf3:e1-49]');
    expect(healed.code).toBe(0);
    expect((await lab.run('run', 'verify', '--quiet')).code).toBe(0);
  });

  it('refuses a second run beside one, and says who holds the lock', async () => {
    const first = lab.start('run', 'verify', '--set', 'requests=2000', '--json');
    await first.event((event) => event.type === 'run.started');
    const second = await lab.run('run', 'verify');
    expect(second.code).toBe(5);
    expect(second.stderr).toContain(`${first.child.pid}`);
    expect((await first.ended).code).toBe(0);
  });

  it('shrinks by one run that takes away just what is too many', async () => {
    expect((await lab.run('run', 'deploy', '--set', 'leaves=5')).code).toBe(0);
    expect((await lab.run('run', 'deploy', '--set', 'leaves=4')).code).toBe(0);
    const { removed } = JSON.parse((await lab.run('plan', '--json')).stdout);
    expect(removed).toEqual(expect.arrayContaining(['leaf[leaf5]', 'namespace[leaf5]']));
    const pruned = await lab.run('run', 'deploy', '--prune', '--json');
    expect([pruned.code, changed(outcomesOf(pruned.stdout))]).toEqual([0, []]);
    expect(JSON.parse((await lab.run('plan', '--json')).stdout).removed).toEqual([]);
    const verified = await lab.run('run', 'verify');
    expect(verified.code, verified.stdout).toBe(0);
  });

  it('takes everything away, twice, and leaves nothing', async () => {
    const down = await lab.run('run', 'teardown', '--no-tty');
    expect(down.stdout).toContain('no process, namespace or file is left');
    expect(down.code).toBe(0);
    expect(marked(lab.state)).toEqual([]);
    expect((await lab.run('status')).stdout).toContain('Nothing is deployed.');
    expect((await lab.run('run', 'teardown', '--quiet')).code).toBe(0);
    expect((await lab.run('resume')).code).toBe(6);
  });
});

describe.skipIf(!here)('a deploy that is killed', () => {
  /** Kills the program as soon as so many steps have ended, resumes, and proves that the end is the same. */
  const killAfter = async (steps: number): Promise<void> => {
    await using lab = openLab();
    const deploy = lab.start('run', 'deploy', '--yes', '--json');
    let ended = 0;
    await deploy.event((event) => event.type === 'step.finished' && ++ended > steps);
    deploy.child.kill('SIGKILL');
    await deploy.ended;
    const finished = deploy.events.flatMap((event) => (event.type === 'step.finished' ? [event.address] : []));
    const resumed = await lab.run('resume', '--yes', '--json');
    expect(resumed.stderr).toBe('');
    expect(resumed.code).toBe(0);
    // What had finished is proved again and kept; nothing of it is done a second time.
    const twice = changed(outcomesOf(resumed.stdout)).filter((address) => finished.includes(address));
    expect(twice).toEqual([]);
    expect((await lab.run('run', 'verify', '--quiet')).code).toBe(0);
    expect((await lab.run('run', 'teardown', '--quiet')).code).toBe(0);
    expect(marked(lab.state)).toEqual([]);
  };

  // Of the 74 boundaries a few, and each of them with KILLS=all.
  const boundaries =
    process.env['KILLS'] === 'all' ? Array.from({ length: 74 }, (_, steps) => steps) : [0, 1, 10, 25, 45, 55, 68];
  it.each(boundaries)('after %i steps is resumed to the same end', killAfter, 120_000);

  it('by Ctrl-C finishes what runs, says how to go on, and goes on', async () => {
    await using lab = openLab();
    const deploy = lab.start('run', 'deploy', '--yes', '--no-tty');
    await new Promise<void>((resolve) => {
      let text = '';
      deploy.child.stdout?.on('data', (chunk: string) => {
        text += chunk;
        if (text.includes('link[')) resolve();
      });
    });
    deploy.child.kill('SIGINT');
    const interrupted = await deploy.ended;
    expect(interrupted.code).toBe(130);
    expect(interrupted.stdout.trimEnd().split('\n').at(-1)).toContain('npx lab resume');
    expect((await lab.run('resume', '--quiet')).code).toBe(0);
    expect((await lab.run('run', 'verify', '--quiet')).code).toBe(0);
  }, 120_000);

  it('halfway is taken down completely', async () => {
    await using lab = openLab();
    const deploy = lab.start('run', 'deploy', '--yes', '--json');
    await deploy.event((event) => event.type === 'step.finished' && event.address.startsWith('leaf['));
    deploy.child.kill('SIGKILL');
    await deploy.ended;
    expect((await lab.run('run', 'teardown', '--quiet')).code).toBe(0);
    expect(marked(lab.state)).toEqual([]);
    expect((await lab.run('status')).stdout).toContain('Nothing is deployed.');
  }, 120_000);
});

describe.skipIf(!here)('an ordinary user', () => {
  it('deploys, verifies and takes down the lab in a user namespace', async () => {
    await using lab = openLabAsNobody();
    const deployed = await lab.run('run', 'deploy', '--no-tty');
    expect(deployed.stderr).toBe('');
    expect(deployed.code).toBe(0);
    expect((await lab.run('run', 'verify', '--quiet')).code).toBe(0);
    expect((await lab.run('exec', 'leaf1', '--', 'vtysh', '-c', 'show bgp summary')).stdout).toContain(
      'local AS number 64321',
    );
    expect((await lab.run('run', 'teardown', '--quiet')).code).toBe(0);
    expect(marked(lab.state)).toEqual([]);
  }, 120_000);
});
