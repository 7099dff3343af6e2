// A tunnel against what the kernel was recorded to say of one; test/e2e/split.test.ts damages real ones.
import { describe, expect, it } from 'vitest';
import { StepError } from '../../src/engine/step-type.ts';
import { netnsPath } from '../../steps/netns/path.ts';
import { netnsTunnel } from '../../steps/netns/tunnel.ts';
import { type Answer, scripted } from './scripted-context.ts';

const input = netnsTunnel.input.parse({
  tunnel: {
    ...{ name: 'spine1:e1-1--leaf1:e1-49', mac: '02:01:00:13:88:01', mtu: 1450, vni: 5000, port: 14789 },
    ...{ local: '10.99.0.1', remote: '10.99.0.2' },
    a: { namespace: 'leaf1', interface: 'e1-49', index: 1049 },
  },
});

const link = (more: object = {}, data: object = {}) => ({
  ...{
    ifname: 'e1-49',
    mtu: 1450,
    flags: [],
    operstate: 'UNKNOWN',
    address: '02:01:00:13:88:01',
    link_netnsid: 0,
    addr_info: [],
  },
  linkinfo: {
    info_kind: 'vxlan',
    info_data: { id: 5000, remote: '10.99.0.2', local: '10.99.0.1', port: 14789, learning: false, df: 'set', ...data },
  },
  ...more,
});
const everything = { ifname: 'e1-49', mac: '00:00:00:00:00:00', dst: '10.99.0.2' };

/** A capsule whose leaf has these interfaces and destinations; `ip -batch` on the host is answered by the test. */
const capsule = (links: object[], fdb: object[] = [everything], batch: () => Answer = () => ({}), uid = 0) =>
  scripted(
    (line) => {
      if (line.includes('-batch')) return batch();
      if (line.includes('addr show')) return { stdout: `@ leaf1\n${JSON.stringify(links)}\n` };
      return line.includes('fdb show') ? { stdout: `@ leaf1\n${JSON.stringify(fdb)}\n` } : undefined;
    },
    {
      uid,
      findByEnvironment: async () => [{ pid: 7, startTime: 1, bootId: 'b', command: 'sleep' }],
      isAlive: () => true,
      clock: { now: () => 0, monotonic: () => 0, sleep: async () => undefined } as never,
    },
  );

const add =
  'link add e1-49 index 1049 netns leaf1 mtu 1450 address 02:01:00:13:88:01 type vxlan id 5000 local 10.99.0.1 remote 10.99.0.2 dstport 14789 nolearning df set';

