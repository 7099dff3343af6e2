// docker and compose: images, containers, networks. What the text would take from every container takes only the lab's own.
import type { Call } from '../read/call.ts';
import {
  absorbed,
  aside,
  commandProbe,
  type Draft,
  left,
  listed,
  notListed,
  type Outcome,
  quoted,
  slug,
} from './draft.ts';
import { has, operands, option, options, withoutFlags } from './flags.ts';
import { actionOf, backFrom, checkOf, lookFrom, onceDone, type Rule } from './rule.ts';

const valued = [
  '--name',
  '--network',
  '--net',
  '-p',
  '--publish',
  '-v',
  '--volume',
  '-e',
  '--env',
  '-w',
  '--workdir',
  '--hostname',
  '-h',
  '-l',
  '--label',
  '-u',
  '--user',
  '--mount',
  '--ip',
  '--cap-add',
  '--entrypoint',
  '--restart',
  '--platform',
  '-m',
  '--memory',
  '--cpus',
  '--dns',
  '--device',
  '--sysctl',
  '--add-host',
  '--env-file',
  '--ulimit',
  '--shm-size',
  '--tmpfs',
  '--log-driver',
  '--security-opt',
  '-f',
  '--file',
  '-t',
  '--tag',
  '--build-arg',
  '--target',
  '--subnet',
  '--gateway',
  '-d',
  '--driver',
  '-o',
  '--opt',
  '--ip-range',
  '--ip6',
  '--filter',
  '--format',
  '--time',
  '-s',
  '--signal',
  '--tail',
  '--profile',
  '--project-name',
  '--scale',
  '--timeout',
];
const withoutDetach = valued.filter((each) => each !== '-d');

export const docker: Rule = (call, world) => {
  const [verb = '', second = ''] = operands(call.args, withoutDetach);
  if (verb === 'compose') return compose(shifted(call, 'compose'), world);
  const rule = rules[verb] ?? rules[`${verb} ${second}`];
  return rule?.(call, world);
};

/** The same without its first word, which belongs to the program's name. */
const shifted = (call: Call, word: string): Call => ({ ...call, args: call.args.slice(call.args.indexOf(word) + 1) });

const isAll = ({ args, text }: Call): boolean => args.some((arg) => /\$\(|`/.test(arg)) || /\$\(docker ps/.test(text);

const run: Rule = (call, world) => {
  const [, image = '', ...command] = operands(call.args, withoutDetach);
  const isDetached = has(call.args, '-d', '--detach') || call.args.some((arg) => /^-[a-z]*d[a-z]*$/.test(arg));
  if (/hello-world/.test(image)) return checkOf(call, 'docker', 'Docker runs containers');
  if (!isDetached) {
    if (call.isInteractive || call.args.some((arg) => /^-(it|ti)$/.test(arg)))
      return aside('opens a terminal in a container of its own');
    return onceDone(call, slug(image.replace(/^.*\//, '').replace(/:.*$/, '')), `${image} ${command.join(' ')}`.trim());
  }
  const name = option(call.args, '--name') ?? slug(image.replace(/^.*\//, '').replace(/[:@].*$/, ''));
  const isNamed = option(call.args, '--name') !== undefined;
  if (!isNamed) world.note(`it had no name, by which it would be found again; it is called ${name} here`);
  world.containers.add(name);
  const args = withoutFlags(call.args, '--rm');
  const action = actionOf(call, isNamed ? args : [args[0] ?? 'run', '--name', name, ...args.slice(1)]);
  return container(call, name, action);
};

const container = (call: Call, name: string, action: Draft['action']): Outcome => ({
  kind: 'step',
  draft: {
    ...{ id: slug(name), name: `Container ${name}`, makes: `container/${name}`, timeout: '10m' },
    ...(action && { action }),
    health: [{ probe: 'docker.containers', names: [name] }],
    undo: backFrom(
      call,
      ['docker', 'rm', '--force', name],
      [notListed([...call.wrap, 'docker', 'ps', '--all', '--format', '{{.Names}}'], name)],
    ),
  },
});

const create =
  (what: 'network' | 'volume'): Rule =>
  (call) => {
    const name = operands(call.args, valued)[2];
    if (name === undefined) return undefined;
    const list = [...call.wrap, 'docker', what, 'ls', '--format', '{{.Name}}'];
    return {
      kind: 'step',
      draft: {
        ...{
          id: slug(`${what} ${name}`),
          name: `Docker ${what} ${name}`,
          makes: `docker ${what}/${name}`,
          action: actionOf(call),
        },
        health: [listed(list, name, { name: `${what} ${name}` })],
        undo: backFrom(call, ['docker', what, 'rm', name], [notListed(list, name)]),
      },
    };
  };

const pull: Rule = (call, world) => {
  const [, image] = operands(call.args, ['--platform']);
  if (image === undefined || /[$<]/.test(image)) return undefined;
  const isTyped = world.known.steps.has('docker.image') && !has(call.args, '--platform');
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(`image ${image.replace(/^.*\//, '').replace(/[:@].*$/, '')}`),
        name: `Image ${image}`,
        timeout: '20m',
        leavesNothing: true,
        standsAlone: true,
        retry: { attempts: 3, delay: '5s' },
      },
      ...(isTyped
        ? { action: { uses: 'docker.image', with: { image } } }
        : {
            action: actionOf(call),
            health: [lookFrom(call, ['docker', 'image', 'inspect', '--format', '{{.Id}}', image])],
          }),
    },
  };
};

