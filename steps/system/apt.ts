// Debian packages: there, or installed once the person has agreed. Their services are not started on the host.
import * as z from 'zod';
import { defineStep, type StepContext, StepError } from '../../src/engine/step-type.ts';

const input = z.strictObject({
  packages: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/))
    .min(1)
    .describe('Names of Debian packages'),
});
type Input = z.output<typeof input>;

export const aptPackages = defineStep({
  name: 'apt.packages',
  summary: 'Debian packages are installed; asks before it installs any, and starts none of their services',
  input,
  outputs: { installed: 'the packages with their versions' },
  describe: ({ packages }) => `apt-get install --no-install-recommends ${packages.join(' ')}`,
  async check(step, context) {
    const versions = await installedVersions(step, context);
    const missing = step.packages.filter((name) => !versions.has(name));
    const saw =
      missing.length === 0
        ? `${step.packages.length} of ${step.packages.length} installed`
        : `missing: ${missing.join(', ')}`;
    return { holds: missing.length === 0, saw, outputs: { installed: Object.fromEntries(versions) } };
  },
  async run(step, context) {
    const versions = await installedVersions(step, context);
    const missing = step.packages.filter((name) => !versions.has(name));
    if (missing.length === 0) return { installed: Object.fromEntries(versions) };
    await install(missing, context);
    return { installed: Object.fromEntries(await installedVersions(step, context)) };
  },
});

const installedVersions = async ({ packages }: Input, context: StepContext): Promise<ReadonlyMap<string, string>> => {
  const format = `--showformat=\${Package} \${db:Status-Abbrev} \${Version}\\n`;
  const result = await context.command(['dpkg-query', '--show', format, ...packages], { quiet: true });
  if (result.ended === 'spawn-failed')
    throw new StepError('dpkg-query is not here: this is no Debian system, so its packages can not be asked for');
  const lines = result.stdout.split('\n').map((line) => line.split(/\s+/));
  return new Map(
    lines.flatMap(([name, status, version]) =>
      name && status?.startsWith('ii') && version ? [[name, version] as const] : [],
    ),
  );
};

const install = async (missing: readonly string[], context: StepContext): Promise<void> => {
  const what = missing.join(' ');
  if (!(await context.consent(`Install ${what}?`))) {
    throw new StepError(
      `nobody agreed to installing ${what}; run again with --yes, or install them: apt-get install --no-install-recommends ${what}`,
    );
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3', '-q'];
  await context.must(['apt-get', ...options, 'update'], { env });
  const argv = ['apt-get', ...options, 'install', '-y', '--no-install-recommends', ...missing];
  await context.must(['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', withoutServices, 'sh', ...argv], {
    env,
  });
};

/**
 * A package's daemon must not start on the host only because the lab wants its program. What maintainer scripts start services
 * with is covered by `true`, in a mount namespace that ends with the installation, whatever way that ends.
 */
const withoutServices = `
for helper in /usr/sbin/invoke-rc.d /usr/bin/deb-systemd-invoke; do
  if [ -e "$helper" ]; then mount --bind /bin/true "$helper"; fi
done
exec "$@"
`;
