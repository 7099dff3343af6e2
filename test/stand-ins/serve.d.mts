// What the rig sees of the world behind the stand-ins.
export interface Order {
  readonly on: string;
  /** `log`: do all of the work, end with 0, and log `message`. */
  readonly do: 'fail' | 'hang' | 'half' | 'log';
  readonly times: number;
  readonly code?: number;
  readonly message?: string;
}

export interface WorldContainer {
  readonly running: boolean;
  readonly interfaces: Readonly<Record<string, { readonly addresses: readonly string[] }>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly lostDocker?: boolean;
  readonly rules: { readonly proxy?: boolean };
}

export interface World {
  /** Every call as a line, and as its arguments. */
  readonly calls: readonly string[];
  readonly argvs: readonly (readonly string[])[];
  readonly containers: Readonly<Record<string, WorldContainer>>;
  readonly profiles: Readonly<Record<string, { readonly nodes: readonly string[] }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly labs: Readonly<Record<string, unknown>>;
}

/** Versions of the tools that are installed, by their names; those that are not named are new ones. */
export type Versions = Readonly<Partial<Record<'docker' | 'minikube' | 'kubectl' | 'containerlab' | 'cilium', string>>>;

export interface WorldServer {
  readonly world: World;
  order(...orders: Order[]): void;
  close(): Promise<void>;
}

export function serve(folder: string, versions?: Versions): WorldServer;
