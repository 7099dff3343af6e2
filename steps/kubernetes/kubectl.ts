// How step types talk to a cluster: kubectl with its context named, answers as objects, and absence told from trouble.
import * as z from 'zod';
import type { CommandResult } from '../../src/engine/ports.ts';
import { type CommandOptions, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { reasonOf } from '../shared/command-reason.ts';

export const clusterInput = z.string().min(1).describe('The cluster, as its kubectl context is called');

export const kubectlArgv = (cluster: string, args: readonly string[]): readonly string[] => [
  'kubectl',
  '--context',
  cluster,
  ...args,
];

export const kubectl = (
  context: StepContext,
  cluster: string,
  args: readonly string[],
  options?: CommandOptions,
): Promise<CommandResult> => context.command(kubectlArgv(cluster, args), options);

/** An object as the API gives it. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly generation?: number;
    readonly managedFields?: readonly { readonly time?: string }[];
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

/** Why a cluster gave no answer; a context that does not exist does not come by waiting. */
export const commandFailure = (result: CommandResult): StepError =>
  new StepError(reasonOf(result), {
    final: /context "[^"]*" does not exist|context was not found for specified context/.test(result.stderr),
  });

/** Objects of a query; an object that is not there is none. @throws StepError when the cluster gives no answer. */
export const getObjects = async (
  context: StepContext,
  cluster: string,
  args: readonly string[],
): Promise<readonly KubernetesObject[]> => {
  const argv = ['get', ...args, '-o', 'json', '--ignore-not-found'];
  const result = await kubectl(context, cluster, argv, { quiet: true, keepBytes: 16 << 20 });
  if (result.exitCode !== 0) throw commandFailure(result);
  return objectsIn(result.stdout);
};

/** What kubectl prints for `-o json`: nothing, an object, or a list. */
export const objectsIn = (text: string): readonly KubernetesObject[] => {
  if (text.trim() === '') return [];
  const answer = JSON.parse(text) as { items?: readonly KubernetesObject[] } & KubernetesObject;
  return answer.items ?? [answer];
};

/** Whether the cluster itself is gone, and with it everything that was in it: kubectl no longer knows its context. */
export const isClusterGone = async (context: StepContext, cluster: string): Promise<boolean> => {
  const result = await context.command(['kubectl', 'config', 'get-contexts', '-o', 'name'], { quiet: true });
  return result.exitCode === 0 && !result.stdout.split(/\s+/).includes(cluster);
};
