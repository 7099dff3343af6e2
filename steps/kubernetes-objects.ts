// What Kubernetes objects say of themselves: whether they are ready, why not, and when they changed last. Pure.
import type { KubernetesObject } from './kubectl.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export const conditionOf = ({ status }: KubernetesObject, type: string): Condition | undefined => {
  const conditions = status?.['conditions'];
  return Array.isArray(conditions) ? (conditions as Condition[]).find((each) => each.type === type) : undefined;
};

/** How many objects meet a condition, in words: `2 of 3 nodes Ready; cluster1-m02: KubeletNotReady`. */
export const countConditions = (
  objects: readonly KubernetesObject[],
  { type, kind, wanted }: { type: string; kind: string; wanted: number },
): { readonly met: readonly string[]; readonly saw: string } => {
  const met = objects.filter((each) => conditionOf(each, type)?.status === 'True');
  const unmet = objects.find((each) => !met.includes(each));
  const total = Math.max(wanted, objects.length);
  const count = `${met.length} of ${total} ${kind}${total === 1 || kind.endsWith('s') ? '' : 's'} ${type}`;
  const why = unmet === undefined ? '' : `; ${unmet.metadata.name}: ${whyNot(unmet, type)}`;
  return { met: met.map(({ metadata }) => metadata.name), saw: `${count}${why}` };
};

const whyNot = (object: KubernetesObject, type: string): string => {
  const waiting = waitingReason(object);
  if (waiting !== undefined) return waiting;
  const condition = conditionOf(object, type) ?? conditionOf(object, 'PodScheduled');
  return condition?.reason ?? condition?.message ?? `no condition ${type}`;
};

/** Why a container of a pod does not run: ImagePullBackOff says more than ContainersNotReady. */
const waitingReason = ({ status }: KubernetesObject): string | undefined => {
  const containers = status?.['containerStatuses'];
  if (!Array.isArray(containers)) return undefined;
  const states = containers as { state?: { waiting?: { reason?: string } } }[];
  return states.map(({ state }) => state?.waiting?.reason).find((reason) => reason !== undefined);
};

/** Milliseconds since the epoch of the last write to an object; needs its managed fields. */
export const changedAt = ({ metadata }: KubernetesObject): number =>
  Math.max(
    Date.parse(metadata.creationTimestamp ?? ''),
    ...(metadata.managedFields ?? []).map(({ time }) => Date.parse(time ?? '')).filter((time) => !Number.isNaN(time)),
  );

/** Milliseconds since the epoch at which the last container of a pod started; undefined while one does not run. */
export const startedAt = ({ status }: KubernetesObject): number | undefined => {
  const containers = status?.['containerStatuses'];
  if (!Array.isArray(containers) || containers.length === 0) return undefined;
  const states = containers as { state?: { running?: { startedAt?: string } } }[];
  const times = states.map(({ state }) => Date.parse(state?.running?.startedAt ?? ''));
  return times.some(Number.isNaN) ? undefined : Math.max(...times);
};
