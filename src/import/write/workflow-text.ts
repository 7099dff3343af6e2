// A planned workflow as YAML: each step below a comment that names the line it came from, and what was not turned as a comment in its place.
import { Document, isCollection, isMap, isSeq, type Node, visit, type YAMLMap } from 'yaml';
import type { PlannedStep, PlannedWorkflow, Remark } from '../story/assemble.ts';
import type { Told } from '../story/told.ts';
import type { Action, Draft, Probe } from '../turn/draft.ts';
import { labFolder } from '../turn/world.ts';

type Inputs = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** `inputs` are those that only this workflow reads. */
export const workflowText = (workflow: PlannedWorkflow, inputs: Inputs): string => {
  const { name, description, undoes, items } = workflow;
  const steps = items.filter((item) => item.kind === 'step');
  const env = sharedEnv(steps);
  const document = new Document({
    ...{ name, description },
    ...(undoes !== undefined && { undoes }),
    ...(inputs.size > 0 && { inputs: Object.fromEntries(inputs) }),
    ...(Object.keys(env).length > 0 && { env }),
    ...((steps.length > 0 || undoes === undefined) && { steps: steps.map((step) => stepValue(step, env)) }),
  });
  document.commentBefore = ' yaml-language-server: $schema=../workflow.schema.json';
  const left = comment(document, items);
  if (left !== '') document.comment = left;
  arrange(document);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
};

/** Above each step where it came from, and the remarks that stand before it; what follows the last is given back. */
const comment = (document: Document, items: readonly (PlannedStep | Remark)[]): string => {
  const steps = document.get('steps');
  let open: string[] = [];
  let at = 0;
  for (const item of items) {
    if (item.kind === 'remark') {
      open.push(...remarkLines(item));
      continue;
    }
    const node = isSeq(steps) ? (steps.items[at] as YAMLMap | undefined) : undefined;
    at += 1;
    if (node === undefined) continue;
    node.commentBefore = [...open, ...(open.length > 0 ? [''] : []), ...originLines(item.told)]
      .map(asComment)
      .join('\n');
    node.spaceBefore = at > 1;
    open = [];
  }
  return open.map(asComment).join('\n');
};

const place = ({ file, line, end }: Told): string => (end > line ? `${file}:${line}-${end}` : `${file}:${line}`);

const originLines = (told: Told): readonly string[] => [
  `${place(told)}  ${firstLine(told.text)}`,
  ...told.notes.map((note) => `taken for granted: ${note}`),
];

const remarkLines = ({ told, why }: Remark): readonly string[] => [
  `not turned: ${place(told)}: ${why}`,
  ...told.text.split('\n').map((line) => `    ${line}`),
];

const firstLine = (text: string): string => {
  const [first = '', ...more] = text.split('\n');
  const shown = first.length > 140 ? `${first.slice(0, 139)}…` : first;
  return more.length > 0 && !shown.endsWith('…') ? `${shown} …` : shown;
};

/** YAML has no way to write some characters in a comment. */
const asComment = (line: string): string => ` ${line.replaceAll(/[^\P{C}\t]/gu, '?')}`.trimEnd();

/** What every step has in its environment stands once, above them. */
const sharedEnv = (steps: readonly PlannedStep[]): Readonly<Record<string, string>> => {
  const [first, ...more] = steps;
  if (first === undefined || more.length === 0) return {};
  const isShared = ([name, value]: readonly [string, string]): boolean =>
    more.every(({ told }) => told.env[name] === value);
  return Object.fromEntries(
    Object.entries(first.told.env).filter((entry) => isShared(entry) && !entry[1].includes('steps[')),
  );
};

const stepValue = (
  { id, draft, told, needs }: PlannedStep,
  shared: Readonly<Record<string, string>>,
): Record<string, unknown> => {
  const { action, health, undo, satisfied, timeout, retry, outputs, name, makes } = draft;
  const wrap = (each: Action): Action => withPrelude(each, told.prelude);
  const own = Object.entries(told.env).filter(([each]) => !(each in shared));
  const env = { ...Object.fromEntries(own), ...action?.env };
  const cwd = action?.cwd ?? (needsFolder(draft, told.prelude) ? (told.cwd ?? labFolder) : undefined);
  const [kind, ...thing] = makes?.split('/') ?? [];
  const created = thing.join('/');
  return ours({
    ...{ id, name, needs },
    ...(action && actionValue(wrap(action))),
    ...(Object.keys(env).length > 0 && { env }),
    ...(cwd !== undefined && { cwd }),
    ...(satisfied !== undefined && { satisfied }),
    ...(timeout !== undefined && { timeout }),
    ...(retry !== undefined && { retry }),
    ...(health !== undefined &&
      health.length > 0 && { health: health.map((probe) => probeValue(probe, told.prelude)) }),
    ...(undo !== undefined && {
      undo: {
        ...actionValue(wrap(undo)),
        ...(undo.absent !== undefined &&
          undo.absent.length > 0 && { absent: undo.absent.map((probe) => probeValue(probe, told.prelude)) }),
      },
    }),
    ...(undo !== undefined && created !== '' && kind !== undefined && { creates: [{ kind, name: created }] }),
    ...(outputs !== undefined && { outputs }),
  }) as Record<string, unknown>;
};

