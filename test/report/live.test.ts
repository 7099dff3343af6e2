// `lab ui` in a real browser, with the real program: what the page shows of runs that are started, killed and resumed beside it.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProject, type Project, until } from '../cli/rig/project.ts';
import { useProgram } from '../faults/rig/program.ts';
import { hasBrowser, openBrowser, skipNote } from './rig/browser.ts';
import { readNoMore, startUi, visit } from './rig/live.ts';
import { netFiles } from './rig/net.ts';

describe.skipIf(!hasBrowser)(`the live page${skipNote}`, () => {
  const program = useProgram();
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  const badge = (page: Page, text: string): Promise<void> => page.locator('#badge', { hasText: text }).waitFor();
  const button = (page: Page, name: string) => page.locator(`[data-do=${name}]`);
  /** How a node stands in the picture. */
  const nodeStands = (page: Page, name: string, standing: string): Promise<void> =>
    page.locator(`[data-node="${name}"] > .el.${standing}`).waitFor({ state: 'attached' });
  const deployed = async (project: Project): Promise<void> => {
    project.write('go', '');
    expect((await project.lab('run', 'deploy')).code).toBe(0);
  };

  it('shows a run as it goes, its kill, and its resume by the button', async () => {
    const project = openProject(program, netFiles);
    const ui = await startUi(project.start);
    const { page, complaints } = await visit(browser, ui);
    await nothingYet(page);

    const run = project.start(['run', 'deploy']);
    await badge(page, 'running');
    await nodeStands(page, 'leaf1', 'proved');
    await page.locator('#tail', { hasText: 'holding on' }).waitFor();
    await page.locator('#tl .working', { hasText: 'hold' }).waitFor();
    await page.locator('#verdicts tr', { hasText: 'working' }).waitFor();
    await page.locator('#why-not', { hasText: `pid ${run.child.pid}` }).waitFor();
    expect(await button(page, 'resume').isDisabled()).toBe(true);
    for (const part of ['#verdicts', '#tail']) expect(await page.textContent(part)).toContain('<script>window.owned=1');
    expect(await page.evaluate('window.owned')).toBeUndefined();

    run.child.kill('SIGKILL');
    await badge(page, 'interrupted');
    await page.locator('#verdicts tr', { hasText: 'cut off' }).waitFor();
    // What it had started ends by itself, before anybody takes up the run again.
    project.write('go', '');
    await until(() => project.has('world/held'));
    const [id = ''] = project.runs();
    expect(await page.textContent('#will-resume')).toBe(`npx lab resume ${id}`);
    await button(page, 'resume').click();
    await badge(page, 'succeeded');
    await page.locator('#output-state', { hasText: 'ended with 0' }).waitFor();
    expect(await page.textContent('#output-head')).toBe(`npx lab resume ${id}`);
    expect(await page.textContent('#output')).toContain('Succeeded');
    expect(await page.textContent('.sittings')).toMatch(/started.*cut off: lab was killed.*resumed.*succeeded/s);
    expect(await page.locator('#tl .gap').count()).toBeGreaterThan(0);
    expect(await page.evaluate('window.owned')).toBeUndefined();
    expect(complaints).toEqual([]);
  });

  const nothingYet = async (page: Page): Promise<void> => {
    await page.locator('#why-not', { hasText: 'no run is unfinished' }).waitFor();
    expect(await page.textContent('#badge')).toBe('no run yet');
    expect(await page.textContent('#sections')).toContain('npx lab run deploy');
  };

  it('colours what is deployed by what holds now', async () => {
    const project = openProject(program, netFiles);
    await deployed(project);
    const { page } = await visit(browser, await startUi(project.start));
    await page.locator('#topo-source', { hasText: 'Proved now' }).waitFor();
    await nodeStands(page, 'leaf2', 'proved');
    // A run of which nothing is known yet takes the place of none.
    project.write('state/runs/20991231-000000-deploy-ffff/journal.jsonl', '');
    project.remove('world/leaf2');
    await nodeStands(page, 'leaf2', 'broken');
    expect(await page.textContent('[data-node="leaf2"] [data-word]')).toBe('does not hold');
    await nodeStands(page, 'leaf1', 'proved');
  });

  it('does what its buttons say, and says what that is', async () => {
    const project = openProject(program, netFiles);
    await deployed(project);
    project.remove('world/leaf2');
    const { page } = await visit(browser, await startUi(project.start));
    await button(page, 'plan').click();
    await page.locator('#output', { hasText: 'leaf[leaf2]' }).waitFor();
    expect(await page.textContent('#output-head')).toBe('npx lab plan deploy');
    expect(await button(page, 'redo').isDisabled()).toBe(true);
    await page.fill('#redo-step', 'leaf[leaf2]');
    expect(await page.textContent('#will-redo')).toBe("npx lab redo 'leaf[leaf2]'");
    await button(page, 'redo').click();
    await nodeStands(page, 'leaf2', 'proved');
    await page.locator('#output-state', { hasText: 'ended with 0' }).waitFor();
    expect(project.has('world/leaf2')).toBe(true);
    await page.fill('#redo-step', '--undo');
    await button(page, 'redo').click();
    await page.locator('#why-not', { hasText: 'There is no such step.' }).waitFor();
    expect(project.runs()).toHaveLength(2);
  });

  it('lets neither a second tab nor one that does not read hold up a run or the others', async () => {
    const project = openProject(program, netFiles);
    project.write('chatty', '');
    project.write('go', '');
    const ui = await startUi(project.start);
    const { page, context, cookie } = await visit(browser, ui);
    const silent = await readNoMore({ link: ui.link, cookie });
    const second = await context.newPage();
    await second.goto(ui.link.origin);
    const run = await project.start(['run', 'deploy']).ended;
    expect(run.code).toBe(0);
    await Promise.all([page, second].map((each) => badge(each, 'succeeded')));
    await second.close();
    silent.destroy();
    project.remove('world/leaf1');
    await nodeStands(page, 'leaf1', 'broken');
  });

  it('comes back by itself when `lab ui` was started anew, and a run does not notice', async () => {
    const project = openProject(program, netFiles);
    const ui = await startUi(project.start);
    const { page, context } = await visit(browser, ui);
    const run = project.start(['run', 'deploy']);
    await badge(page, 'running');
    await ui.end('SIGKILL');
    await page.locator('#lost', { hasText: 'Not connected' }).waitFor();
    const anew = await startUi(project.start, '--port', ui.link.port);
    await page.locator('#lost', { hasText: 'started anew' }).waitFor();
    await (await context.newPage()).goto(anew.link.href);
    await page.locator('#lost').waitFor({ state: 'hidden' });
    project.write('go', '');
    await badge(page, 'succeeded');
    expect((await run.ended).code).toBe(0);
  });

  it('keeps what a person typed, unfolded, picked and focused while it is drawn anew', async () => {
    const project = openProject(program, netFiles);
    await deployed(project);
    const { page } = await visit(browser, await startUi(project.start));
    await page.locator('#topo-source', { hasText: 'Proved now' }).waitFor();
    await page.fill('#log-search', 'went on');
    await page.locator('#log-search-found', { hasText: '1 in 1 logs' }).waitFor();
    await page.click('.topo-tables > summary');
    await page.click('[data-zoom=full]');
    await page.locator('[data-node="leaf2"]').click();
    await page.focus('[data-node="leaf1"]');
    const before = await page.evaluate<number>(`document.querySelector('.canvas svg').getBoundingClientRect().width`);
    project.remove('world/held');
    // A run begins, and with it everything is another.
    expect((await project.lab('run', 'deploy')).code).toBe(0);
    await page.locator('#badge', { hasText: 'succeeded' }).waitFor();
    await page.locator('#head code', { hasText: project.runs().at(-1) ?? '' }).waitFor();
    expect(await page.inputValue('#log-search')).toBe('went on');
    expect(await page.evaluate(`document.querySelector('.topo-tables').open`)).toBe(true);
    expect(await page.textContent('#picked h3')).toBe('leaf2');
    expect(await page.evaluate('document.activeElement.dataset.node')).toBe('leaf1');
    const after = await page.evaluate<number>(`document.querySelector('.canvas svg').getBoundingClientRect().width`);
    expect(after).toBeCloseTo(before, 0);
    await page.locator('#log-search-found', { hasText: '1 in 1 logs' }).waitFor();
  });
});
