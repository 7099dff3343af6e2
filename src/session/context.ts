// What every command starts from: the project, its step types, the state folder, the machine.
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Host } from '../engine/ports.ts';
import { reconciled } from '../history/reconcile.ts';
import { createHost } from '../host/host.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import type { CommonOptions } from '../project/options.ts';
import { findProject, type Project } from '../project/project.ts';
import { type Known, loadRegistry } from '../project/registry.ts';
import { readLockHolder } from '../store/lock.ts';
import { readState, type StateData } from '../store/state.ts';

export interface CommandContext {
  readonly project: Project;
  readonly registry: Known;
  readonly stateDir: string;
  readonly host: Host;
}

/** @throws CliError when there is no project, or a step type of it can't be loaded. */
export const openContext = async (options: CommonOptions): Promise<CommandContext> => {
  if (options.project !== undefined) demandFolder(options.project);
  const project = findProject(options.project ?? process.cwd());
  leaveDeletedFolder(project);
  const stateDir = stateFolder(options.stateDir) ?? join(project.dir, 'state');
  return { project, stateDir, host: createHost(), registry: await loadRegistry(project, stateDir) };
};

/** A folder that is named is meant: none other may be taken for it. @throws CliError 2 */
const demandFolder = (folder: string): void => {
  const stat = folder === '' ? undefined : statSync(folder, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return;
  throw new CliError(
    exitCode.usage,
    stat
      ? `--project ${folder}: this is a file, and a folder is wanted.`
      : `There is no folder ${folder === '' ? '""' : folder}, which --project names.`,
  );
};

/** As named; undefined when nobody did. @throws CliError 2 for an empty name, which would be the folder one happens to be in */
const stateFolder = (option: string | undefined): string | undefined => {
  const named = option ?? process.env['LAB_STATE_DIR'];
  if (named === undefined) return undefined;
  const source = option === undefined ? 'LAB_STATE_DIR' : '--state-dir';
  if (named.trim() === '') throw new CliError(exitCode.usage, `${source} names no folder: it is empty.`);
  return resolve(named);
};

/** Programs are started from somewhere, also when the folder that this was called in is gone. */
const leaveDeletedFolder = ({ dir }: Project): void => {
  try {
    process.cwd();
  } catch {
    process.chdir(dir);
  }
};

/** The state as the journals say it stands, of killed runs too; nothing is written. @throws StoreError */
export const lookAtState = async ({ stateDir }: Pick<CommandContext, 'stateDir'>): Promise<StateData> => {
  const underWay = (await readLockHolder(stateDir)) !== undefined;
  return reconciled(await readState(stateDir), stateDir, () => underWay);
};
