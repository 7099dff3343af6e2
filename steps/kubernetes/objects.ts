// What Kubernetes objects say of themselves: their conditions, and when they changed last or started. Pure.
import type { KubernetesObject } from './kubectl.ts';

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  /** The generation of the object it was said of. */
  readonly observedGeneration?: number;
}

export const conditionOf = ({ status }: KubernetesObject, type: string): Condition | undefined => {
  const conditions = status?.['conditions'];
  return Array.isArray(conditions) ? (conditions as Condition[]).find((each) => each.type === type) : undefined;
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
