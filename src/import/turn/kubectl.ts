// kubectl: what is applied, made, labelled and taken away, and what is only looked at.
import type { Call } from '../read/call.ts';
import { absorbed, aside, commandProbe, type Draft, left, type Outcome, type Probe, slug } from './draft.ts';
import { has, operands, option, options, without, withoutFlags } from './flags.ts';
import { ask, contextOf, durationOf, isOfADay, kindOfObject, valuedAnywhere, withContext } from './kube.ts';
import { kubectlCheck } from './kubectl-checks.ts';
import { labelRule, taintRule } from './kubectl-marks.ts';
import { actionOf, checkOf, lookProbe, onceDone, type Rule } from './rule.ts';
import type { World } from './world.ts';

const valued = [
  ...valuedAnywhere,
  '-f',
  '--filename',
  '-k',
  '--kustomize',
  '-o',
  '--output',
  '-c',
  '--container',
  '--timeout',
  '--for',
  '-p',
  '--patch',
  '--type',
  '--image',
  '--port',
  '--name',
  '--replicas',
  '--cluster',
  '--field-manager',
  '--target-port',
  '--grace-period',
  '--tail',
  '--from-literal',
  '--from-file',
  '--from-env-file',
];

export const kubectl: Rule = (call, world) => {
  const verb = operands(call.args, valued)[0];
  const rule = verbs[verb ?? ''];
  return (
    rule?.(withContext(call, world), world) ??
    (verb === undefined ? undefined : onceDone(withContext(call, world), slug(`kubectl ${verb}`), call.text))
  );
};

