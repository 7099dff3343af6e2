// Passwords and tokens that stand in the text: found by what they stand behind, and replaced by secrets of the variant.
import { maskShapes, namesSecret } from '../../core/mask.ts';
import type { Call } from '../read/call.ts';
import { slug } from './draft.ts';
import type { World } from './world.ts';

interface Found {
  readonly name: string;
  readonly value: string;
}

const isText = (value: string): boolean => value !== '' && !/[$`]|\*\*\*|^[<{]/.test(value);

/** Values by what stands before them: an option, a field, a user in an address. */
const secretsIn = ({ program, args, env }: Pick<Call, 'program' | 'args' | 'env'>): readonly Found[] => {
  const found: Found[] = Object.entries(env).flatMap(([name, value]) =>
    namesSecret(name) && isText(value) ? [{ name, value }] : [],
  );
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && isText(value)) found.push({ name, value });
  };
  for (const [at, arg] of args.entries()) {
    const next = args[at + 1];
    const [, option, value] = /^--?([\w-]+)=(.*)$/s.exec(arg) ?? [];
    if (/^--(password|passwd|token|secret|api-key|client-secret)$/.test(arg)) add(arg.slice(2), next);
    else if (option !== undefined && namesSecret(option.replaceAll('-', '_')) && !/-(file|stdin|name)$/.test(option))
      add(option, value);
    if (arg === '-p' && /^(sshpass|docker|podman)$/.test(program) && (program === 'sshpass' || args[0] === 'login'))
      add(program === 'sshpass' ? 'ssh password' : 'registry password', next);
    if (/^(-u|--user)$/.test(args[at - 1] ?? '') && /^(curl|gnmic|http)$/.test(program))
      add('password', /^[^:]+:(.+)$/.exec(arg)?.[1]);
    add('password', /^\w+:\/\/[^\s:/@]+:([^\s/@]+)@/.exec(arg)?.[1]);
    for (const pair of arg.matchAll(/(?<=^|[,\s=])([\w.-]+)=([^,\s=]+)(?=$|[,\s])/g)) {
      const [, key = '', text] = pair;
      if (namesSecret(key.replaceAll(/[.-]/g, '_'))) add(key.replace(/^.*\./, ''), text);
    }
  }
  return found.filter(({ value }, at) => found.findIndex((each) => each.value === value) === at);
};

/** The call with each secret as an expression; the variant then asks for it in the environment. */
export const withoutSecrets = (call: Call, world: World): Call => {
  const found = secretsIn(call);
  if (found.length === 0) return call;
  const hidden = found.map(({ name, value }) => ({ value, by: `\${{ secrets.${secretNamed(name, value, world)} }}` }));
  const hide = (text: string): string =>
    hidden.reduce((result, { value, by }) => replaceWhole(result, value, by), text);
  return {
    ...call,
    args: call.args.map(hide),
    argv: call.argv?.map(hide),
    text: hide(call.text),
    stdin: call.stdin === undefined ? undefined : hide(call.stdin),
    env: Object.fromEntries(Object.entries(call.env).map(([name, value]) => [name, hide(value)])),
  };
};

/** The same for a value that stands in the environment. */
export const secretValue = (name: string, value: string, world: World): string =>
  namesSecret(name) && isText(value) ? `\${{ secrets.${secretNamed(name, value, world)} }}` : value;

const secretNamed = (name: string, value: string, world: World): string => {
  const known = world.secretValues.get(value);
  if (known !== undefined) return known;
  const plain = slug(name).replaceAll('-', '_');
  let free = plain;
  for (let at = 2; world.secrets.has(free); at += 1) free = `${plain}_${at}`;
  world.secrets.set(free, { env: free.toUpperCase() });
  world.secretValues.set(value, free);
  return free;
};

/** Behind a mark such as `=`, `:` or a space: a user may be called like the password. */
const replaceWhole = (text: string, value: string, by: string): string => {
  if (text === value) return by;
  const escaped = value.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replaceAll(new RegExp(`(?<=[=:\\s'"])${escaped}(?![\\w:])`, 'g'), () => by);
};

/** A line of the text as it may be shown. */
export const shownLine = (text: string, world: World): string =>
  [...world.secretValues.keys()].reduce((result, value) => replaceWhole(result, value, '***'), maskShapes(text));
