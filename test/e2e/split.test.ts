// One lab over two and three machines, for real: deployed share by share, verified, traced, damaged, cut off, without power, taken down.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { type Machine, type Machines, openMachines } from '../rig/hosts.ts';
import { type Ended, openLab, outcomesOf } from '../rig/lab.ts';

const tools = ['/usr/lib/frr/zebra', '/usr/sbin/nginx', '/usr/sbin/iptables-restore', '/usr/bin/perl'];
const isThere = (tool: string) => execFileSync('sh', ['-c', `[ -x ${tool} ] && echo yes || true`]).includes('yes');
const missing = process.getuid?.() === 0 ? tools.filter((tool) => !isThere(tool)) : ['root'];
const here = missing.length === 0;
const why = here ? '' : ` (skipped: needs ${missing.join(', ')})`;

const hostsOf = (all: readonly Machine[]) => all.map(({ name, address }) => `${name}=${address}`).join(',');
const deploy = ({ name, lab }: Machine, all: readonly Machine[], ...more: string[]) =>
  lab.run(
    'run',
    'deploy',
    '--variant',
    'frr-netns',
    '--yes',
    '--json',
    '--set',
    `hosts=${hostsOf(all)}`,
    '--set',
    `host=${name}`,
    ...more,
  );

const eventsOf = (stdout: string): RunEvent[] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as RunEvent);
const factsOf = (stdout: string) =>
  eventsOf(stdout).flatMap((event) => (event.type === 'run.finished' ? [event.facts] : []))[0] ?? {};
const changedIn = ({ stdout }: Ended): string[] =>
  Object.entries(outcomesOf(stdout))
    .filter(([, outcome]) => outcome === 'changed')
    .map(([address]) => address)
    .sort();

/** What was seen at the end of each step, by address; without what is of one run only: which pod answered how often, and when. */
const seenIn = (stdout: string): Record<string, string[]> =>
  Object.fromEntries(
    eventsOf(stdout).flatMap((event) =>
      event.type === 'step.finished'
        ? [
            [
              event.address,
              event.evidence.map(({ saw }) =>
                saw.replace(/: pod.*| [A-Z]+$/, '').replace(/\b\d+ of \d+ (answered|requests)/, '$1'),
              ),
            ],
          ]
        : [],
    ),
  );

interface Row {
  readonly address: string;
  readonly holds: boolean;
  readonly reason: string;
}

/** The steps of its share that do not hold now, and what is seen instead. */
const failing = async ({ lab }: Machine): Promise<Record<string, string>> => {
  const { steps } = JSON.parse((await lab.run('status', '--json')).stdout) as { steps: Row[] };
  return Object.fromEntries(steps.filter(({ holds }) => !holds).map(({ address, reason }) => [address, reason]));
};

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 200));
};

const tunnelsLeft = ({ run }: Machine): string =>
  run('sh', '-c', 'ss -Hlun sport = :14789; ip -br link show type vxlan');
const processesLeft = ({ run }: Machine): string => run('sh', '-c', 'pgrep -a "zebra|bgpd|nginx" || :');

