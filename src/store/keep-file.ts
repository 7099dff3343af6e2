// Writes what is kept only to save work: for the owner alone, whole or not at all, and without a word when it fails, since nothing is
// lost with it. It is not synced.
import { closeSync, constants, openSync, renameSync } from 'node:fs';
import { removeFile } from './private-file.ts';

/** What a draft's name ends with; one that is there without its writer was left by a run that was killed. */
export const draftEnd = '.tmp';

/** `write` fills an empty file, which then takes the place of what was there. */
export const keepFile = (file: string, write: (handle: number) => void): void => {
  const draft = `${file}${draftEnd}`;
  try {
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
    const handle = openSync(draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
    try {
      write(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(draft, file);
  } catch {
    removeDraft(draft);
  }
};

const removeDraft = (draft: string): void => {
  try {
    removeFile(draft);
  } catch {
    // What could not be written there can't be removed there either.
  }
};
