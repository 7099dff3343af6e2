// A real browser for the tests of pages: Debian's Chromium, with a profile of its own that goes with it. Missing, tests are skipped visibly.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

export const hasBrowser = existsSync(executablePath);
export const skipNote = hasBrowser ? '' : ' (skipped: needs /usr/bin/chromium)';

const quiet = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath, args: quiet });
