// Looks at a cluster: those that a probe of the catalogue understands become it, the rest stays the command.
import type { Call } from '../read/call.ts';
import { aside, slug } from './draft.ts';
import { has, operands, option } from './flags.ts';
import { contextOf, isOfADay, kindOfObject, valuedAnywhere } from './kube.ts';
import { checkOf, type Rule } from './rule.ts';
import type { World } from './world.ts';

const valued = [
  ...valuedAnywhere,
  '-o',
  '--output',
  '-c',
  '--container',
  '--field-selector',
  '--sort-by',
  '--tail',
  '--since',
];

export const kubectlCheck: Rule = (call, world) => {
  const [verb = '', kindWord = '', ...names] = operands(call.args, valued);
  if (has(call.args, '-f', '--follow') && verb === 'logs')
    return aside('goes on until it is stopped, in a terminal of its own');
  if ([kindWord, ...names].some(isOfADay)) return aside('names a pod that only that day had');
  if (call.piped.some((each) => /\bxargs\b/.test(each) && /\b(delete|apply|patch|label)\b/.test(each)))
    return restarted(call, world);
  const plain = withoutWatch(call);
  if (verb === 'get' && call.piped.length === 0 && names.length === 0) {
    const typed = typedGet(plain, world, kindOfObject(kindWord));
    if (typed) return { kind: 'check', draft: typed };
  }
  const what = [verb === 'get' ? '' : verb, kindWord, ...names].join(' ').trim() || verb;
  return checkOf(plain, slug(what), `kubectl ${verb} ${[kindWord, ...names].join(' ')}`.trim(), { timeout: '30s' });
};

const withoutWatch = (call: Call): Call => {
  const flags = ['-w', '--watch', '--watch-only'];
  const args = call.args.filter((arg) => !flags.includes(arg));
  return {
    ...call,
    args,
    argv: call.argv?.filter((arg) => !flags.includes(arg)),
    text: call.text.replaceAll(/ (-w|--watch(-only)?)(?=\s|$)/g, ''),
  };
};

const typedGet = (call: Call, world: World, kind: string) => {
  const cluster = contextOf(call);
  if (cluster === undefined || !world.known.probes.has('kubernetes')) return undefined;
  const namespace = option(call.args, '-n', '--namespace');
  const isEverywhere = has(call.args, '-A', '--all-namespaces');
  const selector = option(call.args, '-l', '--selector');
  const where = {
    ...(isEverywhere ? { allNamespaces: true } : namespace !== undefined && { namespace }),
    ...(selector !== undefined && { selector }),
  };
  const place = isEverywhere ? ' of all namespaces' : namespace === undefined ? '' : ` of ${namespace}`;
  const probe = { probe: 'kubernetes', cluster, ...where };
  if (kind === 'node')
    return {
      id: 'nodes',
      name: 'Nodes are Ready',
      health: [{ ...probe, kind: 'nodes', condition: 'Ready', within: '2m' }],
    };
  if (kind !== 'pod') return undefined;
  const expect = 'size(items) > 0 && items.all(p, p.status.phase in ["Running", "Succeeded"])';
  return {
    id: slug(`pods ${namespace ?? selector ?? ''}`),
    name: `Pods${place} run`,
    health: [{ ...probe, kind: 'pods', expect, within: '3m' }],
  };
};

/** A list of pods handed to `kubectl delete`: they are to start anew. */
const restarted = (call: Call, world: World) => {
  const cluster = contextOf(call);
  if (/cilium-operator/.test(call.text) && cluster !== undefined && world.known.steps.has('cilium.fresh'))
    return {
      kind: 'step',
      draft: {
        ...{
          id: 'cilium-operator',
          name: "Cilium's operator started after the last change",
          timeout: '8m',
          leavesNothing: true,
        },
        action: { uses: 'cilium.fresh', with: { cluster, component: 'operator', pods: 1 } },
      },
    } as const;
  return {
    kind: 'step',
    draft: {
      id: 'restart-pods',
      name: 'Restart of pods',
      action: { shell: call.text },
      satisfied: 'once',
      leavesNothing: true,
    },
  } as const;
};
