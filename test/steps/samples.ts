// Outputs of real tools, by the name of their file.
import { readFileSync } from 'node:fs';

export const sample = (name: string): string =>
  readFileSync(new URL(`../fixtures/samples/${name}`, import.meta.url), 'utf8');
