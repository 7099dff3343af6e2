// What there is of Cilium in a cluster: its configuration with the time it changed, its pods with the time they started, its helm release.
import { type Seen, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { releaseValues } from '../kubernetes/helm-release.ts';
import { getObjects, type KubernetesObject } from '../kubernetes/kubectl.ts';
import { changedAt, conditionOf, startedAt } from '../kubernetes/objects.ts';

export type Component = 'agent' | 'operator';

export const components: Readonly<Record<Component, { readonly selector: string; readonly workload: string }>> = {
  agent: { selector: 'k8s-app=cilium', workload: 'daemonset/cilium' },
  operator: { selector: 'io.cilium/app=operator', workload: 'deployment/cilium-operator' },
};

export interface CiliumConfig {
  readonly data: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch of the last change. */
  readonly changedAt: number;
}

/** Undefined when Cilium is not installed. */
export const configOf = async (context: StepContext, cluster: string): Promise<CiliumConfig | undefined> => {
  const asked = ['-n', 'kube-system', 'configmap', 'cilium-config', '--show-managed-fields'];
  const [map] = await getObjects(context, cluster, asked);
  return map && { data: map.data ?? {}, changedAt: changedAt(map) };
};

export interface CiliumPod {
  readonly name: string;
  readonly node: string;
  readonly ready: boolean;
  /** Milliseconds since the epoch. */
  readonly madeAt: number;
  /** Milliseconds since the epoch; undefined while a container of it does not run. */
  readonly startedAt: number | undefined;
}

/** The pods of a component that are to stay: one that is being deleted is as good as gone. */
export const podsOf = async (
  context: StepContext,
  cluster: string,
  component: Component,
): Promise<readonly CiliumPod[]> => {
  const asked = ['-n', 'kube-system', 'pods', '-l', components[component].selector];
  const pods = await getObjects(context, cluster, asked);
  return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(podIn);
};

const podIn = (pod: KubernetesObject): CiliumPod => ({
  name: pod.metadata.name,
  node: String(pod.spec?.['nodeName'] ?? ''),
  ready: conditionOf(pod, 'Ready')?.status === 'True',
  madeAt: Date.parse(pod.metadata.creationTimestamp ?? ''),
  startedAt: startedAt(pod),
});

/**
 * A pod that may work with an older configuration. The kubelet lays the configuration into a pod before it pulls the image, so one that
 * was made before the change may start after it and still be old. Times are whole seconds: one that started in the second of the change
 * counts as old; one that was made in it does not, since an installation makes both at once, the configuration first.
 */
export const isOutdated = ({ madeAt, startedAt: started }: CiliumPod, changed: number): boolean =>
  madeAt < changed || (started !== undefined && started <= changed);

export type Release = 'none' | 'deployed' | 'unfinished';

export interface ReleaseState {
  readonly state: Release;
  /** What it was made with, by dotted names; undefined where that can't be read. */
  readonly values: Readonly<Record<string, unknown>> | undefined;
}

/** The state of the helm release: one that was cut off in the middle can neither be installed over nor upgraded. */
export const releaseOf = async (context: StepContext, cluster: string): Promise<ReleaseState> => {
  const secrets = await getObjects(context, cluster, ['-n', 'kube-system', 'secrets', '-l', 'owner=helm,name=cilium']);
  const revision = ({ metadata }: KubernetesObject): number => Number(metadata.labels?.['version'] ?? 0);
  const [newest] = [...secrets].sort((a, b) => revision(b) - revision(a));
  if (!newest) return { state: 'none', values: undefined };
  const state = newest.metadata.labels?.['status'] === 'deployed' ? 'deployed' : 'unfinished';
  return { state, values: releaseValues(newest) };
};

/** Namespaces of an earlier release that the cluster is still taking away: until they are gone nothing can be made in them. */
export const endingNamespaces = async (context: StepContext, cluster: string): Promise<Seen> => {
  const all = await getObjects(context, cluster, ['namespaces', '-l', 'app.kubernetes.io/managed-by=Helm']);
  const ending = all.find(
    ({ metadata }) =>
      metadata.deletionTimestamp !== undefined && metadata.annotations?.['meta.helm.sh/release-name'] === 'cilium',
  );
  return ending
    ? { holds: false, saw: `the namespace ${ending.metadata.name} of an earlier Cilium is still being deleted` }
    : { holds: true, saw: 'nothing of an earlier Cilium is being deleted' };
};

/** The version of the agent that is installed; undefined when there is none. */
export const installedVersion = async (context: StepContext, cluster: string): Promise<string | undefined> => {
  const [set] = await getObjects(context, cluster, ['-n', 'kube-system', 'daemonset', 'cilium']);
  if (!set) return undefined;
  const template = set.spec?.['template'] as { spec?: { containers?: { name: string; image: string }[] } } | undefined;
  const image = template?.spec?.containers?.find(({ name }) => name === 'cilium-agent')?.image;
  if (image === undefined) throw new StepError('the DaemonSet cilium has no container cilium-agent');
  return /:v?(\d+\.\d+\.\d+[^@]*)/.exec(image)?.[1] ?? image;
};
