// Whether an object meets a condition, also where its kind has no such condition or the one it has is from before its last change. Pure.
import { StepError } from '../../src/engine/step-type.ts';
import type { KubernetesObject } from './kubectl.ts';
import { conditionOf } from './objects.ts';

/** Kinds whose controllers roll out; asked for Available or Ready, they are done when kubectl rollout status would say so. */
const workloads = ['Deployment', 'DaemonSet', 'StatefulSet'];
const rolledOut = ['Available', 'Ready'];

/** Why an object does not meet a condition; undefined when it does. @throws StepError, final, for a condition it will never have. */
export const unmetBecause = (object: KubernetesObject, type: string): string | undefined => {
  const { kind = '' } = object;
  if (isBehind(object)) return 'its last change has not been seen yet';
  if (workloads.includes(kind) && rolledOut.includes(type)) return rolloutLack(object);
  demandPossible(object, type);
  const condition = conditionOf(object, type);
  if (condition?.status !== 'True') return whyNot(object, type);
  const { observedGeneration = generationOf(object) } = condition;
  return observedGeneration < generationOf(object) ? 'its last change has not been seen yet' : undefined;
};

/** How many objects meet a condition, in words: `2 of 3 nodes Ready; cluster1-m02: KubeletNotReady`. @throws StepError as `unmetBecause` */
export const countConditions = (
  objects: readonly KubernetesObject[],
  { type, kind, wanted }: { type: string; kind: string; wanted: number },
): { readonly met: readonly string[]; readonly saw: string } => {
  const judged = objects.map((object) => ({ name: object.metadata.name, why: unmetBecause(object, type) }));
  const met = judged.filter(({ why }) => why === undefined).map(({ name }) => name);
  const unmet = judged.find(({ why }) => why !== undefined);
  const total = Math.max(wanted, objects.length);
  const count = `${met.length} of ${total} ${kind}${total === 1 || kind.endsWith('s') ? '' : 's'} ${type}`;
  return { met, saw: unmet === undefined ? count : `${count}; ${unmet.name}: ${unmet.why}` };
};

/** A pod that did its work and ended, as those of jobs do: it is never Ready, and need not be. */
export const isCompleted = ({ kind, status }: KubernetesObject): boolean =>
  kind === 'Pod' && status?.['phase'] === 'Succeeded';

const generationOf = ({ metadata }: KubernetesObject): number => metadata.generation ?? 0;

const isBehind = (object: KubernetesObject): boolean => {
  const observed = object.status?.['observedGeneration'];
  if (typeof observed === 'number') return observed < generationOf(object);
  // A workload that no controller has looked at yet has not said anything.
  return workloads.includes(object.kind ?? '');
};

/** The counts that `kubectl rollout status` waits for. */
const rolloutLack = ({ kind, spec, status }: KubernetesObject): string | undefined => {
  const count = (name: string): number => Number(status?.[name] ?? 0);
  const isDaemon = kind === 'DaemonSet';
  const wanted = isDaemon ? count('desiredNumberScheduled') : Number(spec?.['replicas'] ?? 1);
  const updated = count(isDaemon ? 'updatedNumberScheduled' : 'updatedReplicas');
  if (updated < wanted) return `${updated} of ${wanted} updated`;
  if (kind === 'Deployment' && count('replicas') > updated)
    return `${count('replicas') - updated} old replicas are there`;
  const available = count(
    isDaemon ? 'numberAvailable' : kind === 'StatefulSet' ? 'readyReplicas' : 'availableReplicas',
  );
  return available < wanted ? `${available} of ${wanted} available` : undefined;
};

const demandPossible = (object: KubernetesObject, type: string): void => {
  const { kind = '', metadata } = object;
  const ask = (better: string): StepError =>
    new StepError(`a ${kind} never has the condition ${type}; ask for ${better}`, { final: true });
  if (kind === 'DaemonSet' || kind === 'StatefulSet') throw ask('Available');
  if (kind === 'Job' && rolledOut.includes(type)) throw ask('Complete');
  if (kind !== 'Job' || type !== 'Complete') return;
  const failed = conditionOf(object, 'Failed');
  if (failed?.status === 'True')
    throw new StepError(`${metadata.name} failed: ${failed.message ?? failed.reason ?? 'no reason given'}`, {
      final: true,
    });
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
