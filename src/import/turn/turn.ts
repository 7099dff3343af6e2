// From a call to what becomes of it: the rule of its program, and what holds for all of them.
import type { Call } from '../read/call.ts';
import { cilium, helm } from './charts.ts';
import { k3d, kind, kubectx, minikube } from './clusters.ts';
import { containerlab } from './containerlab.ts';
import { compose, docker } from './docker.ts';
import { aside, type Outcome, slug } from './draft.ts';
import { download, fileRules, written } from './files.ts';
import { bridge, ip, iptables, modprobe, sysctl, tc } from './ip.ts';
import { isOfADay } from './kube.ts';
import { kubectl } from './kubectl.ts';
import { lookRules } from './looks.ts';
import { actionOf, onceDone, placeOf, type Rule } from './rule.ts';
import { inBackground, installer, systemRules } from './system.ts';
import type { World } from './world.ts';

const rules: Readonly<Record<string, Rule>> = {
  ...lookRules,
  ...fileRules,
  ...systemRules,
  ...{
    kubectl,
    kubectx,
    minikube,
    kind,
    k3d,
    containerlab,
    docker,
    podman: docker,
    'docker-compose': compose,
    helm,
    cilium,
  },
  ...{ ip, bridge, sysctl, iptables, ip6tables: iptables, tc, modprobe },
};

export const turn = (call: Call, world: World): Outcome => {
  const place =
    /^(docker|podman)$/.test(call.program) && call.args[0] === 'exec'
      ? call.args.filter((arg) => !arg.startsWith('-'))
      : undefined;
  if (place !== undefined && place.length === 2) return enter(place[1] ?? '', world);
  const into = containerOf(call);
  if (into !== undefined) world.containers.add(into);
  if (call.wrap.includes('kubectl') && call.wrap.some(isOfADay)) return aside('names a pod that only that day had');
  if (into !== undefined && isTerminal(call)) return enter(into, world);
  if (call.isInteractive && call.program === 'ssh')
    return aside(
      `opens a terminal on ${call.args.at(-1) ?? 'a host'}; npx lab exec does, where the lab has such a place`,
    );
  if (call.isInteractive && isTerminal(call)) return aside('opens a terminal');
  if (kubeRules.test(call.text) && into !== undefined) return withoutKubeRules(call, into);
  if (call.isBackground) return inBackground(call);
  return (
    installer(call, world) ??
    (call.writes === undefined ? undefined : written(call)) ??
    fetched(call, world) ??
    rules[call.program]?.(call, world) ??
    unknown(call)
  );
};

const fetched = (call: Call, world: World): Outcome | undefined =>
  /^(curl|wget)$/.test(call.program) ? download(call, world) : undefined;

const enter = (container: string, world: World): Outcome => {
  world.containers.add(container);
  return { kind: 'place', container };
};

const containerOf = ({ wrap }: Call): string | undefined => {
  const at = wrap.findIndex((each) => each === 'docker' || each === 'podman');
  if (at === -1) return undefined;
  const name = wrap
    .slice(at + 2)
    .find(
      (each, index, all) => !each.startsWith('-') && !/^(-e|-u|-w|--env|--user|--workdir)$/.test(all[index - 1] ?? ''),
    );
  return name === undefined || /[$`]/.test(name) ? undefined : name;
};

const isTerminal = ({ program, args, stdin }: Call): boolean =>
  args.length === 0 &&
  stdin === undefined &&
  /^(ba|da|a|z)?sh$|^(vtysh|sr_cli|cli|Cli|birdc|python3?|vppctl|SuperPutty)$/.test(program);

/** What kube-proxy left in a node's firewall. */
const kubeRules = /iptables-save\s*\|\s*grep\s+-v\s+KUBE\s*\|\s*iptables-restore/;
const withoutKubeRules = (call: Call, node: string): Outcome => ({
  kind: 'step',
  draft: {
    ...{
      id: slug(`rules ${node}`),
      name: `No rules of kube-proxy on ${node}`,
      action: actionOf(call),
      leavesNothing: true,
    },
    health: [
      {
        probe: 'command',
        name: `rules on ${node}`,
        run: [...call.wrap, 'iptables-save'],
        expect: 'exitCode == 0 && !stdout.contains("KUBE-SVC-") && !stdout.contains("KUBE-SEP-")',
      },
    ],
  },
});

/** Run as it stands: having run is all that can be told. */
const unknown = (call: Call): Outcome => {
  const isShell = /^(bash|sh|python3?)$/.test(call.program);
  const script = isShell ? call.args.find((arg) => !arg.startsWith('-')) : call.program;
  const name = (script ?? call.program).replace(/^.*\//, '').replace(/\.(sh|py)$/, '');
  const more = isShell ? '' : (call.args.find((arg) => /^[a-z]/i.test(arg)) ?? '');
  return onceDone(call, slug(`${name} ${more}${placeOf(call)}`), call.text.split('\n')[0] ?? call.program);
};
