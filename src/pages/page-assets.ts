// The script and the style of the page, as the build left them beside the program.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

export const pageAssets = (): PageAssets => ({ script: read('page.js'), style: read('page.css') });

const read = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8').trimEnd();

/** As Content-Security-Policy wants it. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');