describe('a tunnel', () => {
  it.each<[string, object[], object[], string]>([
    ['its end', [], [], 'e1-49 in leaf1 is not there'],
    ['its kind', [link({ linkinfo: { info_kind: 'veth' } })], [], 'is no VXLAN'],
    ['its VNI', [link({}, { id: 7 })], [everything], 'has id 7, not 5000'],
    ['its far end', [link({}, { remote: '10.99.0.9' })], [everything], 'has remote 10.99.0.9, not 10.99.0.2'],
    ['its near end', [link({}, { local: undefined })], [everything], 'has local not set, not 10.99.0.1'],
    ['its port', [link({}, { port: 4789 })], [everything], 'has port 4789, not 14789'],
    ['that it learns nothing', [link({}, { learning: true })], [everything], 'has learning true, not false'],
    ['that nothing is cut', [link({}, { df: 'unset' })], [everything], 'has df unset, not set'],
    ['its socket', [link({ link_netnsid: undefined })], [everything], 'has its socket in the lab, not on the host'],
    ['where it leads', [link()], [], 'leads nowhere, not to 10.99.0.2'],
    [
      'that it leads there alone',
      [link()],
      [everything, { ...everything, dst: '10.99.0.9' }],
      'leads elsewhere, too: 00:00:00:00:00:00 10.99.0.9',
    ],
    ['its MTU', [link({ mtu: 1500 })], [everything], 'has MTU 1500, not 1450'],
    [
      'its MAC',
      [link({ address: '02:00:00:00:00:01' })],
      [everything],
      'has MAC 02:00:00:00:00:01, not 02:01:00:13:88:01',
    ],
  ])('is compared with the kernel by %s', async (_, links, fdb, saw) => {
    const seen = await netnsTunnel.check?.(input, capsule(links, fdb).context);
    expect(seen).toMatchObject({ holds: false, saw: expect.stringContaining(saw) });
  });

  it('holds when the kernel has it so, also as the port of a bridge, whose own table is another', async () => {
    const own = { ifname: 'e1-49', mac: '02:01:00:13:88:01', master: 'mgmt0', state: 'permanent' };
    expect(await netnsTunnel.check?.(input, capsule([link()], [everything, own]).context)).toEqual({
      holds: true,
      saw: 'its end here leads to 10.99.0.2',
    });
  });

  it('is made in the network of the host, into the namespace of the device', async () => {
    const { context, calls } = capsule([]);
    await netnsTunnel.run(input, context);
    const made = calls.find(({ line }) => line.includes('-batch'));
    expect(made).toEqual({ line: 'nsenter --target=7 --mount --pid -- ip -force -batch -', stdin: `${add}\n` });
  });

  it('stays, with the sessions over it, when only its size differs', async () => {
    const { context, calls } = capsule([link({ mtu: 1500 })]);
    await netnsTunnel.run(input, context);
    expect(calls.map(({ line }) => line).filter((line) => / (del|add) |-batch/.test(line))).toEqual([]);
    expect(calls.map(({ line }) => line)).toContainEqual(
      expect.stringContaining('ip -n leaf1 link set dev e1-49 mtu 1450'),
    );
  });

  it('is taken away at its end here, and gone when that is', async () => {
    const { context, calls } = capsule([link()]);
    await netnsTunnel.undo?.(input, context);
    expect(calls.at(-1)?.line).toContain('ip -n leaf1 link del dev e1-49');
    expect(await netnsTunnel.absent?.(input, context)).toEqual({ holds: false, saw: 'leaf1 e1-49 still there' });
    const without = capsule([]);
    await netnsTunnel.undo?.(input, without.context);
    expect(without.calls.filter(({ line }) => line.includes(' del '))).toEqual([]);
    expect(await netnsTunnel.absent?.(input, without.context)).toEqual({ holds: true, saw: 'gone' });
  });

  const taken = {
    exitCode: 1,
    stderr: 'Error: A VXLAN device with the specified VNI already exists.\nCommand failed -:1\n',
  };
  it('waits until the kernel has taken away the one of a lost namespace', async () => {
    const answers: Answer[] = [taken, taken, {}];
    const { context, calls } = capsule([], [], () => answers.shift() ?? {});
    await netnsTunnel.run(input, context);
    expect(calls.filter(({ line }) => line.includes('-batch'))).toHaveLength(3);
  });

  it('that another lab has on this host is said to be its', async () => {
    const { context } = capsule([], [], () => taken);
    await expect(netnsTunnel.run(input, context)).rejects.toThrow(
      'this host has another tunnel with VNI 5000 on UDP port 14789, as a second split lab would; give one of the labs another firstVni or tunnelPort',
    );
  });

  it('is refused without root, before anything is tried', async () => {
    const { context, calls } = capsule([], [], undefined, 1000);
    await expect(netnsTunnel.run(input, context)).rejects.toThrow(StepError);
    expect(calls).toEqual([]);
  });
});

describe('the path to another host', () => {
  const look = (stdout: string) =>
    netnsPath.look(netnsPath.input.parse({ to: '10.99.0.2', mtu: 9000 }), scripted(() => ({ stdout })).context);

  it.each([
    ['9000\n', true, 'packets of 9000 bytes reach 10.99.0.2 whole'],
    ['1500\n', false, 'packets of 1500 bytes reach 10.99.0.2 whole, larger ones do not'],
    ['0\n', false, '10.99.0.2 does not answer'],
  ])('that passes %j is told', async (stdout, holds, saw) => {
    expect(await look(stdout)).toMatchObject({ holds, saw });
  });

  it('that was not measured is not made up', async () => {
    await expect(look('')).rejects.toThrow('the size of packets to 10.99.0.2 could not be measured');
  });
});
