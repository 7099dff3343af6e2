// What every command starts from: the project, its step types, the state folder, the machine.
import { join, resolve } from 'node:path';
import type { Host } from '../engine/ports.ts';
import { createHost } from '../host/host.ts';
import { readLockHolder } from '../store/lock.ts';
import { readState, type StateData } from '../store/state.ts';
import type { CommonOptions } from './options.ts';
import { findProject, type Project } from './project.ts';
import { reconciled } from './reconcile.ts';
import { type Known, loadRegistry } from './registry.ts';

export interface CommandContext {
  readonly project: Project;
  readonly registry: Known;
  readonly stateDir: string;
  readonly host: Host;
}

/** @throws CliError when there is no project, or a step type of it can't be loaded. */
export const openContext = async (options: CommonOptions): Promise<CommandContext> => {
  const project = findProject(options.project ?? process.cwd());
  leaveDeletedFolder(project);
  const stateDir = resolve(options.stateDir ?? process.env['LAB_STATE_DIR'] ?? join(project.dir, 'state'));
  return { project, stateDir, host: createHost(), registry: await loadRegistry(project, stateDir) };
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
