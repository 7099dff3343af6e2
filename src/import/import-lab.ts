// `lab import` without the files: texts in, the files of a variant out, with what became of every command.
import { kindOf, type Source } from './read/source.ts';
import { readTopology, type Topology } from './read/topology.ts';
import { assemble, type Verdict } from './story/assemble.ts';
import type { Told } from './story/told.ts';
import { walk } from './story/walk.ts';
import { deployed } from './turn/containerlab.ts';
import { slug } from './turn/draft.ts';
import { joinPath, type Known, World } from './turn/world.ts';
import { variantText } from './write/variant-text.ts';
import { workflowText } from './write/workflow-text.ts';

export interface ImportWish {
  readonly sources: readonly Source[];
  /** Step and probe types by name. */
  readonly known: Known;
  /** What the variant is called; by its topology or README unless told. */
  readonly name?: string;
  /** Where the lab's own files lie, relative to the project. */
  readonly folder: string;
  /** What that folder is called. */
  readonly base?: string;
  /** Texts that lie there and were not given, by path: commands may name them. */
  readonly beside?: ReadonlyMap<string, string>;
}

export interface Imported {
  readonly name: string;
  /** Relative to the folder of the variant. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** In the order of the texts. */
  readonly verdicts: readonly Verdict[];
  /** Lines that programs printed, by file. */
  readonly printed: ReadonlyMap<string, number>;
  /** Paths of files that commands name, in the lab's folder. */
  readonly called: readonly string[];
}

export const importLab = ({ sources, known, name, folder, base = '', beside = new Map() }: ImportWish): Imported => {
  const read = sources
    .filter((source) => kindOf(source) === 'topology')
    .map((source) => ({ source, topology: readTopology(source) }));
  const topologies = read.flatMap(({ topology }) => ('why' in topology ? [] : [topology]));
  const world = new World({
    base,
    known,
    topologies,
    texts: new Map([...beside, ...sources.map(({ path, text }): [string, string] => [path, text])]),
    spokenClusters: spokenClusters(sources, topologies),
  });
  const { told, printed } = walk(sources, world);
  const unread = read.flatMap(({ source, topology }) => ('why' in topology ? [unreadTopology(source, topology)] : []));
  const { workflows, verdicts } = assemble([...unread, ...fromTopologies(told, world), ...told]);
  const title = titleOf(sources, topologies);
  const own = name ?? slug(topologies[0]?.name ?? title ?? 'lab');
  // In a clone of it already, or in a folder where it would be cloned to.
  const at = world.clonedInto === undefined || base === world.clonedInto ? folder : joinPath(folder, world.clonedInto);
  const readers = (input: string) =>
    workflows
      .filter(({ items }) => JSON.stringify(items).includes(`\${{ inputs.${input} }}`))
      .map((workflow) => workflow.name);
  const apart = [...world.inputs].map(([input, spec]) => ({ input, spec, by: readers(input) }));
  const isOwn = ({ by }: { by: readonly string[] }): boolean => by.length === 1 && by[0] !== 'deploy';
  const ofWorkflow = (workflow: string) =>
    new Map(apart.filter((each) => isOwn(each) && each.by[0] === workflow).map(({ input, spec }) => [input, spec]));
  const inputs = new Map(
    apart.filter((each) => !isOwn(each) && each.by.length > 0).map(({ input, spec }) => [input, spec]),
  );
  return {
    name: own,
    files: [
      {
        path: 'variant.yaml',
        text: variantText({ name: own, description: title ?? `The lab ${own}`, workflows, world, inputs, folder: at }),
      },
      ...workflows.map((workflow) => ({
        path: `${workflow.name}.yaml`,
        text: workflowText(workflow, ofWorkflow(workflow.name)),
      })),
    ],
    verdicts,
    printed,
    called: [...beside.keys()].filter((path) => told.some(({ text }) => names(text, path))),
  };
};

export type { Verdict };

const names = (text: string, path: string): boolean => {
  const base = path.replace(/^.*\//, '');
  if (base === 'Makefile') return /(^|[\s;&])make\b/.test(text);
  return (
    /\.(sh|clab\.ya?ml)$/.test(base) &&
    text.split(/[\s="']+/).some((word) => word === base || word.endsWith(`/${base}`))
  );
};

/** A topology that no text deploys is deployed all the same: it is why it was given. */
const fromTopologies = (told: readonly Told[], world: World): readonly Told[] =>
  world.topologies
    .filter(
      ({ name }) =>
        !told.some(({ outcome }) => outcome.kind === 'step' && outcome.draft.makes === `containerlab/${name}`),
    )
    .map((topology) => tell(topology.file, 1, `name: ${topology.name}`, deployed(topology, world)));

const unreadTopology = ({ name }: Source, { line, why }: { line: number; why: string }): Told =>
  tell(name, line, 'topology', { kind: 'left', why });

const tell = (file: string, line: number, text: string, outcome: Told['outcome']): Told => ({
  ...{ file, line, end: line, text, title: '', outcome, cwd: undefined, env: {}, prelude: '', notes: [] },
  section: { purpose: 'deploy', exercise: '' },
});

const titleOf = (sources: readonly Source[], topologies: readonly Topology[]): string | undefined => {
  const readme = sources.find((source) => kindOf(source) === 'markdown');
  const heading =
    readme === undefined
      ? undefined
      : (/^\s*#\s+(.+?)\s*#*\s*$/m.exec(readme.text)?.[1] ?? /^(.+)\n=+\s*$/m.exec(readme.text)?.[1]);
  const plain = heading
    ?.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*_<>]/g, '')
    .trim();
  if (plain !== undefined && plain !== '') return plain;
  const [topology] = topologies;
  return topology === undefined ? undefined : `The lab ${topology.name}`;
};

/** Clusters of kind as texts and topologies call them, each once, in the order they come. */
const spokenClusters = (sources: readonly Source[], topologies: readonly Topology[]): readonly string[] => {
  const nodes = topologies.flatMap((topology) =>
    topology.nodes.map((node) => /^(.+)-control-plane$/.exec(node.name)?.[1]),
  );
  const all = (shape: RegExp) => sources.flatMap(({ text }) => [...text.matchAll(shape)].map(([, name]) => name));
  const contexts = all(/\bkind-([a-z0-9][a-z0-9.-]*[a-z0-9])\b(?=["'\s.`]|$)/g);
  // Not the image of that name.
  const containers = all(/(?<![/\w-])([a-z0-9][a-z0-9-]*)-control-plane\b(?![:@])/g);
  return [
    ...new Set(
      [...nodes, ...contexts, ...containers].filter((each) => each !== undefined && !/linux|amd64|arm64/.test(each)),
    ),
  ] as readonly string[];
};
