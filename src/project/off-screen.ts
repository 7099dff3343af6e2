// The secrets this process knows, for texts that are told by whoever knows of no workflow: how a command ended, and crashes.
import type { Masker } from '../core/mask.ts';

const maskers: Masker[] = [];

export const keepOffScreen = (masker: Masker): void => {
  if (masker.hides && !maskers.includes(masker)) maskers.push(masker);
};

/** The text without any secret that was read so far. */
export const offScreen = (text: string): string => maskers.reduce((rest, masker) => masker.text(rest), text);
