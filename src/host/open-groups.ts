// The process groups that must not outlive us. They are ended when our process exits by whatever way leaves it time to.
import { signalGroup } from './group.ts';

const open = new Set<number>();
let watching = false;

/** Remembers a group until the returned function is called. */
export const registerOpenGroup = (group: number): (() => void) => {
  if (!watching) {
    watching = true;
    process.on('exit', killOpenGroups);
  }
  open.add(group);
  return () => {
    open.delete(group);
  };
};

/** While exiting there is no waiting, so no asking either. */
const killOpenGroups = (): void => {
  for (const group of open) signalGroup(group, 'SIGKILL');
};
