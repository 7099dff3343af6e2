// How containerlab is called: as root, by its own setuid bit, or through sudo without a question.
import type { CommandResult } from '../../src/engine/ports.ts';
import type { CommandOptions, StepContext } from '../../src/engine/step-type.ts';

/** The start of every containerlab command for this user. */
export const containerlabPrefix = async (context: StepContext): Promise<readonly string[]> => {
  if (context.host.uid === 0 || (await hasSetuid(context))) return ['containerlab'];
  return ['sudo', '-n', 'containerlab'];
};

const hasSetuid = async ({ host, env }: StepContext): Promise<boolean> => {
  for (const folder of (env['PATH'] ?? '').split(':')) {
    const stat = await host.stat(`${folder}/containerlab`);
    if (stat?.kind === 'file') return (stat.mode & 0o4000) !== 0;
  }
  return false;
};

/** Runs it beside its topology, where it keeps its own folder, and without asking the world for a newer release. @throws StepError unless it exits 0 */
export const mustContainerlab = async (
  context: StepContext,
  args: readonly string[],
  topology: string,
): Promise<CommandResult> =>
  context.must([...(await containerlabPrefix(context)), ...args], surroundings(topology, context));

const surroundings = (topology: string, { projectDir }: StepContext): CommandOptions => {
  const path = topology.startsWith('/') ? topology : `${projectDir}/${topology}`;
  return { cwd: path.replace(/\/[^/]*$/, ''), env: { CLAB_VERSION_CHECK: 'disable' } };
};
