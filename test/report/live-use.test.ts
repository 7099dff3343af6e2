// Who may use the live page and how: with the keyboard, with the help of a reader, and nobody from elsewhere.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { platform } from 'node:process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openProject, type Project } from '../cli/rig/project.ts';
import { useProgram } from '../faults/rig/program.ts';
import { hasBrowser, openBrowser, skipNote } from './rig/browser.ts';
import { listeningOf, startUi, visit } from './rig/live.ts';
import { netFiles } from './rig/net.ts';

describe.skipIf(!hasBrowser)(`the use of the live page${skipNote}`, () => {
  const program = useProgram();
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  const button = (page: Page, name: string) => page.locator(`[data-do=${name}]`);
  const deployed = async (project: Project): Promise<void> => {
    project.write('go', '');
    expect((await project.lab('run', 'deploy')).code).toBe(0);
  };

  it('is used with the keyboard alone', async () => {
    const project = openProject(program, netFiles);
    await deployed(project);
    const { page } = await visit(browser, await startUi(project.start));
    await button(page, 'plan').and(page.locator(':enabled')).waitFor();
    await tabTo(page, '[data-do=plan]');
    await page.keyboard.press('Enter');
    await page.locator('#output-state', { hasText: 'ended with 0' }).waitFor();
    await tabTo(page, '#redo-step');
    await page.keyboard.type('hold');
    await page.locator('#will-redo', { hasText: 'redo hold' }).waitFor();
    await tabTo(page, '[data-node]');
    await page.keyboard.press('Enter');
    expect(await page.textContent('#picked h3')).toBe('spine1');
  });

  const tabTo = async (page: Page, selector: string): Promise<void> => {
    const isThere = (): Promise<boolean> => page.evaluate(`document.activeElement.matches('${selector}')`);
    for (let presses = 0; presses < 60; presses += 1) {
      if (await isThere()) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`${selector} is not reached with the tab key`);
  };

  it('has no serious finding of axe in light and in dark', async () => {
    const project = openProject(program, netFiles);
    await deployed(project);
    const { page } = await visit(browser, await startUi(project.start), { bypassCSP: true });
    await page.locator('#topo-source', { hasText: 'Proved now' }).waitFor();
    await button(page, 'plan').click();
    await page.locator('#output-state', { hasText: 'ended with 0' }).waitFor();
    await page.locator('[data-node="leaf1"]').click();
    await page.evaluate(axe);
    expect(await seriousFindings(page)).toEqual([]);
    // In the dark only the colours are others.
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await seriousFindings(page, { runOnly: ['color-contrast'] })).toEqual([]);
  });

  const seriousFindings = async (page: Page, options: object = {}): Promise<readonly string[]> => {
    const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(options)})`)) as {
      violations: { id: string; impact: string; nodes: { html: string }[] }[];
    };
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    return serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`);
  };

  it('gives a page of another port nothing, although its cookie comes along, nor a name that was bent to it', async () => {
    const project = openProject(program, netFiles);
    await deployed(project);
    const ui = await startUi(project.start);
    const rebound = await (await browser.newContext()).newPage();
    const answer = await rebound.goto(ui.link.href.replace('127.0.0.1', 'rebound.example'));
    expect(answer?.status()).toBe(421);
    await rebound.close();
    // The link is still good, for it was not used.
    const { page, context } = await visit(browser, ui);
    const other = await context.newPage();
    await other.goto(await elsewhere());
    const seen = await other.evaluate<string[]>(`(${attempts})(${JSON.stringify(ui.link.origin)})`);
    expect(new Set(seen)).toEqual(new Set(['rejected']));
    // Nor did they do anything: nothing is at work, and there is no new run.
    await button(page, 'plan').click();
    await page.locator('#output-state', { hasText: 'ended with 0' }).waitFor();
    expect(await page.textContent('#output-head')).toBe('npx lab plan deploy');
    expect(project.runs()).toHaveLength(1);
  });

  /** What a page elsewhere may try, as the browser runs it. */
  const attempts = `async (origin) => {
    const credentials = 'include';
    const body = '{"action":"redo","step":"hold"}';
    const loaded = (make) => new Promise((resolve, reject) => {
      const element = make();
      element.onload = resolve;
      element.onmessage = resolve;
      element.onerror = reject;
    });
    const tried = [
      fetch(origin + '/', { credentials }),
      fetch(origin + '/log?file=hold.1.log', { credentials }),
      fetch(origin + '/do', { method: 'POST', credentials, body }),
      fetch(origin + '/do', { method: 'POST', mode: 'no-cors', credentials, body }),
      loaded(() => new EventSource(origin + '/events', { withCredentials: true })),
      loaded(() => document.head.appendChild(Object.assign(document.createElement('script'), { src: origin + '/log?file=hold.1.log' }))),
    ];
    const ends = await Promise.allSettled(tried);
    return ends.map(({ status }) => status);
  }`;

  /** A page of another server on this host. */
  const elsewhere = async (): Promise<string> => {
    const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('elsewhere'));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };

  it.skipIf(platform !== 'linux')('listens on one loopback port and nowhere else', async () => {
    const project = openProject(program, netFiles);
    const ui = await startUi(project.start);
    const port = Number(ui.link.port).toString(16).toUpperCase().padStart(4, '0');
    expect(listeningOf(ui.pid)).toEqual([`tcp 0100007F:${port}`]);
  });
});
