// variant.yaml: which programs the workflows call, what the text left open, which passwords it held, and how places are entered.
import { Document, isMap, isSeq, visit } from 'yaml';
import type { PlannedWorkflow } from '../story/assemble.ts';
import type { World } from '../turn/world.ts';

export interface VariantWish {
  readonly name: string;
  readonly description: string;
  readonly workflows: readonly PlannedWorkflow[];
  readonly world: World;
  /** Those that more than one workflow reads, or the one that builds the lab. */
  readonly inputs: World['inputs'];
  /** Where the lab's own files lie, relative to the project. */
  readonly folder: string;
}

export const variantText = ({ name, description, workflows, world, inputs, folder }: VariantWish): string => {
  const places = [...world.containers]
    .filter((each) => /^[\w.-]+$/.test(each))
    .map((container) => ({ name: placeName(container, world), container }));
  const document = new Document({
    ...{ name, description },
    ...(toolsOf(workflows).length > 0 && { requires: { tools: toolsOf(workflows) } }),
    inputs: {
      folder: { type: 'path', default: folder, description: "Where the lab's own files lie" },
      ...Object.fromEntries(inputs),
    },
    ...(world.secrets.size > 0 && { secrets: Object.fromEntries(world.secrets) }),
    ...(places.length > 0 && {
      enter: {
        places,
        command: ['docker', 'exec', '--interactive', '${{ place.container }}'],
        interactive: ['docker', 'exec', '--interactive', '--tty', '${{ place.container }}'],
        shell: ['sh'],
      },
    }),
  });
  document.commentBefore = ' yaml-language-server: $schema=../variant.schema.json';
  visit(document, {
    Collection: (_, node, path) => {
      const text = JSON.stringify(node.toJSON());
      if (
        path.length > 2 &&
        text.length <= 120 &&
        (isSeq(node) || isMap(node)) &&
        !(isSeq(node) && node.items.some((item) => isMap(item)))
      )
        node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
};

const placeName = (container: string, { topologies }: World): string =>
  topologies.flatMap(({ nodes }) => nodes).find((node) => node.container === container)?.name ?? container;

/** Where each is got; `versionFrom` where `--version` is not what it takes. */
const known: Readonly<Record<string, { readonly install: string; readonly versionFrom?: readonly string[] }>> = {
  docker: { install: 'https://docs.docker.com/engine/install/' },
  containerlab: { install: 'bash -c "$(curl -sL https://get.containerlab.dev)"', versionFrom: ['version'] },
  minikube: { install: 'https://minikube.sigs.k8s.io/docs/start/', versionFrom: ['version', '--short'] },
  kubectl: { install: 'https://kubernetes.io/docs/tasks/tools/', versionFrom: ['version', '--client'] },
  kind: { install: 'https://kind.sigs.k8s.io/docs/user/quick-start/#installation', versionFrom: ['version'] },
  k3d: { install: 'https://k3d.io/#installation', versionFrom: ['version'] },
  helm: { install: 'https://helm.sh/docs/intro/install/', versionFrom: ['version', '--short'] },
  cilium: { install: 'https://github.com/cilium/cilium-cli/releases', versionFrom: ['version', '--client'] },
  git: { install: 'apt-get install git' },
  curl: { install: 'apt-get install curl' },
  jq: { install: 'apt-get install jq' },
  ip: { install: 'apt-get install iproute2', versionFrom: ['-V'] },
  'ansible-playbook': { install: 'https://docs.ansible.com/ansible/latest/installation_guide/' },
  netlab: { install: 'https://netlab.tools/install/', versionFrom: ['version'] },
  vagrant: { install: 'https://developer.hashicorp.com/vagrant/install' },
  terraform: { install: 'https://developer.hashicorp.com/terraform/install' },
  colima: { install: 'https://github.com/abiosoft/colima' },
  gnmic: { install: 'https://gnmic.openconfig.net/install/', versionFrom: ['version'] },
  argocd: {
    install: 'https://argo-cd.readthedocs.io/en/stable/cli_installation/',
    versionFrom: ['version', '--client'],
  },
};
/** The program behind a step type. */
const ofType: Readonly<Record<string, readonly string[]>> = {
  containerlab: ['docker', 'containerlab'],
  minikube: ['docker', 'minikube'],
  kubernetes: ['kubectl'],
  cilium: ['cilium', 'kubectl'],
  docker: ['docker'],
  kind: ['docker', 'kind'],
  helm: ['helm'],
  git: ['git'],
  compose: ['docker'],
  ansible: ['ansible-playbook'],
};

const toolsOf = (workflows: readonly PlannedWorkflow[]): readonly Record<string, unknown>[] => {
  const used = new Set<string>();
  for (const item of workflows.flatMap(({ items }) => items)) {
    if (item.kind !== 'step') continue;
    const { action, health = [] } = item.draft;
    for (const word of [
      ...programsIn(action?.run ?? []),
      ...health.flatMap((probe) => programsIn((probe['run'] as readonly string[] | undefined) ?? [])),
    ])
      used.add(word);
    for (const word of action?.shell?.match(/[\w-]+/g) ?? []) used.add(word);
    for (const word of ofType[action?.uses?.split('.')[0] ?? ''] ?? []) used.add(word);
  }
  return Object.entries(known).flatMap(([tool, more]) => (used.has(tool) ? [{ tool, ...more }] : []));
};

/** The first word, and the one behind sudo. */
const programsIn = ([first = '', ...rest]: readonly string[]): readonly string[] =>
  first === 'sudo' ? [rest.find((word) => !word.startsWith('-')) ?? ''] : [first];
