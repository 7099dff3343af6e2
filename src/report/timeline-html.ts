// The time line: a lane for each step, a bar for each thing it did, places where nobody drove the run, the critical path.
import { criticalPath } from './critical-path.ts';
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
import type { Bar, RunRecord, Sitting, StepRow } from './run-record.ts';
import { type TimeScale, timeScale } from './time-scale.ts';

const barWords: Readonly<Record<Bar['kind'], string>> = {
  ...{
    look: 'looking',
    queue: 'waiting for a free place',
    act: 'working',
    pause: 'waiting to try again',
    prove: 'waiting for its proof',
  },
};

/** More children than this are folded at first. */
const unfolded = 6;

export interface TimelineSheet {
  readonly scale: TimeScale;
  readonly critical: ReadonlySet<string>;
  /** When the last sitting began: the critical path is its. */
  readonly since: number;
  readonly words: Wording;
}

export const timelineSheet = (record: RunRecord, words: Wording, now?: number): TimelineSheet => ({
  scale: timeScale(record.sittings, record.sittings.at(-1)?.end === undefined ? now : undefined),
  critical: new Set(criticalPath(record).map(({ address }) => address)),
  since: record.sittings.at(-1)?.from ?? 0,
  words,
});

export const timelineHtml = (record: RunRecord, sheet: TimelineSheet): Html => {
  const { scale } = sheet;
  return html`<div class="tl" style="--total:${scale.total}">
${axis(sheet)}
<div class="tl-rows">${gapsHtml(sheet)}${blocksOf(record).map((block) => timelineBlock(block, sheet))}</div>
</div>
${legend}
${pathHtml(record, sheet)}`;
};

/** One step, or a parent with its children below. */
export const timelineBlock = ({ head, children }: Block, sheet: TimelineSheet): Html => {
  if (isSingle({ head, children })) return timelineRow(head, sheet);
  const open = children.length <= unfolded || children.some((row) => tone(row) === 'broken');
  return html`<details class="tl-group"${open ? { html: ' open' } : ''}>${groupSummary({ head, children }, sheet)}${children.map((row) => timelineRow(row, sheet))}</details>`;
};

export const groupSummary = ({ head, children }: Block, sheet: TimelineSheet): Html => {
  const critical = children.some(({ address }) => sheet.critical.has(address));
  const look = worstTone(children);
  const spans = mergedSpans(children, sheet.scale);
  // In all sittings together, without the time between them.
  const busy = spans.reduce((sum, { from, to }) => sum + to - from, 0);
  const bars = spans.map(({ from, to }) => bar({ from, width: to - from, classes: 'all' }));
  return html`<summary class="tl-row ${look}${critical ? ' crit' : ''}" id="${rowId.time(head)}"><span class="tl-name"><b class="m">${toneMark[look]}</b> ${sheet.words.title(head)} <small>${children.length}</small></span><span class="lane">${bars}</span><span class="tl-time" title="${tally(children, sheet.words)}">${busy > 0 ? sheet.words.duration(busy) : ''}</span></summary>`;
};

export const timelineRow = (row: StepRow, sheet: TimelineSheet): Html => {
  const { scale, words, critical, since } = sheet;
  const look = tone(row);
  const isCritical = critical.has(row.address);
  const bars = row.bars.map((each) => {
    const from = scale.place(each.from);
    const to = each.to === undefined ? undefined : scale.place(each.to);
    const classes = [
      each.kind,
      each.failed && 'bad',
      each.cut && 'cut',
      to === undefined && 'open',
      isCritical && each.from >= since && 'on',
    ]
      .filter(Boolean)
      .join(' ');
    return bar({ from, width: to === undefined ? undefined : to - from, classes });
  });
  const time = row.durationMs === undefined ? '' : words.duration(row.durationMs);
  return html`<div class="tl-row ${look}${isCritical ? ' crit' : ''}" id="${rowId.time(row)}"><a class="tl-name" href="#${rowId.verdict(row)}" title="${row.address}"><b class="m">${toneMark[look]}</b> ${words.title(row)}</a><span class="lane" role="img" aria-label="${laneText(row, words)}${isCritical ? '; on the critical path' : ''}" title="${laneText(row, words)}">${bars}</span><span class="tl-time">${time}</span></div>`;
};

const bar = ({ from, width, classes }: { from: number; width: number | undefined; classes: string }): Html =>
  html`<i class="${classes}" style="--s:${Math.round(from)}${width === undefined ? '' : `;--w:${Math.max(0, Math.round(width))}`}"></i>`;

const laneText = (row: StepRow, words: Wording): string => {
  const parts = row.bars.map(({ kind, from, to, attempt, failed, cut }) => {
    const which = kind === 'act' && row.attempts.length > 1 ? ` (attempt ${attempt})` : '';
    const how = cut ? ', cut off' : failed ? ', failed' : '';
    return `${barWords[kind]}${which} ${to === undefined ? 'now' : words.duration(to - from)}${how}`;
  });
  return [stateWord(row, words), ...parts].join('; ');
};

