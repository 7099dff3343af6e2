// Looking into the capsule's namespaces: what one command line says in each, from few processes for all who ask.
import { availableParallelism } from 'node:os';
import type { StepContext } from '../../src/engine/step-type.ts';
import { Gathering } from '../shared/gathering.ts';
import { fromHost, inCapsule, needCapsule } from './capsule-entry.ts';

/** Whoever asks about so many has others behind him who will ask about the rest: only a few looks are under way at once. */
const many = 8;

type Look<T> = (context: StepContext, namespace: string) => Promise<T | undefined>;

/**
 * What `body`, a shell command over the namespace `$n`, says, as `read` understands it; undefined where it says nothing. Those who
 * ask at the same time share the answer, and the process that gives it. @throws StepError when the capsule is not running.
 */
export const namespaceLook = <T>(what: string, body: string, read: (text: string) => T | undefined): Look<T> => {
  const script = `for n; do echo "@ $n"; ${body}; done; exit 0`;
  const say = async (context: StepContext, names: readonly string[]): Promise<ReadonlyMap<string, T>> => {
    const argv = ['sh', '-c', script, 'sh', ...names];
    const { stdout } = await inCapsule(context, argv, { quiet: true, keepBytes: 64 << 20 });
    const found = sectionsIn(stdout).map(([name, text]) => [name, read(text)] as const);
    return new Map(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
  };
  const sayAll = async (context: StepContext, names: readonly string[]): Promise<ReadonlyMap<string, T>> => {
    const found = await Promise.all(shares(names).map((share) => say(context, share)));
    return new Map(found.flatMap((each) => [...each]));
  };
  const looks = new Gathering<string, T | undefined>(async (context, names) => {
    const wanted = new Set(names);
    const rest = wanted.size < many ? [] : (await allNames(context)).filter((name) => !wanted.has(name));
    const said = sayAll(context, [...wanted, ...rest]);
    let taken = false;
    for (const name of rest) {
      // Where someone asks already, this has to wait, and by then the answer is older than it would be taken for.
      const ask = () => (taken ? looks.ask(context, name) : said.then((found) => found.get(name)));
      shared(context, name, ask).catch(() => {
        // Those who want it are told.
      });
    }
    taken = true;
    const found = await said;
    return names.map((name) => ({ result: found.get(name) }));
  });
  const shared = (context: StepContext, name: string, ask: () => Promise<T | undefined>): Promise<T | undefined> =>
    context.shared(`${what} of ${name}`, ask);
  return (context, name) => shared(context, name, () => looks.ask(context, name));
};

const allNames = async (context: StepContext): Promise<readonly string[]> =>
  context.host.list(fromHost(await needCapsule(context), '/run/netns'));

/** Many names are shared out to one process for each core. */
const shares = (names: readonly string[]): readonly (readonly string[])[] => {
  const count = names.length < 2 * many ? 1 : Math.min(4, availableParallelism());
  const size = Math.ceil(names.length / count);
  return Array.from({ length: count }, (_, at) => names.slice(at * size, (at + 1) * size));
};

/** `@ NAME` and what was said there, by name. */
const sectionsIn = (text: string): readonly (readonly [string, string])[] =>
  text
    .split(/^@ /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end), section.slice(end + 1)] as const;
    });
