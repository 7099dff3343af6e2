// The programs that scripts/prepare-tools.sh brought: where each is, and in words which are not there.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const cache = process.env['LAB_TOOLS'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'lab-tools');
const script = readFileSync(new URL('../../../scripts/prepare-tools.sh', import.meta.url), 'utf8');

/** A release that the script names, such as `containerlab` or `containerlab_old`. */
export const release = (variable: string): string => {
  const found = new RegExp(`^${variable}=(\\S+)`, 'm').exec(script)?.[1];
  if (found === undefined) throw new Error(`scripts/prepare-tools.sh names no ${variable}`);
  return found;
};

export interface Program {
  readonly name: string;
  /** The folder to put into PATH. */
  readonly bin: string;
  readonly folder: string;
}

export const program = (name: string, version: string): Program => {
  const folder = join(cache, name, version);
  return { name: `${name} ${version}`, bin: join(folder, 'bin'), folder };
};

/** What a test that needs these has to say after its name: nothing when all are there. */
export const lacking = (programs: readonly Program[], others: Readonly<Record<string, boolean>> = {}): string => {
  const missing = [
    ...programs.filter(({ folder }) => !existsSync(folder)).map(({ name }) => name),
    ...Object.entries(others).flatMap(([name, there]) => (there ? [] : [name])),
  ];
  return missing.length === 0 ? '' : ` (skipped: needs ${missing.join(', ')}; see scripts/prepare-tools.sh)`;
};

const suite = existsSync('/etc/os-release')
  ? (/^VERSION_CODENAME=(\S+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'none')
  : 'none';

export const debian = program('debian', suite);
export const etcd = program('etcd', suite);
export const routerImage = program('router-image', 'debian');
export const isRoot = process.getuid?.() === 0;
