// A real browser for the tests of pages: Debian's Chromium, with a profile of its own that goes with it. Missing, tests are skipped visibly.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

export const hasBrowser = existsSync(executablePath);
export const skipNote = hasBrowser ? '' : ' (skipped: needs /usr/bin/chromium)';

const quiet = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  // A name elsewhere that leads here: what DNS rebinding comes to.
  '--host-resolver-rules=MAP rebound.example 127.0.0.1',
];

/** For one condition. The browser's own half a minute is little on a machine that others use too. */
export const patienceMs = 120_000;

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath, args: quiet, timeout: patienceMs });
