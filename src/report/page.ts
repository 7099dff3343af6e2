// Puts the page together: one file without a network, which shows everything also without its script.
import { type Html, html, trusted } from './html.ts';
import { blocksOf, type LogText, type Pictured, stateWord, tone, type Wording } from './page-parts.ts';
import type { RunRecord } from './run-record.ts';
import { sittingsHtml, timelineHtml, timelineSheet } from './timeline-html.ts';
import { topologyHtml } from './topology-html.ts';
import { themeStyle, topologyStyle } from './topology-style.ts';
import { failuresHtml, verdictsHtml } from './verdicts-html.ts';

export interface PageInput {
  readonly record: RunRecord;
  readonly words: Wording;
  readonly pictured?: Pictured | undefined;
  readonly logs: readonly LogText[];
  /** What must be told about the logs, such as that not all are here. */
  readonly logsNote?: string;
  readonly assets: { readonly script: string; readonly style: string };
  readonly madeAt: number;
  /** Of the page's own style and script, base64 of SHA-256. A page that is served has a header for it instead. */
  readonly hash?: (text: string) => string;
  /** Parts that only a page that is served has. */
  readonly live?: Html;
}

export const reportPage = (input: PageInput): string => {
  const { record, assets, live } = input;
  const style = `${themeStyle(':root')}${topologyStyle}${assets.style}`;
  const title = `${record.start?.workflow ?? 'run'} ${record.start?.run ?? ''} – lab`;
  return `<!doctype html>\n${
    html`<html lang="en"${live ? trusted(' data-live=""') : ''}><head><meta charset="utf-8">${policy(input, style)}<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><title>${title}</title><link rel="icon" href="data:,"><style>${trusted(style)}</style></head>
<body><a class="skip" href="#main">To the content</a>
${header(input)}
<main id="main">
${live}${sections(input)}
</main>
<footer class="soft">Made by lab ${record.start?.version ?? ''} at ${input.words.moment(input.madeAt)}. This page loads nothing.</footer>
<script>${trusted(assets.script)}</script></body></html>`.html
  }`;
};

/** Whatever slips in as text can't run, nor reach the network. */
const policy = ({ hash, assets }: PageInput, style: string): Html | undefined => {
  if (!hash) return undefined;
  const rules = `default-src 'none'; img-src data:; style-src 'sha256-${hash(style)}'; style-src-attr 'unsafe-inline'; script-src 'sha256-${hash(assets.script)}'; base-uri 'none'; form-action 'none'`;
  return html`<meta http-equiv="Content-Security-Policy" content="${rules}">`;
};

/** The part of a page that grows with the run; a served page sends it anew when the plan changes. */
export const sections = (input: PageInput): Html => {
  const { record, words, pictured, logs, logsNote } = input;
  if (!record.start) return nothingYet;
  const ids = new Map(logs.map(({ address, attempt, file }) => [`${address} ${attempt}`, `l-${file}`]));
  const sheet = {
    words,
    logId: (address: string, attempt: number): string | undefined => ids.get(`${address} ${attempt}`),
  };
  const { live } = input;
  return html`<div id="sections"><div id="failures">${failuresHtml(record, sheet)}</div>
${pictured ? topologyHtml(pictured) : undefined}
<section id="timeline" aria-labelledby="timeline-h"><h2 id="timeline-h">Time line</h2><div id="sittings">${sittingsHtml(record, words)}</div><div id="tl">${timelineHtml(record, timelineSheet(record, words, live ? input.madeAt : undefined))}</div></section>
<section id="verdicts" aria-labelledby="verdicts-h"><h2 id="verdicts-h">Verdicts</h2>${filter('verdict-filter', 'Find a step', 'name, address or verdict')}${verdictsHtml(record, sheet)}</section>
<section id="logs" aria-labelledby="logs-h"><h2 id="logs-h">Logs</h2><div id="logs-body">${logsHtml(logs, logsNote, live !== undefined)}</div></section>
<section id="facts" aria-labelledby="facts-h"><h2 id="facts-h">Facts</h2><div id="facts-body">${factsHtml(record, words)}</div></section></div>`;
};

const nothingYet: Html = html`<div id="sections"><div class="empty"><p><strong>There is no run yet.</strong></p><p>This page shows the next one as it goes, wherever it is started: <code>npx lab run deploy</code></p></div></div>`;

const filter = (id: string, label: string, hint: string): Html =>
  html`<p class="find js"><label for="${id}">${label}</label> <input type="search" id="${id}" placeholder="${hint}" autocomplete="off" spellcheck="false"> <span role="status" id="${id}-found" class="soft"></span></p>`;

const header = (input: PageInput): Html => {
  const { record, pictured, live } = input;
  const links: readonly (readonly [string, string])[] = [
    ...(pictured || live ? ([['topology', 'Topology']] as const) : []),
    ...([
      ['timeline', 'Time line'],
      ['verdicts', 'Verdicts'],
      ['logs', 'Logs'],
      ['facts', 'Facts'],
    ] as const),
  ];
  return html`<header class="top"><div class="head" id="head">${headHtml(record, input.words)}</div><nav aria-label="Sections">${links.map(([id, text]) => html`<a href="#${id}">${text}</a>`)}<button type="button" class="js" id="theme" aria-label="Change between light and dark">◐</button></nav></header>`;
};

