// What viewers are told: the page as a whole, or the parts of it that changed, as HTML made by the same functions as the report's.
import type { PageAssets } from '../pages/page-assets.ts';
import { pageWording } from '../pages/page-wording.ts';
import { type Html, html } from '../report/html.ts';
import { headHtml, logsHtml, type PageInput, reportPage, sections } from '../report/page.ts';
import { blocksOf, isSingle, type LogText } from '../report/page-parts.ts';
import { groupSummary, timelineRow, timelineSheet } from '../report/timeline-html.ts';
import { type ElementState, standingMark, standingWord } from '../report/topology.ts';
import { countsText, evidenceText } from '../report/topology-html.ts';
import { elementNumbers } from '../report/topology-svg.ts';
import { blockSummary, failuresHtml, verdictRow } from '../report/verdicts-html.ts';
import { stepLogName } from '../store/step-log.ts';
import type { ChildRuns } from './child-runs.ts';
import type { LiveRun } from './live-run.ts';
import type { Offers } from './offers.ts';
import type { Message, News } from './viewers.ts';

export interface Shown {
  readonly live: LiveRun;
  readonly offers: Offers | undefined;
  readonly children: ChildRuns;
  readonly now: number;
}

const controls: Html = html`<section class="live" aria-label="Live"><p class="notice" id="lost" role="status" hidden></p>
<div class="desk"><div class="bar">
<div class="act"><button type="button" data-do="resume" disabled>Resume</button><code class="will" id="will-resume"></code></div>
<div class="act"><button type="button" data-do="plan" disabled>Plan</button><code class="will" id="will-plan"></code></div>
<div class="act"><button type="button" data-do="redo" disabled>Redo</button><span><label for="redo-step">step</label> <input type="search" id="redo-step" list="step-list" size="18" placeholder="address of a step" autocomplete="off" spellcheck="false"><datalist id="step-list"></datalist></span><code class="will" id="will-redo"></code></div>
<p id="why-not" class="soft" role="status"></p></div>
<details class="block" id="tail-block" open><summary>What the steps print, as it comes</summary><pre id="tail" tabindex="0" role="log" aria-label="What the steps print" aria-live="off" data-empty="Nothing since this page was opened; what was printed before is under Logs."></pre></details></div>
<details class="block" id="output-block" hidden><summary>What the button’s command says: <code id="output-head"></code> <span id="output-state" class="soft"></span></summary><pre id="output" tabindex="0" aria-label="What the command says" aria-live="off"></pre></details></section>`;

export const livePage = (shown: Shown, assets: PageAssets): string => reportPage({ ...inputOf(shown), assets });

const inputOf = ({ live, now }: Shown): PageInput => ({
  ...{ record: live.record, words: pageWording, logs: logsOf(live), madeAt: now, live: controls },
  assets: { script: '', style: '' },
  ...(live.topology && {
    pictured: { topology: live.topology, states: live.states, trace: live.trace, source: live.sourceText },
  }),
});

/** Their text is fetched when one is opened. */
const logsOf = ({ record, logs }: LiveRun): readonly LogText[] =>
  record.steps.flatMap(({ address, attempts }) =>
    attempts.flatMap((attempt) => {
      const file = stepLogName({ address, attempt });
      const bytes = logs.sizes.get(file) ?? 0;
      return bytes === 0 ? [] : [{ address, attempt, file, bytes, text: '', cut: false }];
    }),
  );

/** Everything a viewer has not been told. */
export const tell =
  (shown: Shown) =>
  (news: News): readonly Message[] => {
    const messages: Message[] = [];
    if (news.all) messages.push({ event: 'all', data: wholeOf(shown) });
    else if (news.rows.size > 0 || news.elements.size > 0 || news.head || news.logs)
      messages.push({ event: 'parts', data: partsOf(shown, news) });
    if (news.actions) messages.push({ event: 'offers', data: offersOf(shown) });
    const pieces = shown.live.logs.pieces.filter(({ number }) => number > news.tail);
    if (pieces.length > 0) messages.push({ event: 'tail', data: pieces.map(({ file, text }) => ({ file, text })) });
    const { number: told = news.tail } = pieces.at(-1) ?? {};
    Object.assign(news, { all: false, head: false, logs: false, actions: false, tail: told });
    news.rows.clear();
    news.elements.clear();
    return messages;
  };

const wholeOf = (shown: Shown): unknown => ({
  head: headHtml(shown.live.record, pageWording).html,
  sections: sections(inputOf(shown)).html,
  steps: [...shown.live.record.rows.keys()],
});

const partsOf = (shown: Shown, news: News): unknown => {
  const { live, now } = shown;
  const { record, topology, states } = live;
  const sheet = timelineSheet(record, pageWording, now);
  const logs = new Map(logsOf(live).map(({ address, attempt, file }) => [`${address} ${attempt}`, `l-${file}`]));
  const verdicts = {
    words: pageWording,
    logId: (address: string, attempt: number) => logs.get(`${address} ${attempt}`),
  };
  const replaced: string[] = [];
  for (const { head, children } of blocksOf(record)) {
    const single = isSingle({ head, children });
    const touched = (single ? [head] : children).filter(({ address }) => news.rows.has(address));
    for (const row of touched) replaced.push(timelineRow(row, sheet).html, verdictRow(row, verdicts).html);
    if (single || touched.length === 0) continue;
    replaced.push(groupSummary({ head, children }, sheet).html, blockSummary({ head, children }, pageWording).html);
  }
  return {
    replaced,
    total: Math.round(sheet.scale.total),
    head: headHtml(record, pageWording).html,
    failures: news.rows.size > 0 ? failuresHtml(record, verdicts).html : undefined,
    source: live.sourceText,
    ...(topology && { counts: countsText(topology, states), elements: elementsOf(live, news) }),
    ...(news.logs && { logs: logsHtml(logsOf(live), undefined, true).html }),
  };
};

const elementsOf = ({ topology, states }: LiveRun, news: News): unknown => {
  if (!topology) return [];
  return [...elementNumbers(topology)]
    .filter(([, number]) => news.elements.has(number))
    .map(([id, number]) => {
      const { standing, evidence } = states.get(id) ?? unknown;
      return {
        number,
        standing,
        word: standingWord[standing],
        mark: standingMark[standing],
        evidence: evidenceText(evidence),
      };
    });
};

const unknown: ElementState = { standing: 'unproved', evidence: [] };

const offersOf = ({ offers, children }: Shown): unknown => ({
  ...offers,
  busy: children.last?.running ?? false,
  last: children.last,
  output: children.output,
});
