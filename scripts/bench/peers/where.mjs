// Where the programs are that lab is held against: in a folder that install-peers.sh made, or on the machine.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { which } from '../measure.mjs';

export { which };

export const inside = (root, path) =>
  root !== undefined && existsSync(join(root, path)) ? join(root, path) : undefined;
