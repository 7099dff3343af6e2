// The verdict table: what became of each step, and the evidence. Failures are told in full, above it.
import type { Observation } from '../core/failure.ts';
import { type Html, html } from './html.ts';
import {
  type Block,
  blocksOf,
  isSingle,
  rowId,
  stateWord,
  tally,
  tone,
  toneMark,
  type Wording,
  worstTone,
} from './page-parts.ts';
import type { RunRecord, StepRow } from './run-record.ts';

export interface VerdictSheet {
  readonly words: Wording;
  /** Where the log of an attempt is in the page. */
  logId(address: string, attempt: number): string | undefined;
}

const unfolded = 8;

export const verdictsHtml = (record: RunRecord, sheet: VerdictSheet): Html => {
  const blocks = blocksOf(record);
  const out: Html[] = [];
  let single: StepRow[] = [];
  const flush = (): void => {
    if (single.length > 0) out.push(table(single, sheet, 'Steps'));
    single = [];
  };
  for (const block of blocks) {
    if (isSingle(block)) {
      single.push(block.head);
      continue;
    }
    flush();
    out.push(verdictBlock(block, sheet));
  }
  flush();
  return html`<div class="verdicts">${out}</div>`;
};

const verdictBlock = ({ head, children }: Block, sheet: VerdictSheet): Html => {
  const look = worstTone(children);
  const open = children.length <= unfolded || look === 'broken' || look === 'held';
  const title = sheet.words.title(head);
  return html`<details class="block"${open ? { html: ' open' } : ''}>${blockSummary({ head, children }, sheet.words)}${table(children, sheet, title)}</details>`;
};

export const blockSummary = ({ head, children }: Block, words: Wording): Html => {
  const look = worstTone(children);
  return html`<summary id="${rowId.verdict(head)}"><b class="m ${look}">${toneMark[look]}</b> <strong>${words.title(head)}</strong> <span class="soft">${tally(children, words)}</span></summary>`;
};

const table = (rows: readonly StepRow[], sheet: VerdictSheet, title: string): Html =>
  html`<div class="scroll"><table><caption class="hide">${title}</caption><thead><tr><th scope="col">Step</th><th scope="col">Verdict</th><th scope="col" class="num">Took</th><th scope="col">Evidence</th></tr></thead><tbody>${rows.map((row) => verdictRow(row, sheet))}</tbody></table></div>`;

export const verdictRow = (row: StepRow, sheet: VerdictSheet): Html => {
  const { words } = sheet;
  const look = tone(row);
  const title = words.title(row);
  return html`<tr id="${rowId.verdict(row)}" data-text="${row.address} ${title} ${stateWord(row, words)}"><th scope="row">${title}${title === row.address ? '' : html`<br><code class="soft">${row.address}</code>`}</th><td class="verdict ${look}"><b class="m">${toneMark[look]}</b> ${stateWord(row, words)}</td><td class="num">${row.durationMs === undefined ? '' : words.duration(row.durationMs)}</td><td class="ev">${evidenceHtml(row, sheet)}</td></tr>`;
};

const evidenceHtml = (row: StepRow, sheet: VerdictSheet): Html => {
  const { words } = sheet;
  const { evidence, reason, failure, attempts, command } = row;
  const undone = words.undone(row);
  const logs = attempts.flatMap((attempt) => {
    const id = sheet.logId(row.address, attempt);
    return id === undefined
      ? []
      : [html` <a href="#${id}">log${attempts.length > 1 ? ` of attempt ${attempt}` : ''}</a>`];
  });
  const failed = failure !== undefined && row.phase === 'done';
  const shownReason =
    reason !== undefined && reason !== 'it holds' && !failed ? html`<p class="soft">${reason}</p>` : undefined;
  return html`${failed ? html`<p class="broken">${words.ended(row)}</p>` : undefined}${undone === undefined ? undefined : html`<p>${undone}</p>`}${shownReason}${observations(evidence)}${
    command === undefined
      ? undefined
      : html`<p class="cmd"><code>${command}</code>${attempts.length > 1 ? ` ${attempts.length} attempts` : ''}${logs}</p>`
  }`;
};

const observations = (evidence: readonly Observation[]): Html | undefined =>
  evidence.length === 0
    ? undefined
    : html`<ul class="obs">${evidence.map(
        ({ probe, holds, saw, message, error }) =>
          html`<li class="${holds ? 'proved' : 'broken'}"><b class="m">${holds ? '✓' : '✗'}</b> <span>${probe}</span> <q>${saw}</q>${holds || message === undefined ? undefined : html`<br>${message}`}${error === undefined || saw.includes(error) ? undefined : html`<br>${error}`}</li>`,
      )}</ul>`;

const toldInFull = 5;

/** What a person needs who comes to a failed run. */
export const failuresHtml = (record: RunRecord, sheet: VerdictSheet): Html => {
  const failed = record.steps.filter((row) => row.phase === 'done' && row.outcome === 'failed');
  if (failed.length === 0) return { html: '' };
  const rest = failed.length - toldInFull;
  return html`<section class="failed" aria-labelledby="failed-h"><h2 id="failed-h">What failed</h2>${failed.slice(0, toldInFull).map((row) => failureHtml(row, sheet))}${rest > 0 ? html`<p>and ${rest} more, in the table below</p>` : undefined}</section>`;
};

const failureHtml = (row: StepRow, { words, logId }: VerdictSheet): Html => {
  const { failure, address } = row;
  const tail = failure && 'tail' in failure ? failure.tail : [];
  const command = failure && 'command' in failure ? failure.command : row.command;
  const log = logId(address, row.attempts.at(-1) ?? 0);
  return html`<article><h3><b class="m broken">✗</b> <a href="#${rowId.verdict(row)}">${words.title(row)}</a></h3><p>${words.ended(row) || 'failed'}</p>${
    command === undefined ? undefined : html`<p class="cmd"><code>${command}</code></p>`
  }${tail.length === 0 ? undefined : html`<pre tabindex="0">${tail.join('\n')}</pre>`}${log === undefined ? undefined : html`<p><a href="#${log}">The whole log</a></p>`}</article>`;
};