const build: Rule = (call) => {
  const [tag] = options(call.args, '-t', '--tag');
  if (tag === undefined || tag.includes('$')) return undefined;
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(`image ${tag.replace(/^.*\//, '').replace(/:.*$/, '')}`),
        name: `Image ${tag}`,
        timeout: '30m',
        leavesNothing: true,
        action: actionOf(call),
      },
      health: [lookFrom(call, ['docker', 'image', 'inspect', '--format', '{{.Id}}', tag])],
    },
  };
};

const tagged: Rule = (call) => {
  const [, , tag] = operands(call.args);
  if (tag === undefined) return undefined;
  return {
    kind: 'step',
    draft: {
      id: slug(`image ${tag.replace(/^.*\//, '')}`),
      name: `Image ${tag}`,
      action: actionOf(call),
      leavesNothing: true,
      health: [lookFrom(call, ['docker', 'image', 'inspect', '--format', '{{.Id}}', tag])],
    },
  };
};

const removes: Rule = (call, world) => {
  const names = operands(call.args, ['--time', '-t', '-s', '--signal'])
    .slice(1)
    .filter((name) => name !== 'rm');
  if (isAll(call))
    return {
      kind: 'removes',
      things: [...world.containers].map((name) => `container/${name}`),
      why: 'every container of the host was meant; the lab takes away its own only',
    };
  return {
    kind: 'removes',
    things: names.map((name) => `container/${name}`),
    draft: {
      id: slug(`no ${names[0] ?? 'containers'}`),
      name: `Container ${names.join(', ')} gone`,
      action: { run: [...call.wrap, 'docker', 'rm', '--force', ...names] },
      health: names.map((name) => notListed([...call.wrap, 'docker', 'ps', '--all', '--format', '{{.Names}}'], name)),
      leavesNothing: true,
    },
  };
};

const removesThing =
  (what: string): Rule =>
  (call) => {
    const names = operands(call.args).slice(2);
    if (isAll(call) || names.length === 0)
      return left(`takes away every ${what} of the host; the lab takes away its own only`);
    return {
      kind: 'removes',
      things: names.map((name) => `docker ${what}/${name}`),
      draft: {
        id: slug(`no ${names[0]}`),
        name: `Docker ${what} ${names.join(', ')} gone`,
        action: { run: [...call.wrap, 'docker', what, 'rm', ...names] },
        health: names.map((name) => notListed([...call.wrap, 'docker', what, 'ls', '--format', '{{.Name}}'], name)),
        leavesNothing: true,
      },
    };
  };

