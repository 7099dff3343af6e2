// The lab as docker and containerlab's log tell it: what is there, what should not be, and what a deploy that ended well did not do.
import { describe, expect, it } from 'vitest';
import { containerlabDeploy } from '../../steps/containerlab/deploy.ts';
import { errorsLogged } from '../../steps/containerlab/log.ts';
import { type Answer, scripted } from './scripted-context.ts';

const step = containerlabDeploy.input.parse({
  lab: 'srlk8s',
  topology: '/lab/srlk8s.clab.yml',
  nodes: ['leaf1', 'spine1'],
  links: [{ a: { node: 'spine1', interface: 'e1-1' }, b: { node: 'leaf1', interface: 'e1-49' }, mtu: 9232 }],
});

interface Container {
  readonly running?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
}

const inspected = (there: Readonly<Record<string, Container>>, line: string): string => {
  const found = Object.entries(there).filter(([name]) => line.split(' ').includes(name));
  const list = found.map(([name, { running = true, labels = {} }]) => ({
    Id: name,
    Name: `/${name}`,
    State: { Status: running ? 'running' : 'exited', Running: running },
    Config: { Labels: { containerlab: 'srlk8s', ...labels } },
  }));
  return JSON.stringify(list);
};

/** A host with these containers of the lab, where `deploy` logs something and makes what is missing. */
const hostWith = (containers: Record<string, Container>, said: { deploy?: Answer; destroy?: Answer } = {}) => {
  const files = new Map<string, string>();
  const there = { ...containers };
  const remove = (names: readonly string[]): void => {
    for (const name of names) delete there[name];
  };
  const answers: Readonly<Record<string, (line: string) => Answer | undefined>> = {
    'containerlab deploy': () => {
      for (const name of step.nodes) there[name] = {};
      return said.deploy;
    },
    'containerlab destroy': () => {
      remove(step.nodes);
      return said.destroy;
    },
    'docker rm': (line) => {
      remove(line.split(' ').slice(3));
      return undefined;
    },
    'docker ps': () => ({ stdout: Object.keys(there).join('\n') }),
    'docker exec': () => ({ stdout: 'lo eth0 e1-1 e1-49' }),
    'docker inspect': (line) => ({ stdout: inspected(there, line) }),
  };
  const host = scripted((line) => answers[line.split(' ').slice(0, 2).join(' ')]?.(line), {
    readFile: async (path) => files.get(path),
    writeFile: async (path, text) => void files.set(path, text),
    removeFile: async (path) => void files.delete(path),
    stat: async () => undefined,
  });
  const calls = () => host.calls.map(({ line }) => line).filter((line) => !/^docker (ps|inspect|exec)/.test(line));
  return { ...host, calls, check: () => containerlabDeploy.check?.(step, host.context) };
};

const deployment = 'containerlab deploy -t /lab/srlk8s.clab.yml --reconfigure';
const errorOf = async (run: Promise<unknown> | undefined): Promise<string> => {
  try {
    await run;
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a containerlab lab', () => {
  it('is built anew when a container of it is missing: inspect -t tells nothing then, and a deploy without the flag refuses', async () => {
    const host = hostWith({ leaf1: {} });
    expect(await host.check()).toMatchObject({ holds: false, saw: 'spine1: there is no such container' });
    await containerlabDeploy.run(step, host.context);
    expect(host.calls()).toEqual([deployment]);
    expect(await host.check()).toMatchObject({ holds: true });
  });

  it('forgets what nodes of an earlier lab saved in its folder, also when no container is left of that', async () => {
    const host = hostWith({});
    await containerlabDeploy.run(step, host.context);
    expect(host.calls()).toEqual([deployment]);
  });

  it('loses a node that left its topology, and nothing else', async () => {
    const host = hostWith({ leaf1: {}, spine1: {}, leaf2: {}, console: { labels: { 'tool-type': 'sshx' } } });
    expect(await host.check()).toMatchObject({
      holds: false,
      saw: 'leaf2 is there, and the topology has no such node',
    });
    await containerlabDeploy.run(step, host.context);
    expect(host.calls()).toEqual(['docker rm --force --volumes leaf2']);
    expect(await host.check()).toMatchObject({ holds: true });
  });

  it('fails when containerlab logged an error and ended with 0, and is built anew by the next run', async () => {
    const line =
      'ERRO[0301] failed to run postdeploy task for node leaf1: timed out waiting for SR Linux node leaf1 to boot';
    const said = { deploy: { stderr: `INFO[0001] Creating container: "leaf1"\n${line}\n` } };
    const host = hostWith({}, said);
    expect(await errorOf(containerlabDeploy.run(step, host.context))).toBe(
      `containerlab ended well, but logged: ${line}`,
    );
    expect(await host.check()).toMatchObject({ holds: false, saw: `its last deploy did not end well: ${line}` });
    said.deploy.stderr = '';
    await containerlabDeploy.run(step, host.context);
    expect(host.calls()).toEqual([deployment, deployment]);
    expect(await host.check()).toMatchObject({ holds: true });
  });

  it('is not taken for finished when its deploy was cut off with all containers and cables there', async () => {
    const host = hostWith({});
    const cut = scripted(() => undefined);
    const must: typeof cut.context.must = async (argv, options) => {
      await host.context.must(argv, options);
      throw new Error('killed');
    };
    expect(await errorOf(containerlabDeploy.run(step, { ...host.context, must }))).toBe('killed');
    expect(await host.check()).toMatchObject({ holds: false, saw: 'its last deploy did not end well: it was cut off' });
  });

  it('goes with all its containers, also those of nodes that left the topology, and where containerlab can’t destroy by name', async () => {
    const host = hostWith(
      { leaf1: {}, spine1: {}, leaf2: {} },
      {
        destroy: {
          exitCode: 1,
          stderr: 'Error: no topology files matching the pattern *.clab.yml or *.clab.yaml found',
        },
      },
    );
    await containerlabDeploy.undo?.(step, host.context);
    expect(host.logged.join('\n')).toContain('its containers are removed by their label');
    expect(await containerlabDeploy.absent?.(step, host.context)).toMatchObject({ holds: true });
  });
});

describe('errors in its log', () => {
  it.each([
    ['15:09:06 ERRO failed to run exec commands for cluster1: exit status 2', 'v0.79.0'],
    ['ERRO[0012] failed to run postdeploy task for node leaf1: context deadline exceeded', 'v0.48.6 on a terminal'],
    ['time="2026-12-01T02:00:00Z" level=error msg="failed to run postdeploy task for node leaf1: x"', 'v0.48.6'],
  ])('%s', (line) => {
    expect(errorsLogged(`INFO[0000] Containerlab v0.48.6 started\n${line}\n`)).toEqual([line]);
  });

  it('are none of those of taking an earlier lab away', () => {
    // Recorded of containerlab 0.69.3 and 0.79.0, deploy --reconfigure.
    const log = [
      '03:47:03 INFO Destroying lab name=frrlab',
      '03:47:03 ERRO Unable to determine NetNS Path for node client3: Error response from daemon: No such container: client3',
      '03:13:14 ERRO container "client3" exited immediately with no log output',
      '03:47:03 INFO Creating lab directory path=/lab/clab-frrlab',
      '03:47:09 ERRO failed to run postdeploy task for node leaf1',
    ].join('\n');
    expect(errorsLogged(log)).toEqual(['03:47:09 ERRO failed to run postdeploy task for node leaf1']);
  });

  it('are not those about files of the host that only make it handier', () => {
    expect(errorsLogged('15:09:06 ERRO failed to create hosts file: open /etc/hosts: permission denied')).toEqual([]);
  });
});
