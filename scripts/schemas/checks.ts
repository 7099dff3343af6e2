// The list of schema checks a folder of schemas allows: each has a name and yields what is wrong.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { definitionsIn, manifestFaults, topologyFaults } from './json-schema.ts';
import { hasTool, kubectlFaults, routerFaults } from './real-tools.ts';
import { cilium, echo, metallb, routers, sizes, topology } from './renders.ts';

export interface SchemaCheck {
  readonly name: string;
  /** Why it can't be made here; undefined when it can. */
  readonly lacks?: string;
  faults(): Promise<readonly string[]>;
}

/** The folder of schemas that was named, if any; undefined when it is not there. */
export const schemasFolder = (named = process.env['LAB_SCHEMAS']): string | undefined =>
  named !== undefined && existsSync(named) ? named : undefined;

export const checksFor = (folder: string): readonly SchemaCheck[] => [
  ...routerChecks(join(folder, 'srlinux')),
  ...topologyChecks(join(folder, 'containerlab')),
  ...ciliumChecks(join(folder, 'cilium')),
  ...metallbChecks(join(folder, 'metallb')),
  ...kubectlChecks(),
];

const releasesIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
    : [];

const routerChecks = (folder: string): readonly SchemaCheck[] =>
  releasesIn(folder).flatMap((release) =>
    Object.entries(sizes).map(([size, inputs]) => ({
      name: `SR Linux ${release}: configurations of the ${size} size fit Nokia's models`,
      ...(!hasTool('yanglint') && { lacks: 'yanglint (Debian: libyang2-tools)' }),
      faults: async () => routerFaults(join(folder, 'check'), release, await routers(inputs, release)),
    })),
  );

const topologyChecks = (folder: string): readonly SchemaCheck[] =>
  (existsSync(folder) ? readdirSync(folder) : []).flatMap((file) => {
    const release = /v([\d.]+)\.json$/.exec(file)?.[1] ?? '';
    const check = (what: string, text: () => Promise<{ text: string }>): SchemaCheck => ({
      name: `containerlab ${release}: the topology ${what} fits its schema`,
      faults: async () => topologyFaults(join(folder, file), (await text()).text),
    });
    return [
      ...Object.entries(sizes).map(([size, inputs]) => check(`of the ${size} size`, () => topology(inputs, release))),
      check('with a management network of its own', () => topology({}, release, '172.30.30.0/24')),
    ];
  });

const ciliumChecks = (folder: string): readonly SchemaCheck[] =>
  releasesIn(folder).map((version) => ({
    name: `Cilium ${version}: BGP resources and pool fit its definitions`,
    faults: async () => {
      const definitions = definitionsIn(join(folder, version));
      const files = await Promise.all(Object.values(sizes).map((inputs) => cilium(inputs, version)));
      return files.flat().flatMap(({ text }) => manifestFaults(definitions, text));
    },
  }));

const metallbChecks = (folder: string): readonly SchemaCheck[] =>
  releasesIn(folder).map((version) => ({
    name: `MetalLB ${version}: pool, peer and advertisement fit its definitions`,
    faults: async () => manifestFaults(definitionsIn(join(folder, version)), (await metallb({})).text),
  }));

const kubectlChecks = (): readonly SchemaCheck[] => {
  const lacks = hasTool('kubectl') ? {} : { lacks: 'kubectl' };
  const check = (name: string, text: () => Promise<string>): SchemaCheck => ({
    name: `kubectl reads ${name} and knows every field`,
    ...lacks,
    faults: async () => kubectlFaults(await text()),
  });
  return [
    check('the echo service', async () => (await echo({})).text),
    check('the echo service with an address of its own', async () => (await echo({}, '192.168.33.7')).text),
    check('the resources of MetalLB', async () => (await metallb({})).text),
    ...['1.14.3', '1.16.0', '1.18.14'].map((version) =>
      check(`the resources of Cilium ${version}`, async () =>
        (await cilium({}, version)).map(({ text }) => text).join('---\n'),
      ),
    ),
  ];
};
