import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser, patienceMs, skipNote } from './rig/browser.ts';
import { acted, ended, eventsOf, finished, pageOf, planned, start, started } from './rig/pages.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const hostile = `"><img src=x onerror="window.owned=1"><script>window.owned=1</script>'`;

const small = eventsOf([
  [0, started],
  [
    0,
    planned(
      { address: 'leaf', parent: true, needs: ['leaf[leaf1]', 'leaf[leaf2]'] },
      { address: 'leaf[leaf1]', step: 'leaf', name: hostile },
      { address: 'leaf[leaf2]', step: 'leaf' },
      { address: 'late', needs: ['leaf'] },
    ),
  ],
  [10, start('leaf[leaf1]', 1, hostile)],
  [200, acted('leaf[leaf1]', 150)],
  [300, finished('leaf[leaf1]', 300, { evidence: [{ probe: hostile, holds: true, saw: hostile }] })],
  [
    400,
    finished('leaf[leaf2]', 390, {
      outcome: 'failed',
      failure: { kind: 'exit', exitCode: 3, command: 'x', tail: [hostile] },
    }),
  ],
  [410, finished('late', 0, { outcome: 'blocked', reason: hostile })],
  [420, ended('failed', 420)],
]);
const logs = [
  { address: 'leaf[leaf1]', attempt: 1, file: 'leaf@leaf1.1.log', bytes: 99, text: `needle ${hostile}`, cut: false },
];

const many = eventsOf([
  [0, started],
  [
    0,
    planned(
      { address: 's', parent: true },
      ...Array.from({ length: 2000 }, (_, at) => ({ address: `s[${at}]`, step: 's' })),
    ),
  ],
  ...Array.from(
    { length: 2000 },
    (_, at) =>
      [10 + at, finished(`s[${at}]`, 5, { evidence: [{ probe: `p${at}`, holds: true, saw: 'yes' }] })] as const,
  ),
  [3000, ended('succeeded', 3000)],
]);

describe.skipIf(!hasBrowser)(`the report page in a browser${skipNote}`, () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'lab-page-'));
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (
    html: string,
    options: Parameters<Browser['newPage']>[0] = {},
  ): Promise<{ page: Page; asked: string[] }> => {
    const file = join(folder, 'page.html');
    writeFileSync(file, html);
    const page = await browser.newPage(options);
    page.setDefaultTimeout(patienceMs);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => asked.push(`error ${error.message}`));
    await page.goto(`file://${file}`);
    return { page, asked };
  };

  it('shows hostile names and output as text, and asks the network for nothing', async () => {
    const { page, asked } = await open(await pageOf(small, { fabric: {}, logs }));
    expect(await page.evaluate('window.owned')).toBeUndefined();
    expect(await page.textContent('#verdicts')).toContain(hostile);
    expect(await page.locator('img').count()).toBe(0);
    expect(asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([]);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('has no serious finding of axe in %s', async (colorScheme) => {
    const { page } = await open(await pageOf(small, { fabric: {}, logs }), { colorScheme, bypassCSP: true });
    await page.evaluate(axe);
    const found = (await page.evaluate('axe.run()')) as {
      violations: { id: string; impact: string; nodes: { html: string }[] }[];
    };
    const serious = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`)).toEqual([]);
    await page.close();
  });

  it('is used with the keyboard alone: to a node, its neighbour, what is known of it', async () => {
    const { page } = await open(await pageOf(small, { fabric: {} }));
    await page.focus('.canvas');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.dataset.node')).toBe('spine1');
    await page.keyboard.press('ArrowDown');
    const name = await page.evaluate('document.activeElement.dataset.node');
    expect(name).toMatch(/^leaf/);
    await page.keyboard.press('Enter');
    expect(await page.textContent('#picked h3')).toBe(name);
    await page.close();
  });

  it('finds text in logs and steps by name', async () => {
    const { page } = await open(await pageOf(small, { logs }));
    await page.fill('#log-search', 'needle');
    await page.locator('#log-search-found', { hasText: '1 in 1 logs' }).waitFor();
    expect(await page.evaluate(`document.querySelector('details.log').open`)).toBe(true);
    await page.fill('#verdict-filter', 'late');
    await page.locator('#verdict-filter-found', { hasText: '1 steps' }).waitFor();
    await page.close();
  });

  it('fits a narrow screen without scrolling sideways', async () => {
    const { page } = await open(await pageOf(small, { fabric: {}, logs }), { viewport: { width: 360, height: 700 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await page.close();
  });

  it('stays usable with two thousand steps and two hundred nodes', async () => {
    const large = { spines: 4, leaves: 40, nodes: 64, clients: 28, pods: '10.64.0.0/12' };
    const { page } = await open(await pageOf(many, { fabric: large }));
    tell('2,000 steps, 200 nodes', await paintOf(page));
    expect(await page.locator('.verdicts tbody tr').count()).toBe(2000);
    expect(await page.locator('.topo [data-node]').count()).toBe(201);
    const before = Date.now();
    await page.fill('#verdict-filter', 's[1999]');
    await page.locator('#verdict-filter-found', { hasText: '1 steps' }).waitFor();
    process.stdout.write(`a step among 2,000 is found in ${Date.now() - before} ms\n`);
    await page.click('[data-zoom=in]');
    await page.close();
  });

  it('paints the default lab, and tells how soon', async () => {
    const { page } = await open(await pageOf(small, { fabric: {}, logs }));
    const paint = await paintOf(page);
    expect(paint.firstMs).toBeGreaterThan(0);
    tell('the default lab', paint);
    await page.close();
  });

  interface Paint {
    readonly firstMs: number;
    readonly sizeKb: number;
  }

  /** From the start of the navigation, as the browser tells. How long is too long depends on the machine, so nothing is demanded. */
  const paintOf = async (page: Page): Promise<Paint> => {
    // Not by the page's own waiting, which evaluates text there: the page's policy forbids that.
    const painted = () => page.evaluate(`performance.getEntriesByName('first-contentful-paint').length`);
    await expect.poll(painted, { timeout: 20_000 }).toBeGreaterThan(0);
    return page.evaluate(`({
      firstMs: Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime),
      sizeKb: Math.round(document.documentElement.outerHTML.length / 1024),
    })`);
  };

  const tell = (what: string, { firstMs, sizeKb }: Paint): boolean =>
    process.stdout.write(`first paint of ${what}: ${firstMs} ms, ${sizeKb} KB\n`);

  it('reads without its script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.setContent(await pageOf(small, { fabric: {} }));
    expect(await page.textContent('#failures')).toContain('exited with code 3');
    await context.close();
  });
});