const restarted: Rule = (call) => {
  const names = operands(call.args, valued).slice(1);
  if (isAll(call) || names.length === 0) return left('is about every container of the host');
  return {
    kind: 'step',
    draft: {
      id: slug(`${call.args[0]} ${names[0]}`),
      name: `${call.args[0]} ${names.join(', ')}`,
      action: actionOf(call),
      satisfied: 'once',
      leavesNothing: true,
      health: [{ probe: 'docker.containers', names }],
    },
  };
};

const pruned: Rule = () => left('takes away what is not of this lab too; the lab takes away its own only');
const looks: Rule = (call) => {
  if (has(call.args, '-f', '--follow') && call.args[0] === 'logs')
    return aside('goes on until it is stopped, in a terminal of its own');
  if (call.args[0] === 'stats' && !has(call.args, '--no-stream'))
    return aside('goes on until it is stopped, in a terminal of its own');
  return checkOf(
    call,
    slug(`docker ${operands(call.args, valued).join(' ')}`),
    `docker ${operands(call.args, valued).join(' ')}`,
  );
};

const rules: Readonly<Record<string, Rule>> = {
  ...{ run, pull, build, tag: tagged, rm: removes, kill: removes, stop: removes, start: restarted, restart: restarted },
  ...{
    'network create': create('network'),
    'volume create': create('volume'),
    'network rm': removesThing('network'),
    'volume rm': removesThing('volume'),
  },
  ...{
    'system prune': pruned,
    'container prune': pruned,
    'network prune': pruned,
    'volume prune': pruned,
    'image prune': pruned,
    rmi: () => absorbed('images stay; others may need them'),
    'image rm': () => absorbed('images stay; others may need them'),
  },
  ...{
    ps: looks,
    images: looks,
    logs: looks,
    inspect: looks,
    info: looks,
    version: looks,
    stats: looks,
    top: looks,
    port: looks,
    'network ls': looks,
    'network inspect': looks,
    'container ls': looks,
    'image ls': looks,
    'container inspect': looks,
    'volume ls': looks,
  },
  cp: (call) => copied(call),
  'network connect': (call) => {
    const [, , network = '', name = ''] = operands(call.args, valued);
    return {
      kind: 'step',
      draft: {
        id: slug(`${name} in ${network}`),
        name: `${name} in network ${network}`,
        action: actionOf(call),
        health: [
          lookFrom(call, ['docker', 'inspect', '--format', '{{json .NetworkSettings.Networks}}', name], {
            expect: `exitCode == 0 && ${quoted(network)} in json`,
          }),
        ],
        undo: backFrom(
          call,
          ['docker', 'network', 'disconnect', '--force', network, name],
          [
            lookFrom(call, ['docker', 'inspect', '--format', '{{json .NetworkSettings.Networks}}', name], {
              expect: `exitCode != 0 || !(${quoted(network)} in json)`,
            }),
          ],
        ),
      },
    };
  },
  login: (call) =>
    call.stdin !== undefined || call.args.some((arg) => arg.startsWith('${{ secrets'))
      ? onceDone(call, 'login', 'Login at the registry')
      : left('asks for a password; log in before, docker remembers it'),
};