/** Programs that go by no folder, as long as none of their words is a path of it. */
const freeOfFolders =
  /^(docker|podman|kubectl|helm|minikube|kind|k3d|cilium|containerlab|ip|bridge|tc|sysctl|iptables|ip6tables|modprobe|curl|ping|ping6|traceroute|systemctl|pgrep|pkill|grep|zebra|bgpd|ripd|ospfd|git|apt-get|sleep)$/;
const isPathHere = (word: string): boolean =>
  /^(?:[\w-]+=)?(\.{1,2}(\/|$)|(?![\w.-]+:)[\w.-]+\/[\w.-]*[a-zA-Z_][\w./-]*$|[\w-]+\.(ya?ml|json|sh|conf|cfg|txt|env|py|tar|gz|tgz)$)/.test(
    word,
  );

/** Whether it matters where it runs: a script, a path, a program that reads what lies around. */
const needsFolder = ({ action, health = [], undo }: Draft, prelude: string): boolean => {
  const isBound = (argv: unknown): boolean => {
    if (!Array.isArray(argv)) return false;
    const words = (argv as readonly string[]).filter((word) => word !== 'sudo' && word !== '--non-interactive');
    const [program = '', second = ''] = words;
    return (
      !freeOfFolders.test(program) ||
      /^(compose|build|cp|run)$/.test(program === 'docker' ? second : '') ||
      words.some(isPathHere)
    );
  };
  const probes = [...health, ...(undo?.absent ?? [])];
  const isHere = (path: unknown): boolean => typeof path === 'string' && !/^(\/|\$\{\{)/.test(path);
  if (
    (prelude !== '' && action?.run !== undefined && !freeOfFolders.test(programOf(action.run))) ||
    action?.shell !== undefined ||
    isBound(action?.run) ||
    isBound(undo?.run)
  )
    return true;
  return probes.some((probe) => (probe['probe'] === 'file' ? isHere(probe['path']) : isBound(probe['run'])));
};

const actionValue = ({ run, shell, uses, with: input, stdin }: Action): Record<string, unknown> => ({
  ...(run !== undefined && { run }),
  ...(shell !== undefined && { shell }),
  ...(uses !== undefined && { uses }),
  ...(input !== undefined && { with: input }),
  ...(stdin !== undefined && { stdin }),
});

/** What was sourced before stands before each command that came after, but for programs that nobody sources anything for. */
const withPrelude = (action: Action, prelude: string): Action => {
  const { run, shell, ...more } = action;
  if (prelude === '' || action.uses !== undefined) return action;
  return run === undefined
    ? { ...more, shell: `${prelude}\n${shell ?? ''}` }
    : { ...more, run: sourcing(run, prelude) };
};

const sourcing = (run: readonly string[], prelude: string): readonly string[] =>
  prelude === '' || freeOfFolders.test(programOf(run))
    ? run
    : ['bash', '-c', `${prelude.replaceAll('\n', '; ')}; "$@"`, 'bash', ...run];

const programOf = (run: readonly string[]): string =>
  run.find((word) => word !== 'sudo' && !word.startsWith('-')) ?? '';

const probeValue = (probe: Probe, prelude: string): Record<string, unknown> => {
  const { probe: kind, name, run, ...more } = probe;
  const argv = Array.isArray(run) ? sourcing(run as readonly string[], prelude) : undefined;
  return { probe: kind, ...(name !== undefined && { name }), ...(argv !== undefined && { run: argv }), ...more };
};

/** What the text itself writes as `${{` is no expression of ours. */
const ours = (value: unknown): unknown => {
  if (typeof value === 'string')
    return value.replaceAll(/\$\{\{(?! (?:inputs|secrets|steps|project|state)[.[])/g, '${{ "${{" }}');
  if (Array.isArray(value)) return value.map(ours);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, ours(each)]));
};

/** Short lists and maps stand on one line, as people write them. */
const arrange = (document: Document): void => {
  visit(document, {
    Collection: (key, node, path) => {
      const parent = path.at(-1);
      const isTop = parent === document || (isMap(parent) && false);
      if (isTop || node.commentBefore != null || hasComment(node) || isSteps(document, node)) return;
      const isList =
        isSeq(node) &&
        key !== 'key' &&
        node.items.every((item) => !isCollection(item) || item.flow === true || isMap(item));
      const text = JSON.stringify(node.toJSON());
      if (
        text.length <= (isSeq(parent) || holdsWords(node) ? 150 : 110) &&
        !text.includes('\\n') &&
        (isList ? !holdsProbes(node) : isSeq(parent) && !holdsProbes(node))
      )
        node.flow = true;
    },
  });
};

const holdsWords = (node: Node): boolean => isSeq(node) && node.items.every((item) => !isCollection(item));
const isSteps = (document: Document, node: Node): boolean => document.get('steps') === node;
const hasComment = (node: Node): boolean =>
  isSeq(node) && node.items.some((item) => isMap(item) && item.commentBefore != null);
const holdsProbes = (node: Node): boolean =>
  isSeq(node)
    ? node.items.some((item) => isMap(item) && item.has('probe'))
    : isMap(node) && (node.has('probe') || node.has('id'));
