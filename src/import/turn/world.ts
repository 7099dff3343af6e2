// What is known while commands are turned one after the other: what was made so far, where the person is, which context kubectl has.
import type { Topology } from '../read/topology.ts';

export interface Cluster {
  readonly kind: 'minikube' | 'kind' | 'k3s' | 'k3d';
  readonly name: string;
  /** As kubectl calls it. */
  readonly context: string;
}

export interface Known {
  readonly steps: ReadonlySet<string>;
  readonly probes: ReadonlySet<string>;
}

export class World {
  readonly known: Known;
  readonly topologies: readonly Topology[];
  readonly clusters: Cluster[] = [];
  /** What they say, as far as they were read, by their path in the lab's folder. */
  readonly texts: ReadonlyMap<string, string>;
  /** Names of clusters that texts speak of (`kind-NAME`, `NAME-control-plane`), for those whose file was not given. */
  readonly spokenClusters: readonly string[];
  /** Containers that commands enter. */
  readonly containers = new Set<string>();
  /** Inputs that the text leaves open, by name, with what they say when the text has a word for it. */
  readonly inputs = new Map<string, Readonly<Record<string, unknown>>>();
  /** Inputs that would be needed if what was just read becomes a step. */
  readonly offered = new Map<string, Readonly<Record<string, unknown>>>();
  readonly secrets = new Map<string, { readonly env: string }>();
  /** Which secret a value became. */
  readonly secretValues = new Map<string, string>();
  /** What a rule took for granted about the command at hand. */
  notes: string[] = [];
  context: string | undefined;
  /** The context is only that of the cluster made last: no text has chosen it. */
  isContextImplied = false;
  namespace: string | undefined;
  /** Where the person is, relative to the folder of the lab; absolute when it is elsewhere. */
  cwd = '';
  /** What the folder of the lab is called. */
  readonly base: string;
  /** Folder that a clone made, when the lab's files come with it. */
  clonedInto: string | undefined;

  constructor(given: Pick<World, 'known' | 'topologies' | 'texts' | 'spokenClusters' | 'base'>) {
    this.known = given.known;
    this.topologies = given.topologies;
    this.texts = given.texts;
    this.base = given.base;
    this.spokenClusters = given.spokenClusters;
  }

  /** A text says which cluster it goes on with. */
  choose(context: string): void {
    if (this.clusters.length > 0 && !this.clusters.some((each) => each.context === context))
      this.note(
        `no cluster that is made here has the context ${context}; there are ${this.clusters.map((each) => each.context).join(', ')}`,
      );
    this.context = context;
    this.isContextImplied = false;
  }

  /** Declares the inputs that something reads. */
  declare(value: unknown): void {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/\$\{\{ inputs\.(\w+) \}\}/g)) {
      const spec = this.offered.get(name);
      if (spec !== undefined && !this.inputs.has(name)) this.inputs.set(name, spec);
    }
  }

  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }

  /** A path as a workflow names it, from anywhere. */
  path(path: string): string {
    if (isElsewhere(path)) return path;
    const inside = joinPath(this.cwd, path);
    if (inside.startsWith('/') || inside.startsWith('${{')) return inside;
    return inside === '' ? labFolder : `${labFolder}/${inside}`;
  }

  /** The folder the person is in, as a workflow names it. */
  get folder(): string {
    return this.path('.');
  }

  /** A path seen from the folder of the lab. */
  pathInLab(path: string): string {
    return joinPath(this.cwd, path);
  }
}

/** The folder where the lab's own files lie: an input of the variant. */
export const labFolder = '${{ inputs.folder }}';

const isElsewhere = (path: string): boolean => /^(\/|[a-z][a-z0-9+.-]*:\/\/|\$\{\{)/.test(path);

/** Without `.` and `..` as far as that goes; an absolute one stands by itself. */
export const joinPath = (folder: string, path: string): string => {
  const whole = isElsewhere(path) ? path : `${folder}/${path}`;
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..' && parts.at(-1) !== '') parts.pop();
    else if (part !== '.' && (part !== '' || parts.length === 0)) parts.push(part);
  }
  const joined = parts.join('/');
  return isElsewhere(path) || folder.startsWith('/') ? joined : joined.replace(/^\/+/, '');
};
