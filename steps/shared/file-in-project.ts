// Where a file lies that a step names: in the project or its state folder, also when links are followed, or where its absolute path says.
import { isAbsolute, join, normalize } from 'node:path';
import { type StepContext, StepError } from '../../src/engine/step-type.ts';

const remedy = 'a file elsewhere is named by its absolute path';

export const leavesProject = (to: string): boolean => !isAbsolute(to) && /^\.\.(\/|$)/.test(normalize(to));
export const leavesProjectMessage = `lies outside the project; ${remedy}`;

/** @throws StepError when a path that begins in the project or the state folder leads out of both. */
export const fileInProject = async (
  to: string,
  { projectDir, stateDir, host }: Pick<StepContext, 'projectDir' | 'stateDir' | 'host'>,
): Promise<string> => {
  const rooms = [projectDir, stateDir];
  if (isAbsolute(to) && !rooms.some((room) => isInside(room, to))) return to;
  const path = isAbsolute(to) ? to : join(projectDir, to);
  const [end = '', ...homes] = await Promise.all([path, ...rooms].map((each) => host.leadsTo(each)));
  if (homes.some((home) => isInside(home, end))) return path;
  throw new StepError(`${to} leads out of the project, to ${end}; ${remedy}`);
};

const isInside = (folder: string, path: string): boolean =>
  path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
