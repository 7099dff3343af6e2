// What minikube says of a profile: its nodes and how they are, and how the profile was set up. Pure.
import * as z from 'zod';

const nodeShape = z.object({
  Name: z.string(),
  Host: z.string(),
  Kubelet: z.string(),
  APIServer: z.string(),
  Kubeconfig: z.string(),
  Worker: z.boolean().optional(),
});
export type NodeStatus = z.infer<typeof nodeShape>;

export type ClusterStatus =
  | { readonly kind: 'none' }
  /** It is known, and what its nodes are can't be told: the container of one is gone. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'nodes'; readonly nodes: readonly NodeStatus[] };

const noSuchProfile = 85;

/** Reads `minikube status -o json`: an object for one node, a list for several, `null` when a node's container is gone. */
export const clusterStatus = (exitCode: number | null, stdout: string): ClusterStatus | undefined => {
  if (exitCode === noSuchProfile) return { kind: 'none' };
  const read = z.union([nodeShape, z.array(nodeShape), z.null()]).safeParse(jsonIn(stdout));
  if (!read.success) return undefined;
  if (read.data === null) return { kind: 'broken' };
  return { kind: 'nodes', nodes: Array.isArray(read.data) ? read.data : [read.data] };
};

/** Why a cluster is not well: the first node that is not, or too few of them. Undefined when it is. */
export const illnessOf = (status: ClusterStatus, wanted: number): string | undefined => {
  if (status.kind === 'none') return 'there is no such cluster';
  if (status.kind === 'broken') return 'the container of a node is gone';
  const sick = status.nodes.map(nodeIllness).find((why) => why !== undefined);
  if (sick !== undefined) return sick;
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

/** The profile of that name in `minikube profile list -o json`, also when minikube calls it invalid. */
export const profileIn = (stdout: string, name: string): Profile | undefined => {
  const list = z.array(profileShape).nullish();
  const read = z.object({ valid: list, invalid: list }).safeParse(jsonIn(stdout));
  if (!read.success) return undefined;
  const found = [...(read.data.valid ?? []), ...(read.data.invalid ?? [])].find((each) => each.Name === name);
  if (!found?.Config) return undefined;
  const { KubernetesConfig: kubernetes, Nodes } = found.Config;
  return {
    nodes: Nodes.length,
    kubernetes: kubernetes.KubernetesVersion,
    runtime: kubernetes.ContainerRuntime,
    networkPlugin: kubernetes.NetworkPlugin,
    cni: kubernetes.CNI,
  };
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text.trim());
  } catch {
    return undefined; // A message instead of JSON: the caller says what it was.
  }
};
