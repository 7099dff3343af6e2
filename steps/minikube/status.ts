// What minikube says of a profile: its nodes and how they are, and how the profile was set up. Pure.
import * as z from 'zod';
import { jsonIn, readEach } from '../shared/read-each.ts';

const word = z.string().default('not told');
const nodeShape = z.object({ Name: z.string(), Host: word, Kubelet: word, APIServer: word, Kubeconfig: word });
export type NodeStatus = z.infer<typeof nodeShape>;

export type ClusterStatus =
  | { readonly kind: 'none' }
  /** It is known, and what its nodes are can't be told: the container of one is gone. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'nodes'; readonly nodes: readonly NodeStatus[]; readonly unread: readonly string[] };

const noSuchProfile = 85;

/** Reads `minikube status -o json`: an object for one node, a list for several, `null` when a node's container is gone. */
export const clusterStatus = (exitCode: number | null, stdout: string): ClusterStatus | undefined => {
  if (exitCode === noSuchProfile) return { kind: 'none' };
  const answer = jsonIn(stdout);
  if (answer === null) return { kind: 'broken' };
  if (typeof answer !== 'object') return undefined;
  const { entries, unread } = readEach(nodeShape, Array.isArray(answer) ? answer : [answer]);
  return { kind: 'nodes', nodes: entries, unread };
};

/** Why a cluster is not well: the first node that is not, or too few of them. Undefined when it is. */
export const illnessOf = (status: ClusterStatus, wanted: number): string | undefined => {
  if (status.kind === 'none') return 'there is no such cluster';
  if (status.kind === 'broken') return 'the container of a node is gone';
  const sick = status.nodes.map(nodeIllness).find((why) => why !== undefined);
  if (sick !== undefined) return sick;
  if (status.unread[0] !== undefined) return `a node of it can't be read: ${status.unread[0]}`;
  return status.nodes.length === wanted ? undefined : `${status.nodes.length} of ${wanted} nodes`;
};

const nodeIllness = ({ Name, Host, Kubelet, APIServer, Kubeconfig }: NodeStatus): string | undefined => {
  if (Host !== 'Running') return `${Name}: host ${Host}`;
  if (Kubelet !== 'Running') return `${Name}: kubelet ${Kubelet}`;
  if (!['Running', 'Irrelevant'].includes(APIServer)) return `${Name}: API server ${APIServer}`;
  if (!['Configured', 'Irrelevant'].includes(Kubeconfig)) return `${Name}: kubeconfig ${Kubeconfig}`;
  return undefined;
};

const profileShape = z.object({
  Name: z.string(),
  Config: z
    .object({
      Driver: z.string().default(''),
      KubernetesConfig: z
        .object({
          KubernetesVersion: z.string().default(''),
          ContainerRuntime: z.string().default(''),
          NetworkPlugin: z.string().default(''),
          CNI: z.string().default(''),
        })
        .prefault({}),
      Nodes: z.array(z.object({ Name: z.string() })).default([]),
    })
    .nullish(),
});

export interface Profile {
  readonly nodes: number;
  readonly kubernetes: string;
  readonly runtime: string;
  readonly networkPlugin: string;
  readonly cni: string;
}

export type ProfileRead =
  | { readonly kind: 'profile'; readonly profile: Profile }
  /** It was looked for by its name and is not there. */
  | { readonly kind: 'none' }
  /** The answer is no list of profiles, or what it says of this one is not understood. */
  | { readonly kind: 'unread'; readonly why?: string };

const named = z.object({ Name: z.string() });

/** The profile of that name in `minikube profile list -o json`, also when minikube calls it invalid; others are not read. */
export const profileIn = (stdout: string, name: string): ProfileRead => {
  const lists = z.object({ valid: z.array(z.unknown()).nullish(), invalid: z.array(z.unknown()).nullish() });
  const read = lists.safeParse(jsonIn(stdout));
  if (!read.success || (read.data.valid === undefined && read.data.invalid === undefined)) return { kind: 'unread' };
  const own = [...(read.data.valid ?? []), ...(read.data.invalid ?? [])].filter((each) => {
    const known = named.safeParse(each);
    return known.success && known.data.Name === name;
  });
  const { entries, unread } = readEach(profileShape, own);
  if (unread[0] !== undefined) return { kind: 'unread', why: unread[0] };
  const config = entries.find((each) => each.Config)?.Config;
  if (!config) return { kind: 'none' };
  const { KubernetesConfig: kubernetes, Nodes } = config;
  const profile = {
    nodes: Nodes.length,
    kubernetes: kubernetes.KubernetesVersion,
    runtime: kubernetes.ContainerRuntime,
    networkPlugin: kubernetes.NetworkPlugin,
    cni: kubernetes.CNI,
  };
  return { kind: 'profile', profile };
};
