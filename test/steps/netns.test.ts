import { describe, expect, it } from 'vitest';
import { netnsNamespaces } from '../../steps/netns/namespaces.ts';
import { scripted } from './scripted-context.ts';

const processes: Readonly<Record<string, string>> = {
  '1': 'sleep\0infinity',
  '21': 'bgpd\0-i\0/run/lab/cluster1/bgpd.pid\0-f\0/run/lab/cluster1/bgpd.conf',
  '22': 'bgpd\0-i\0/run/lab/cluster1-m02/bgpd.pid\0-f\0/run/lab/cluster1-m02/bgpd.conf',
};

/** A capsule with two nodes' daemons, and these names of namespaces. */
const capsule = (...named: readonly string[]) =>
  scripted(() => undefined, {
    findByEnvironment: async () => [{ pid: 7, startTime: 1, bootId: 'b', command: 'sleep' }],
    isAlive: () => true,
    list: async () => Object.keys(processes),
    readFile: async (path) => processes[/\/proc\/(\d+)\/cmdline$/.exec(path)?.[1] ?? ''],
    stat: async (path) =>
      named.some((name) => path.endsWith(`/run/netns/${name}`))
        ? { kind: 'file', size: 0, inode: 40, mode: 0o444 }
        : undefined,
  });

const run = async ({ context, calls }: ReturnType<typeof capsule>): Promise<readonly string[]> => {
  await netnsNamespaces.run(netnsNamespaces.input.parse({ namespaces: ['cluster1'] }), context);
  return calls.map(({ line, stdin }) =>
    line.includes('kill -KILL') ? `kill ${line.split(' sh ').at(-1)}` : (stdin ?? ''),
  );
};

describe('a namespace that lost its name', () => {
  it('is made anew once the daemons that live on in it have ended, so that their peers hear of it', async () => {
    expect(await run(capsule('cluster1-m02'))).toEqual(['kill 21', 'netns add cluster1\n']);
  });

  it('is left alone, with what runs in it, while it has its name', async () => {
    expect(await run(capsule('cluster1', 'cluster1-m02'))).toEqual([]);
  });
});