describe.skipIf(!here)(`a lab over two hosts${why}`, () => {
  let machines: Machines;
  let a: Machine;
  let b: Machine;
  let deployed: Ended[];
  beforeAll(async () => {
    machines = await openMachines(['lab-a', 'lab-b'], 1500);
    [a, b] = machines.all as [Machine, Machine];
    deployed = await Promise.all(machines.all.map((each) => deploy(each, machines.all)));
  }, 300_000);
  afterAll(() => machines?.[Symbol.asyncDispose]());
  const redeploy = ({ lab }: Machine) => lab.run('run', 'deploy', '--json');

  it('comes up share by share, with links that fit into what passes between the hosts', () => {
    expect(deployed.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    expect(factsOf(deployed[0]?.stdout ?? '')).toMatchObject({
      host: 'lab-a, with lab-b',
      mtu: '1450 between routers, 1400 to hosts; between the hosts of the lab pass 1500',
      routers: 'spine1 leaf1 leaf2',
    });
    expect(factsOf(deployed[1]?.stdout ?? '')).toMatchObject({
      routers: 'spine2 leaf3 leaf4',
      clients: 'client3 client4',
    });
    expect(a.run('ip', '-br', 'link', 'show', 'type', 'vxlan')).toBe('');
    // All five tunnels of a host have one socket, and it is the host's.
    expect(
      a
        .run('ss', '-Hlun', 'sport = :14789')
        .split('\n')
        .filter((line) => line !== ''),
    ).toHaveLength(1);
  });

  it('shows on all hosts together just what it shows on one', async () => {
    await using whole = openLab();
    expect((await whole.run('run', 'deploy', '--yes', '--variant', 'frr-netns', '--quiet')).code).toBe(0);
    const [one, ...shares] = await Promise.all([whole, a.lab, b.lab].map((lab) => lab.run('run', 'verify', '--json')));
    expect(shares.map(({ code }) => code)).toEqual([0, 0]);
    const together: Record<string, string[]> = Object.assign({}, ...shares.map(({ stdout }) => seenIn(stdout)));
    const { 'underlay[lab-a]': toA, 'underlay[lab-b]': toB, ...lab } = together;
    expect([toA, toB]).toEqual([
      ['packets of 1500 bytes reach 10.99.0.11 whole'],
      ['packets of 1500 bytes reach 10.99.0.12 whole'],
    ]);
    expect(lab).toEqual(seenIn(one?.stdout ?? ''));
  });

  it('says that less passes between the hosts than it was told', async () => {
    const wide = await a.lab.run('run', 'verify', '--no-tty', '--set', 'underlayMtu=1600');
    expect(wide.code).toBe(1);
    expect(wide.stdout).toContain('packets of 1500 bytes reach 10.99.0.12 whole, larger ones do not');
    expect((await a.lab.run('run', 'verify', '--new', '--quiet')).code).toBe(0);
  });

  const into = 'tunnel[spine2:e1-1--leaf1:e1-50]';
  const again = 'ip link add dev e1-50 index 1050 address 02:01:00:13:8c:01 mtu 1450';
  it.each([
    ['is gone', 'ip link del dev e1-50', 'e1-50 in leaf1 is not there', true],
    ['has another MTU', 'ip link set dev e1-50 mtu 1300', 'e1-50 in leaf1 has MTU 1300, not 1450', false],
    [
      'has another MAC',
      'ip link set dev e1-50 address 02:00:00:00:00:77',
      'has MAC 02:00:00:00:00:77, not 02:01:00:13:8c:01',
      false,
    ],
    [
      'sends to nobody',
      'bridge fdb del 00:00:00:00:00:00 dev e1-50 dst 10.99.0.12',
      'leads nowhere, not to 10.99.0.12',
      true,
    ],
    [
      'sends some elsewhere',
      'bridge fdb add 02:01:00:13:8c:00 dev e1-50 dst 10.99.0.99',
      'leads elsewhere, too: 02:01:00:13:8c:00 10.99.0.99',
      true,
    ],
    [
      'is within the lab',
      `ip link del dev e1-50; ${again} type vxlan id 5004 local 10.99.0.11 remote 10.99.0.12 dstport 14789 nolearning df set; ip link set dev e1-50 up`,
      'has its socket in the lab, not on the host',
      true,
    ],
    [
      'is another link',
      `ip link del dev e1-50; ${again} type vxlan id 77 local 10.99.0.11 remote 10.99.0.12 dstport 14789 nolearning df set`,
      'has id 77, not 5004',
      true,
    ],
    [
      'is a cable',
      'ip link del dev e1-50; ip link add dev e1-50 type veth peer name other',
      'e1-50 in leaf1 is no VXLAN',
      true,
    ],
  ])('sees that a tunnel %s, and makes just that right', async (_, damage, saw, anew) => {
    await a.lab.run('exec', 'leaf1', '--', 'sh', '-ec', damage);
    expect((await failing(a))[into]).toContain(saw);
    const healed = await redeploy(a);
    expect([healed.code, changedIn(healed)]).toEqual([0, anew ? ['leaf[leaf1]', into] : [into]]);
    expect(await failing(a)).toEqual({});
  });

  it('brings back a namespace with its tunnels, although the kernel still knows those of the lost one', async () => {
    await a.lab.run('exec', 'client1', '--', 'ip', 'netns', 'del', 'leaf2');
    const healed = await redeploy(a);
    expect(healed.code).toBe(0);
    expect(changedIn(healed)).toContain('tunnel[spine2:e1-2--leaf2:e1-50]');
  });

  it('names the host that is cut off, on both sides, and is whole again by itself', async () => {
    b.cut();
    await until(async () => Object.hasOwn(await failing(a), 'sessions[leaf1]'));
    const [seenByA, seenByB] = await Promise.all([failing(a), failing(b)]);
    expect(seenByA['underlay[lab-b]']).toContain('10.99.0.12 does not answer');
    expect(seenByB['underlay[lab-a]']).toContain('10.99.0.11 does not answer');
    expect(seenByA['sessions[leaf1]']).toContain('3 of 6 Established');
    // What is of this host alone stands.
    expect(
      Object.keys(seenByA).filter((address) =>
        /^(capsule|namespace|link|tunnel|spine|leaf|node|pod|client)/.test(address),
      ),
    ).toEqual([]);
    b.heal();
    await until(async () =>
      (await Promise.all([failing(a), failing(b)])).every((rows) => Object.keys(rows).length === 0),
    );
    const verified = await Promise.all([a, b].map(({ lab }) => lab.run('run', 'verify', '--new', '--quiet')));
    expect(verified.map(({ code }) => code)).toEqual([0, 0]);
  });

  it('comes back with the share of a host that lost power, and nothing else is touched', async () => {
    await b.powerOff();
    await until(async () => Object.hasOwn(await failing(a), 'sessions[leaf1]'));
    expect((await failing(a))['underlay[lab-b]']).toContain('10.99.0.12 does not answer');
    await b.powerOn();
    expect((await failing(b))['capsule']).toContain('not running');
    const resumed = await redeploy(b);
    expect(resumed.code).toBe(0);
    expect(changedIn(resumed)).toContain('tunnel[spine2:e1-1--leaf1:e1-50]');
    await until(async () => Object.keys(await failing(a)).length === 0);
    const untouched = await redeploy(a);
    expect([untouched.code, changedIn(untouched)]).toEqual([0, []]);
    const verified = await Promise.all([a, b].map(({ lab }) => lab.run('run', 'verify', '--new', '--quiet')));
    expect(verified.map(({ code }) => code)).toEqual([0, 0]);
  });

  it('joins what is counted on each host while a client asks', async () => {
    const watching = a.lab.start('run', 'trace', '--json', '--set', 'seconds=8');
    await watching.event(({ type }) => type === 'step.started');
    const asked = await b.lab.run('run', 'trace', '--json');
    const watched = await watching.ended;
    expect(factsOf(watched.stdout)).toMatchObject({
      host: 'lab-a',
      verdict: 'counted for 8 s; no packet left the fabric',
    });
    const files = [watched, asked].map(({ stdout }, at) => {
      const file = join(b.lab.state, `trace-${at}.jsonl`);
      writeFileSync(file, stdout);
      return file;
    });
    const joined = factsOf((await b.lab.run('run', 'join', '--json', '--set', `traces=${files.join(',')}`)).stdout);
    expect(joined).toMatchObject({ verdict: '60 of 60 requests answered; no packet left the fabric' });
    const hops = joined['hops'] as Record<string, number>;
    // Of the client's link only its own host knows, of the pods' only theirs, and of one between hosts both do.
    expect(hops['client4:eth1--leaf4:e1-2']).toBeGreaterThanOrEqual(600);
    expect(hops['cluster1:pod1--pod1-1:eth0']).toBeGreaterThan(0);
    const ends = (joined['ends'] as Record<string, Record<string, number>>)['spine1:e1-4--leaf4:e1-49'];
    expect(Object.keys(ends ?? {})).toEqual(['lab-a', 'lab-b']);
    const half = await b.lab.run('run', 'join', '--no-tty', '--set', `traces=${files[1]}`);
    expect(half.code).toBe(1);
    expect(half.stdout).toContain('no trace is of lab-a: what was seen there is not known');
  });

  it('leaves nothing on either host', async () => {
    const down = await Promise.all([a, b].map(({ lab }) => lab.run('run', 'teardown', '--no-tty')));
    expect(down.map(({ code }) => code)).toEqual([0, 0]);
    for (const machine of [a, b]) {
      await until(async () => tunnelsLeft(machine) === '');
      expect(processesLeft(machine)).toBe('');
    }
  });
});

describe.skipIf(!here)(`a lab over three hosts${why}`, () => {
  it('comes up as it was drawn where large packets pass, also when one host loses power meanwhile', async () => {
    await using machines = await openMachines(['lab-a', 'lab-b', 'lab-c'], 9300);
    const [a, b, c] = machines.all as [Machine, Machine, Machine];
    const file = join(c.lab.state, 'placement.yaml');
    writeFileSync(
      file,
      'underlayMtu: 9300\nplacement: { spine1: lab-a, spine2: lab-c, leaf1: lab-a, leaf2: lab-b, leaf3: lab-b, leaf4: lab-c, mgmt: lab-b }\n',
    );
    const others = [a, b].map((machine) => deploy(machine, machines.all, '--inputs', file));
    const lost = c.lab.start(
      ...['run', 'deploy', '--variant', 'frr-netns', '--yes', '--json', '--inputs', file],
      ...['--set', `hosts=${hostsOf(machines.all)}`, '--set', 'host=lab-c'],
    );
    await lost.event((event) => event.type === 'step.started' && event.address === 'leaf[leaf4]');
    await c.powerOff();
    await c.powerOn();
    const resumed = await c.lab.run('resume', '--json');
    expect([resumed.code, ...(await Promise.all(others)).map(({ code }) => code)]).toEqual([0, 0, 0]);
    expect(factsOf(resumed.stdout)).toMatchObject({
      host: 'lab-c, with lab-a and lab-b',
      mtu: '9232 between routers, 1500 to hosts; between the hosts of the lab pass 9300',
    });
    const verified = await Promise.all(machines.all.map(({ lab }) => lab.run('run', 'verify', '--new', '--quiet')));
    expect(verified.map(({ code }) => code)).toEqual([0, 0, 0]);
    const down = await Promise.all(machines.all.map(({ lab }) => lab.run('run', 'teardown', '--quiet')));
    expect(down.map(({ code }) => code)).toEqual([0, 0, 0]);
  });
});
