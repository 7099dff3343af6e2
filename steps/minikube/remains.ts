// What minikube makes in docker for a profile: containers, volumes and a network, found by the names and labels that it gives them.
import { type StepContext, StepError } from '../../src/engine/step-type.ts';
import { inspectNetworks, labelledContainers } from '../docker/inspect.ts';
import { reasonOf } from '../shared/command-reason.ts';

/** On everything it makes. Its other label, name.minikube.sigs.k8s.io, holds the node's name, which is the profile's for the first node only. */
export const madeByMinikube = 'created_by.minikube.sigs.k8s.io=true';

/** The names of a profile's first so many nodes, as minikube gives them. */
export const nodeNames = (profile: string, nodes: number): readonly string[] =>
  Array.from({ length: nodes }, (_, at) => (at === 0 ? profile : `${profile}-m${String(at + 1).padStart(2, '0')}`));

export interface Remains {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
}

/** All there is of a profile, of however many nodes. @throws StepError when docker gives no answer. */
export const remainsOf = async (profile: string, context: StepContext): Promise<Remains> => {
  const isNode = (name: string): boolean =>
    name.startsWith(profile) && /^(?:-m\d{2,})?(?:-preload-sidecar)?$/.test(name.slice(profile.length));
  const containers = await labelledContainers(context, madeByMinikube);
  const volumes = await labelledVolumes(context, madeByMinikube);
  const [network] = await inspectNetworks(context, [profile]);
  const isOwn = network?.labels['created_by.minikube.sigs.k8s.io'] === 'true';
  return {
    containers: containers.filter(isNode),
    volumes: volumes.filter(isNode),
    networks: network && isOwn ? [network.name] : [],
  };
};

/** `container cluster1-m02`: the first thing that is left; undefined when nothing is. */
export const firstOf = ({ containers, volumes, networks }: Remains): string | undefined =>
  [
    ...containers.map((name) => `container ${name}`),
    ...volumes.map((name) => `volume ${name}`),
    ...networks.map((name) => `docker network ${name}`),
  ][0];

/** Takes away what `minikube delete` left: it only warns of what it could not delete, and knows no node that its profile lost. */
export const removeRemains = async (
  { containers, volumes, networks }: Remains,
  context: StepContext,
): Promise<void> => {
  if (containers.length > 0) await context.must(['docker', 'rm', '--force', '--volumes', ...containers]);
  if (volumes.length > 0) await context.must(['docker', 'volume', 'rm', ...volumes]);
  if (networks.length > 0) await context.must(['docker', 'network', 'rm', ...networks]);
};

const labelledVolumes = async (context: StepContext, label: string): Promise<readonly string[]> => {
  const argv = ['docker', 'volume', 'ls', '--filter', `label=${label}`, '--format', '{{.Name}}'];
  const result = await context.command(argv, { quiet: true, here: true });
  if (result.exitCode !== 0) throw new StepError(reasonOf(result));
  return result.stdout.split(/\s+/).filter((name) => name !== '');
};