const apply: Rule = (call, world) => {
  const files = options(call.args, '-f', '--filename');
  const folder = option(call.args, '-k', '--kustomize');
  const [first = folder] = files;
  if (first === undefined) return undefined;
  const typed = typedApply(call, world, files);
  if (typed) return typed;
  const from =
    folder === undefined
      ? files.flatMap((file) => ['--filename', world.path(file)])
      : ['--kustomize', world.path(folder)];
  const isRead = first === '-';
  const source = isRead ? ['--filename', '-'] : from;
  if (isRead && call.stdin === undefined) return piped(call);
  const stdin = isRead ? { stdin: call.stdin ?? '' } : {};
  const server =
    has(call.args, '--server-side') || operands(call.args, valued)[0] === 'create' ? ['--server-side'] : [];
  const more = withoutFlags(
    call.args.filter((arg) => /^--(force-conflicts|recursive|validate|wait)/.test(arg)),
    '--wait',
  );
  const name = isRead ? (/\bname:\s*["']?([\w.-]+)/.exec(call.stdin ?? '')?.[1] ?? 'manifest') : nameOfFile(first);
  return {
    kind: 'step',
    draft: {
      id: slug(name),
      name: isRead ? `Manifest of ${name}` : `Manifest ${shown(first)}`,
      action: { run: ask(call, ['apply', ...server, ...more, ...source]), ...stdin },
      health: [
        commandProbe(ask(call, ['diff', ...server, ...source]), {
          ...stdin,
          ...{ name: 'the cluster has it as written', timeout: '1m', within: '1m' },
        }),
      ],
      undo: {
        run: ask(call, ['delete', ...source, '--ignore-not-found']),
        ...stdin,
        absent: [
          commandProbe(ask(call, ['get', ...source, '--ignore-not-found', '--output', 'name']), {
            ...stdin,
            expect: 'exitCode == 0 && stdout == ""',
          }),
        ],
      },
      // What is applied may be asked for by a webhook that takes a moment to start.
      retry: { attempts: 3, delay: '5s' },
      makes: `manifest/${name}`,
    },
  };
};

const shown = (file: string): string => file.replace(/^.*\/(?=.)/, '');
const nameOfFile = (file: string): string =>
  file
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .replace(/^.*\//, '')
    .replace(/\.(ya?ml|json)$/, '');

const typedApply = (call: Call, world: World, files: readonly string[]): Outcome | undefined => {
  const [file] = files;
  const cluster = contextOf(call);
  const isPlain =
    files.length === 1 &&
    file !== undefined &&
    /^[^:]*\.(ya?ml|json)$/.test(file) &&
    option(call.args, '-n', '--namespace') === undefined;
  if (!isPlain || cluster === undefined || !world.known.steps.has('kubernetes.apply')) return undefined;
  return {
    kind: 'step',
    draft: {
      id: slug(nameOfFile(file)),
      name: `Manifest ${shown(file)}`,
      action: { uses: 'kubernetes.apply', with: { cluster, file: world.path(file) } },
      retry: { attempts: 3, delay: '5s' },
      makes: `manifest/${nameOfFile(file)}`,
    },
  };
};

/** What another command writes is applied: only the whole line can do it again. */
const piped = (call: Call): Outcome => onceDone(call, 'apply', 'Manifest that a command writes');

const removal = (call: Call, kind: string, names: readonly string[]): Pick<Draft, 'health'> => ({
  health: [
    commandProbe(ask(call, ['get', kind, ...names, '--ignore-not-found', '--output', 'name']), {
      expect: 'exitCode == 0 && stdout == ""',
      within: '1m',
    }),
  ],
});

const deleted: Rule = (call, world) => {
  const files = [...options(call.args, '-f', '--filename'), ...options(call.args, '-k', '--kustomize')];
  if (files.length > 0)
    return {
      kind: 'removes',
      things: files.map((file) => `manifest/${nameOfFile(file)}`),
      draft: {
        id: slug(`no ${nameOfFile(files[0] ?? '')}`),
        name: call.text,
        action: actionOf(call),
        satisfied: 'once',
        leavesNothing: true,
      },
    };
  const [, first = '', ...rest] = operands(call.args, valued);
  const selector = option(call.args, '-l', '--selector');
  if (has(call.args, '--all') && selector === undefined)
    return left('takes away everything of a kind, also what is not of this lab');
  const kind = kindOfObject(first.split('/')[0] ?? '');
  const names = first.includes('/') ? [first, ...rest].map((each) => each.split('/')[1] ?? '') : rest;
  if (kind === 'pod') return selector === undefined ? restarted(call) : restartedBy(call, selector);
  if (names.length === 0) return undefined;
  const things = names.map((name) => `${kind}/${name}`);
  return {
    kind: 'removes',
    things,
    draft: {
      id: slug(`no ${names[0]}`),
      name: `${things.join(', ')} gone`,
      ...gone(call, world, kind, names),
      leavesNothing: true,
    },
  };
};

const gone = (call: Call, world: World, kind: string, names: readonly string[]): Pick<Draft, 'action' | 'health'> => {
  const cluster = contextOf(call);
  const namespace = option(call.args, '-n', '--namespace');
  if (cluster !== undefined && world.known.steps.has('kubernetes.gone')) {
    const objects = names.map((name) => `${kind}/${name}`);
    return {
      action: { uses: 'kubernetes.gone', with: { cluster, ...(namespace !== undefined && { namespace }), objects } },
    };
  }
  return {
    action: { run: ask(call, ['delete', kind, ...names, '--ignore-not-found']) },
    ...removal(call, kind, names),
  };
};

/** A pod that is deleted comes again: it is a restart, and nothing tells later whether it was. */
const restarted = (call: Call): Outcome => {
  const names = operands(call.args, valued).slice(2);
  if (names.some(isOfADay))
    return aside('names a pod that only that day had; a restart of its owner does the same: kubectl rollout restart');
  return onceDone(call, slug(`restart ${names[0] ?? 'pods'}`), `Restart of ${names.join(', ') || 'pods'}`);
};
const restartedBy = (call: Call, selector: string): Outcome =>
  onceDone(call, slug(`restart ${selector.replace(/^.*=/, '')}`), `Restart of the pods ${selector}`);

const rolledOut = ['deployment', 'daemonset', 'statefulset'];
const namedSecrets = ['generic', 'tls', 'docker-registry', 'clusterip', 'loadbalancer', 'nodeport', 'externalname'];

const create: Rule = (call, world) => {
  if (has(call.args, '-f', '--filename', '-k', '--kustomize')) return apply(call, world);
  const [, word = '', ...rest] = operands(call.args, valued);
  const kind = kindOfObject(word);
  const name = namedSecrets.includes(rest[0] ?? '') ? rest[1] : rest[0];
  if (name === undefined) return undefined;
  return made(call, kind, name);
};

const made = (call: Call, kind: string, name: string): Outcome => {
  const get = ask(call, ['get', kind, name]);
  const health = rolledOut.includes(kind)
    ? commandProbe(ask(call, ['rollout', 'status', `${kind}/${name}`, '--timeout=1s']), {
        name: `${kind} ${name}`,
        within: '5m',
      })
    : commandProbe(get, { name: `${kind} ${name}` });
  return {
    kind: 'step',
    draft: {
      id: slug(name),
      name: `${kind[0]?.toUpperCase()}${kind.slice(1)} ${name}`,
      action: actionOf(call),
      health: [health],
      undo: {
        run: ask(call, ['delete', kind, name, '--ignore-not-found']),
        absent: [
          commandProbe([...get, '--ignore-not-found', '--output', 'name'], { expect: 'exitCode == 0 && stdout == ""' }),
        ],
      },
      makes: `${kind}/${name}`,
    },
  };
};

const exposed: Rule = (call) => {
  const name = option(call.args, '--name') ?? operands(call.args, valued).slice(1).at(-1)?.replace(/^.*\//, '');
  return name === undefined ? undefined : made(call, 'service', name);
};

const ran: Rule = (call) => {
  const name = operands(call.args, valued)[1];
  if (has(call.args, '--rm') || call.isInteractive) return left('a pod for one look that asks for a terminal');
  if (name === undefined) return undefined;
  const outcome = made(call, 'pod', name);
  if (outcome.kind !== 'step') return outcome;
  return {
    ...outcome,
    draft: {
      ...outcome.draft,
      health: [
        commandProbe(ask(call, ['wait', `pod/${name}`, '--for=condition=Ready', '--timeout=1s']), { within: '3m' }),
      ],
    },
  };
};

/** `kubectl wait` and `rollout status` wait for what the step before began. */
const waited: Rule = (call) => {
  const within = durationOf(option(call.args, '--timeout') ?? '') ?? '5m';
  const args = [...without(call.args, '--timeout'), '--timeout=1s'];
  const probe: Probe = lookProbe(
    call.argv === undefined ? call : { ...call, argv: [...call.wrap, call.program, ...args] },
    { within, timeout: '30s' },
  );
  return { kind: 'proof', probe };
};

const rollout: Rule = (call, world) => {
  const [, verb, target = ''] = operands(call.args, valued);
  if (verb === 'status') return waited(call, world);
  if (verb !== 'restart') return undefined;
  const [kind = '', name = ''] = target.includes('/')
    ? target.split('/')
    : [target, operands(call.args, valued)[3] ?? ''];
  const full = name === '' ? kindOfObject(kind) : `${kindOfObject(kind)}/${name}`;
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(`restart ${name || kind}`),
        name: `Restart of ${full}`,
        action: actionOf(call),
        satisfied: 'once',
        leavesNothing: true,
      },
      health: [commandProbe(ask(call, ['rollout', 'status', full, '--timeout=1s']), { within: '5m' })],
    },
  };
};

const scaled: Rule = (call) => {
  const replicas = option(call.args, '--replicas');
  const target = operands(call.args, valued).slice(1).join('/');
  if (!/^\d+$/.test(replicas ?? '') || target === '') return undefined;
  return {
    kind: 'step',
    draft: {
      ...{
        id: slug(`scale ${target.replace(/^.*\//, '')}`),
        name: `${replicas} replicas of ${target}`,
        action: actionOf(call),
        leavesNothing: true,
      },
      health: [
        commandProbe(ask(call, ['get', target, '--output', 'json']), {
          expect: `json.spec.replicas == ${Number(replicas)}`,
        }),
      ],
    },
  };
};

const config: Rule = (call, world) => {
  const [, verb, name] = operands(call.args, valued);
  if (verb === 'use-context' && name !== undefined) {
    world.choose(name);
    return absorbed('each step names its context');
  }
  if (verb === 'set-context' && option(call.args, '-n', '--namespace') !== undefined) {
    world.namespace = option(call.args, '-n', '--namespace');
    return left(`sets the namespace of the terminal; add --namespace ${world.namespace} to the steps that rest on it`);
  }
  return /^(get|view|current)/.test(verb ?? '') ? checkOf(call, 'contexts', 'kubectl knows its clusters') : undefined;
};

const stays: Rule = () => aside('goes on until it is stopped, in a terminal of its own');

const verbs: Readonly<Record<string, Rule>> = {
  ...{
    apply,
    create,
    replace: apply,
    delete: deleted,
    expose: exposed,
    run: ran,
    wait: waited,
    rollout,
    scale: scaled,
    config,
  },
  ...{ label: labelRule, annotate: labelRule, taint: taintRule },
  ...{ 'port-forward': stays, proxy: stays, attach: stays, edit: () => aside('opens an editor') },
  ...Object.fromEntries(
    [
      'get',
      'describe',
      'logs',
      'version',
      'cluster-info',
      'top',
      'api-resources',
      'api-versions',
      'auth',
      'events',
      'explain',
      'diff',
    ].map((verb) => [verb, kubectlCheck]),
  ),
};