/** How the run stands, in one line. */
export const headHtml = (record: RunRecord, words: Wording): Html => {
  const { start, end, sittings } = record;
  if (!start) return html`<h1>lab</h1><p class="badge" id="badge">no run yet</p>`;
  const last = sittings.at(-1);
  const state = end?.outcome ?? (last?.end === 'cut' ? 'interrupted' : 'running');
  const look = { succeeded: 'proved', failed: 'broken', interrupted: 'held', running: 'working' }[state];
  const time = end?.durationMs ?? (last ? last.to - last.from : 0);
  return html`<h1>${start.workflow} <small>${start.variant}</small></h1><p class="badge ${look}" id="badge">${state}</p><p class="soft"><span id="run-time">${words.duration(time)}</span> · ${headCounts(record, words)} · <code>${start.run}</code> · ${words.moment(start.at)}</p>${shareHtml(record)}`;
};

/** How far it is, at a glance: the words are beside it. */
const shareHtml = ({ steps }: RunRecord): Html | undefined => {
  if (steps.length === 0) return undefined;
  const counts = new Map<string, number>(tones.map((each) => [each, 0]));
  for (const row of steps) counts.set(tone(row), (counts.get(tone(row)) ?? 0) + 1);
  const parts = [...counts].filter(([, count]) => count > 0);
  return html`<div class="share" aria-hidden="true">${parts.map(([each, count]) => html`<i class="${each}" style="--n:${count}"></i>`)}</div>`;
};

const tones = ['broken', 'proved', 'gone', 'working', 'held', 'unproved'] as const;

const headCounts = (record: RunRecord, words: Wording): string => {
  const counts = new Map<string, number>();
  for (const row of record.steps) {
    const word = stateWord(row, words);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ') || 'no steps';
};

/** Folded, each with how to find it. */
export const logsHtml = (logs: readonly LogText[], note: string | undefined, isLive: boolean): Html => {
  const search = filter('log-search', 'Search all logs', 'text');
  if (logs.length === 0)
    return isLive
      ? html`${search}<p class="soft">No step has printed anything yet.</p>`
      : html`<p class="soft">No step printed anything.</p>`;
  return html`${search}${note === undefined ? undefined : html`<p class="soft">${note}</p>`}${logs.map(
    ({ address, attempt, bytes, text, cut, file }) =>
      html`<details class="log" id="l-${file}"${isLive ? html` data-log="${file}"` : ''}><summary><code>${address}</code> <span class="soft">attempt ${attempt} · ${size(bytes)}${cut ? ', its end' : ''} <span class="hits"></span></span></summary><pre tabindex="0">${text}</pre></details>`,
  )}`;
};

const size = (bytes: number): string =>
  bytes < 1024
    ? `${bytes} B`
    : bytes < 1024 * 1024
      ? `${(bytes / 1024).toFixed(1)} KB`
      : `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** Facts the run yielded, what it was given, and who drove it. */
export const factsHtml = (record: RunRecord, words: Wording): Html => {
  const { start, end, notices } = record;
  const scope = Object.entries(start?.scope ?? {});
  const withheld = (end?.withheld ?? []).map((name) => [name, '(holds a secret, which is kept nowhere)'] as const);
  const yielded = [...Object.entries(end?.facts ?? {}), ...withheld];
  return html`${definitions('What it yielded', yielded)}${definitions('Inputs', Object.entries(start?.inputs ?? {}))}${definitions('Scope', scope)}${
    notices.length === 0
      ? undefined
      : html`<h3>Notices</h3><ul>${notices.map(({ level, message }) => html`<li class="${level === 'warning' ? 'held' : ''}">${message}</li>`)}</ul>`
  }<h3>Run</h3><dl><dt>id</dt><dd><code>${start?.run ?? ''}</code></dd><dt>steps</dt><dd>${record.steps.length} in ${blocksOf(record).length} groups</dd><dt>sittings</dt><dd>${record.sittings.map(({ from, version }) => `${words.moment(from)} (lab ${version})`).join('; ')}</dd></dl>`;
};

const definitions = (title: string, entries: readonly (readonly [string, unknown])[]): Html | undefined => {
  const known = entries.filter(([, value]) => value !== null && value !== undefined);
  if (known.length === 0) return undefined;
  return html`<h3>${title}</h3><dl>${known.map(([name, value]) => html`<dt>${name}</dt><dd>${valueHtml(value)}</dd>`)}</dl>`;
};

const valueHtml = (value: unknown): Html => {
  if (typeof value === 'string')
    return /^https?:\/\/[^\s"'<>]+$/.test(value)
      ? html`<a href="${value}" rel="noreferrer">${value}</a>`
      : html`${value}`;
  if (typeof value !== 'object' || value === null) return html`${String(value)}`;
  const entries = Object.entries(value);
  if (Array.isArray(value) && entries.every(([, each]) => typeof each !== 'object'))
    return html`${value.map(String).join(', ')}`;
  if (entries.every(([, each]) => typeof each !== 'object'))
    return html`<table class="plain"><tbody>${entries.map(([key, each]) => html`<tr><th scope="row">${key}</th><td>${String(each)}</td></tr>`)}</tbody></table>`;
  return html`<code>${JSON.stringify(value)}</code>`;
};
