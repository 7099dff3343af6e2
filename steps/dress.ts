// Dressing namespaces: kernel settings first, since they count when an interface goes up; then interfaces, addresses and routes.
import { type StepContext, StepError } from '../src/engine/step-type.ts';
import { folderOf, fromHost, inCapsule, needCapsule } from './capsule-world.ts';
import { Gathering } from './gathering.ts';
import { answersIn } from './shell-answers.ts';

export interface Dressing {
  readonly namespace: { readonly name: string; readonly role: string };
  /** Templates. */
  readonly batch: string;
  readonly sysctl: string;
}

/** Writes what `dress` in a shell goes by. */
export const writeDressings = async (
  context: StepContext,
  dressings: readonly Dressing[],
  values: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const pid = await needCapsule(context);
  for (const { namespace, batch, sysctl } of dressings) {
    const render = (template: string): Promise<string> =>
      context.host.render(`${context.projectDir}/${template}`, { fabric: context.model, namespace, ...values });
    const folder = fromHost(pid, folderOf(namespace.name));
    await context.host.writeFile(`${folder}/sysctl.conf`, await render(sysctl));
    await context.host.writeFile(`${folder}/ip.batch`, await render(batch));
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
