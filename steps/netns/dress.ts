// Dressing namespaces: kernel settings first, since they count when an interface goes up; then interfaces, addresses and routes.
// What is compared with the kernel afterwards is what the very same files say.
import { type Seen, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { Gathering } from '../shared/gathering.ts';
import { answersIn } from '../shared/shell-answers.ts';
import { entry, folderOf, fromHost, inCapsule, needCapsule } from './capsule-entry.ts';
import { linksAt, type Named } from './capsule-world.ts';
import { commandsFor } from './cures.ts';
import { filesSeen } from './daemons.ts';
import { type Difference, differencesIn, sayDifferences } from './differences.ts';
import { kernelIn } from './kernel.ts';
import { type DressText, wantedIn } from './wanted.ts';

export interface Dressing {
  readonly namespace: { readonly name: string; readonly role: string };
  /** Templates. */
  readonly batch: string;
  readonly sysctl: string;
}

type Values = Readonly<Record<string, unknown>>;

/** Whether namespaces are what their files say, and have nothing besides that may break the lab. */
export const dressingsSeen = async (
  context: StepContext,
  world: Named,
  { dressings, values }: { readonly dressings: readonly Dressing[]; readonly values: Values },
): Promise<Seen> => {
  const missing = dressings.find(({ namespace }) => !world.namespaces.has(namespace.name));
  if (missing) return { holds: false, saw: `namespace ${missing.namespace.name} is not there` };
  const texts = await textsOf(context, dressings, values);
  const written = await filesSeen(context, world, filesOf(texts));
  if (!written.holds) return written;
  const found = await differencesOf(context, dressings, texts);
  if (found === undefined) return { holds: false, saw: 'the kernel did not say what it holds for it' };
  const all = [...found.values()].flat();
  return { holds: all.length === 0, saw: all.length === 0 ? 'dressed' : sayDifferences(all) };
};

/** Takes away what does not belong there, and writes what `dress` in a shell goes by. */
export const writeDressings = async (
  context: StepContext,
  dressings: readonly Dressing[],
  values: Values,
): Promise<void> => {
  const pid = await needCapsule(context);
  const texts = await textsOf(context, dressings, values);
  // What was never dressed has nothing too many.
  const before = await Promise.all(
    texts.map(({ namespace }) => context.host.stat(fromHost(pid, `${folderOf(namespace)}/ip.batch`))),
  );
  if (before.some((file) => file !== undefined)) {
    const found = await differencesOf(context, dressings, texts);
    for (const [namespace, all] of found ?? []) await cure(context, namespace, all);
  }
  for (const [file, text] of Object.entries(filesOf(texts))) await context.host.writeFile(fromHost(pid, file), text);
};

const textsOf = (context: StepContext, dressings: readonly Dressing[], values: Values): Promise<readonly DressText[]> =>
  Promise.all(
    dressings.map(async ({ namespace, batch, sysctl }) => {
      const render = (template: string): Promise<string> =>
        context.host.render(`${context.projectDir}/${template}`, { fabric: context.model, namespace, ...values });
      return { namespace: namespace.name, batch: await render(batch), sysctl: await render(sysctl) };
    }),
  );

const filesOf = (texts: readonly DressText[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    texts.flatMap(({ namespace, batch, sysctl }) => [
      [`${folderOf(namespace)}/sysctl.conf`, sysctl],
      [`${folderOf(namespace)}/ip.batch`, batch],
    ]),
  );

/** By namespace; undefined when one of them does not answer. */
const differencesOf = async (
  context: StepContext,
  dressings: readonly Dressing[],
  texts: readonly DressText[],
): Promise<ReadonlyMap<string, readonly Difference[]> | undefined> => {
  const wanted = wantedIn(texts);
  const names = texts.map(({ namespace }) => namespace);
  const [links, ...kernels] = await Promise.all([
    linksAt(context, names),
    ...names.map((name) => kernelIn(context, name)),
  ]);
  const found = new Map<string, readonly Difference[]>();
  for (const [at, { namespace }] of dressings.entries()) {
    const { name, role } = namespace;
    const [own, there, kernel] = [wanted.get(name), links.get(name), kernels[at]];
    if (!own || !there || !kernel) return undefined;
    // The step of the service owns what a node does with connections to its address.
    found.set(name, differencesIn(own, { links: there, kernel }, role === 'node' ? ['ip nat'] : []));
  }
  return found;
};

/** What can't be taken away is seen again by the check. */
const cure = async (context: StepContext, namespace: string, all: readonly Difference[]): Promise<void> => {
  for (const { argv, stdin } of commandsFor(all)) {
    const capsule = await needCapsule(context);
    const { exitCode, stderr } = await context.command([...entry(context.host, capsule, namespace), ...argv], {
      stdin,
      quiet: true,
    });
    if (exitCode !== 0) context.log(`${argv[0]} in ${namespace}: ${stderr.trim().split('\n')[0]}`);
  }
};

/**
 * For a shell in the capsule: `dress NAMESPACE`. It can be done again to what is dressed and in use: an interface that is there
 * already is no error, anything else is.
 */
export const dressFunction = `dress() {
  nsenter --net="/run/netns/$1" sh -ec 'sysctl -q -p "$1/sysctl.conf"; exec ip -force -batch "$1/ip.batch"' \\
    sh "/run/lab/$1" 2>"/run/lab/$1/ip.errors" && return
  ! grep -v -e 'File exists' -e '^Command failed' "/run/lab/$1/ip.errors" >&2 && [ -s "/run/lab/$1/ip.errors" ]
}`;

/** Dresses namespaces whose files are written, in one process. */
export const dressings = new Gathering<string, undefined>(async (context, names) => {
  const script = `${dressFunction}\nfor n; do echo "@ $n"; dress "$n" 2>&1; echo "= $?"; done; exit 0`;
  const { stdout } = await inCapsule(context, ['sh', '-c', script, 'sh', ...names]);
  const answers = answersIn(stdout);
  return names.map((name) => {
    const { text, exitCode } = answers.get(name) ?? { text: 'no answer', exitCode: 1 };
    if (exitCode === 0) return { result: undefined };
    const tail = text.trim().split('\n');
    return { error: new StepError(tail[0] || 'ip gave no reason', { command: `ip -batch in ${name}`, tail }) };
  });
});
