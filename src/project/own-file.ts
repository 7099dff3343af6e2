// How a file is opened that a person names for the program to write: never through a symbolic link, which somebody else may have put
// into a shared folder. Who means the file behind one names that.
import { constants } from 'node:fs';

const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;

export const ownFile = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW;
