// The versions of Debian packages that bring the tools a variant needs, for a person who compares two hosts.
import { query } from '../host/query.ts';
import type { Requirement } from './requirements.ts';

/** What was seen of each tool, with its package's version before it where the host knows one. Asks the host once. */
export const withPackageVersions = async (requirements: readonly Requirement[]): Promise<readonly Requirement[]> => {
  const names = requirements.filter(isFound).map((each) => each.package ?? '');
  if (names.length === 0) return requirements;
  // Of a package that is not there it says so and tells of the others.
  const argv = ['dpkg-query', '--show', '--showformat', '${Package} ${Version}\\n', ...new Set(names)];
  const { stdout } = await query(argv, { timeoutMs: 10_000 });
  const versions = new Map(stdout.split('\n').map((line) => line.split(' ') as [string, string]));
  return requirements.map((each) => {
    const version = isFound(each) ? versions.get(each.package ?? '') : undefined;
    return version === undefined || version === '' ? each : { ...each, saw: `${version}  ${each.saw}` };
  });
};

const isFound = ({ state, package: name, saw }: Requirement): boolean =>
  state === 'met' && name !== undefined && saw.startsWith('/');
