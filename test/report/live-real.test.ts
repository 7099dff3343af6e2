// The page beside the embedded variant for real: routers come up in the picture, `lab` is killed, and the page's own button resumes.
import { existsSync, readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, openLab } from '../rig/lab.ts';
import { hasBrowser, openBrowser, skipNote } from './rig/browser.ts';
import { startUi, visit } from './rig/live.ts';

const tools = ['/usr/lib/frr/zebra', '/usr/sbin/nginx', '/usr/sbin/iptables-restore'].filter(
  (each) => !existsSync(each),
);
const missing = process.getuid?.() === 0 ? tools : ['root', ...tools];
const note = missing.length === 0 ? skipNote : ` (skipped: needs ${missing.join(', ')})`;

describe.skipIf(!hasBrowser || missing.length > 0)(`the live page of the embedded variant${note}`, () => {
  let browser: Browser;
  let lab: Lab;
  beforeAll(async () => {
    browser = await openBrowser();
    lab = openLab();
  });
  afterAll(async () => {
    await browser?.close();
    await lab?.[Symbol.asyncDispose]();
  });

  const badge = (page: Page, text: string): Promise<void> => page.locator('#badge', { hasText: text }).waitFor();
  const counts = (page: Page, text: string): Promise<void> => page.locator('#topo-counts', { hasText: text }).waitFor();

  it('follows a deploy, a kill and the resume, what breaks, and where packets went', async () => {
    const ui = await startUi((args) => lab.start(...args));
    const { page, complaints } = await visit(browser, ui);
    const run = lab.start('run', 'deploy', '--variant', 'frr-netns', '--yes', '--json');
    await run.event(
      ({ type, ...event }) => type === 'step.started' && 'address' in event && event.address === 'spine[spine1]',
    );
    run.child.kill('SIGKILL');
    await badge(page, 'interrupted');
    await page.locator('.topo .link.proved').first().waitFor({ state: 'attached' });
    await page.locator('[data-do=resume]:enabled').click();
    await badge(page, 'succeeded');
    await counts(page, '17 of 17 nodes');
    await counts(page, '21 of 21 links, 19 of 19 sessions proved');
    expect(await page.textContent('#sittings')).toContain('cut off: lab was killed');

    await lab.run('exec', 'leaf2', '--', 'ip', 'link', 'set', 'e1-49', 'down');
    await page.locator('.topo .session.broken').first().waitFor({ state: 'attached' });
    await counts(page, '17 of 19 sessions proved');
    expect(await page.textContent('[data-node="leaf2"] [data-word]')).toBe('does not hold');

    expect((await lab.run('run', 'deploy', '--no-tty')).code).toBe(0);
    expect((await lab.run('run', 'verify', '--no-tty')).code).toBe(0);
    expect((await lab.run('run', 'trace', '--no-tty')).code).toBe(0);
    await page.locator('#path', { hasText: '60 of 60 requests answered' }).waitFor();
    expect(await page.locator('.topo .path').count()).toBeGreaterThanOrEqual(4);
    const drawn = await lab.run('graph', '--topology');
    expect(drawn.stdout).toBe(readFileSync(new URL('../../docs/topology.svg', import.meta.url), 'utf8'));
    expect(complaints).toEqual([]);
  });
});