const mergedSpans = (rows: readonly StepRow[], scale: TimeScale): readonly { from: number; to: number }[] => {
  const spans = rows
    .flatMap(({ bars }) => bars)
    .map(({ from, to }) => ({ from: scale.place(from), to: to === undefined ? scale.total : scale.place(to) }))
    .sort((a, b) => a.from - b.from);
  const merged: { from: number; to: number }[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last && span.from <= last.to + scale.total / 500) last.to = Math.max(last.to, span.to);
    else merged.push({ ...span });
  }
  return merged;
};

/** Round numbers of the clock along the top. */
const axis = ({ scale, words }: TimelineSheet): Html => {
  const step = niceStep(scale.total / 8);
  const ticks: Html[] = [];
  for (let at = 0; at <= scale.total; at += step)
    ticks.push(html`<span style="--s:${Math.round(at)}">${step < 100 ? `${at}ms` : words.duration(at)}</span>`);
  return html`<div class="tl-axis" aria-hidden="true"><span></span><div class="lane">${ticks}</div><span></span></div>`;
};

const niceStep = (wanted: number): number => {
  const sizes = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
    1_800_000,
  ];
  return sizes.find((size) => size >= wanted) ?? 3_600_000 * Math.ceil(wanted / 3_600_000);
};

const gapsHtml = ({ scale, words }: TimelineSheet): Html => {
  const marks = scale.gaps.map((gap) => ({
    ...gap,
    why: endWords(gap.after),
    away: words.duration(gap.to - gap.from),
  }));
  const hatched = marks.map(({ at, width, from, why, away }) => {
    const text = `${words.moment(from)}: ${why}; resumed after ${away}`;
    return html`<i class="gap" style="--s:${Math.round(at)};--w:${Math.round(width)}" title="${text}"></i>`;
  });
  return html`<div class="tl-gaps tl-axis"><span></span><div class="lane">${hatched}</div><span></span></div>${markRows(marks, scale)}`;
};

interface Mark {
  readonly at: number;
  readonly why: string;
  readonly away: string;
}

/** More interruptions than this bear the numbers of the list of sittings instead of words. */
const toldInWords = 3;

const markRows = (marks: readonly Mark[], { total }: TimeScale): readonly Html[] => {
  const spans = marks.map(({ at, why, away }, number) => {
    const text = marks.length > toldInWords ? String(number + 2) : `${why}, resumed after ${away}`;
    const side = marks.length <= toldInWords && at > total / 2 ? 'left' : 'right';
    return html`<span class="${side}" style="--s:${Math.round(at)}">${text}</span>`;
  });
  const rows = marks.length > toldInWords ? [spans] : spans.map((each) => [each]);
  return rows.map(
    (row) =>
      html`<div class="tl-axis tl-marks" aria-hidden="true"><span></span><div class="lane">${row}</div><span></span></div>`,
  );
};

const endWords = ({ end, signal }: Sitting): string => {
  if (end === 'cut') return 'lab was killed';
  return signal === undefined ? `the run ${end}` : `interrupted by ${signal}`;
};

/** Interruptions in words, for those who can't see the hatching. */
export const sittingsHtml = ({ sittings }: RunRecord, words: Wording): Html =>
  sittings.length < 2
    ? { html: '' }
    : html`<ol class="sittings">${sittings.map((sitting, at) => sittingHtml(sitting, at, words))}</ol>`;

const sittingHtml = ({ from, to, end, signal }: Sitting, at: number, words: Wording): Html => {
  const look = { succeeded: 'proved', failed: 'broken', interrupted: 'broken', cut: 'broken', open: 'working' };
  const how = { cut: 'cut off: lab was killed', open: 'goes on' }[String(end ?? 'open')] ?? end;
  const by = signal === undefined ? '' : ` (${signal})`;
  return html`<li><b>${at === 0 ? 'started' : 'resumed'}</b> ${words.moment(from)}, <span class="${look[end ?? 'open']}">${how}${by}</span> after ${words.duration(to - from)}</li>`;
};

const legend: Html = html`<p class="legend" aria-label="Legend"><span><i class="act"></i> working</span><span><i class="act bad"></i> failed attempt</span><span><i class="act cut"></i> cut off</span><span><i class="look"></i> looking</span><span><i class="queue"></i> waiting for a free place</span><span><i class="pause"></i> waiting to try again</span><span><i class="prove"></i> waiting for its proof</span><span><i class="gap"></i> nobody drove the run</span><span><i class="critical"></i> critical path</span></p>`;

const pathHtml = (record: RunRecord, { words }: TimelineSheet): Html => {
  const path = criticalPath(record);
  if (path.length < 2) return { html: '' };
  const items = path.map(({ address, addedMs }) => {
    const row = record.rows.get(address);
    return row
      ? html`<li><a href="#${rowId.time(row)}">${address}</a> <span class="soft">${words.duration(addedMs)}</span></li>`
      : { html: '' };
  });
  return html`<details class="path-list"><summary>Critical path: ${path.length} steps decided how long it took</summary><ol>${items}</ol></details>`;
};