/** Into a container what is copied can be looked for; out of one it is a file here. */
const copied = (call: Call): Outcome | undefined => {
  const [, from = '', to = ''] = operands(call.args, ['-a', '-L']);
  const [, name, path] = /^([\w.-]+):(.+)$/.exec(to) ?? [];
  const base = from.replace(/^.*\//, '');
  const draft = {
    id: slug(`copy ${base}`),
    name: `${base} in ${name ?? to}`,
    action: actionOf(call),
    leavesNothing: true,
  };
  if (name === undefined || path === undefined)
    return {
      kind: 'step',
      draft: { ...draft, health: [{ probe: 'file', path: to.endsWith('/') || to === '.' ? `${to}/${base}` : to }] },
    };
  return {
    kind: 'step',
    draft: {
      ...draft,
      health: [
        commandProbe([
          ...call.wrap,
          'docker',
          'exec',
          name,
          'test',
          '-e',
          path.endsWith('/') ? `${path}${base}` : path,
        ]),
      ],
    },
  };
};

const composeValued = ['-f', '--file', '-p', '--project-name', '--profile', '--env-file', '--scale', '--timeout', '-t'];

export const compose: Rule = (call, world) => {
  const [verb = '', ...services] = operands(call.args, composeValued);
  const head = [...call.wrap, 'docker', 'compose', ...headOf(call.args)];
  switch (verb) {
    case 'up':
      return up(call, head, services);
    case 'down':
    case 'stop':
    case 'rm':
      return {
        kind: 'removes',
        things: [`compose/${world.cwd}`],
        draft: {
          id: 'compose-down',
          name: `compose ${verb}`,
          action: { run: [...head, 'down'] },
          satisfied: 'never',
          leavesNothing: true,
        },
      };
    case 'build':
    case 'pull':
      return {
        kind: 'step',
        draft: {
          id: slug(`compose ${verb}`),
          name: `Images of compose`,
          action: { run: [...head, ...call.args.slice(call.args.indexOf(verb))] },
          satisfied: 'once',
          leavesNothing: true,
          timeout: '30m',
        },
      };
    case 'exec':
      return call.args.length > 2
        ? onceDone(call, slug(`compose ${services[0] ?? ''}`), call.text)
        : aside('opens a terminal in a container');
    case 'logs':
      return has(call.args, '-f', '--follow')
        ? aside('goes on until it is stopped, in a terminal of its own')
        : checkOf(call, 'compose-logs', 'docker compose logs');
    default:
      return /^(ps|config|top|ls|images)$/.test(verb)
        ? checkOf(call, slug(`compose ${verb}`), `docker compose ${verb}`)
        : undefined;
  }
};

const headOf = (args: readonly string[]): readonly string[] =>
  args.slice(
    0,
    Math.max(
      0,
      args.findIndex((arg, at) => !arg.startsWith('-') && !composeValued.includes(args[at - 1] ?? '')),
    ),
  );

const up = (call: Call, head: readonly string[], services: readonly string[]): Outcome => {
  const args = call.args.slice(call.args.indexOf('up') + 1).filter((arg) => arg !== '-d' && arg !== '--detach');
  const running = [...head, 'ps', '--services', '--status', 'running'];
  const expect =
    services.length === 0
      ? 'exitCode == 0 && size(lines) > 0'
      : `exitCode == 0 && [${services.map(quoted).join(', ')}].all(s, s in lines)`;
  const all =
    services.length === 0
      ? [
          commandProbe(
            [
              'bash',
              '-c',
              'diff <("$@" config --services | sort) <("$@" ps --services --status running | sort)',
              'bash',
              ...head,
            ],
            { name: 'every service runs', within: '3m', timeout: '30s' },
          ),
        ]
      : [commandProbe(running, { name: `${services.join(', ')} run`, expect, within: '3m', timeout: '30s' })];
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(`compose ${services.join(' ')}`),
        name: services.length === 0 ? 'Services of compose' : `Services ${services.join(', ')}`,
        timeout: '20m',
        makes: 'compose',
      },
      action: { run: [...head, 'up', '--detach', ...args] },
      health: all,
      undo: {
        run: services.length === 0 ? [...head, 'down'] : [...head, 'rm', '--stop', '--force', ...services],
        absent: [
          commandProbe(
            services.length === 0
              ? [...head, 'ps', '--all', '--quiet']
              : [...head, 'ps', '--all', '--quiet', ...services],
            { expect: 'exitCode == 0 && stdout == ""' },
          ),
        ],
      },
    },
  };
};
