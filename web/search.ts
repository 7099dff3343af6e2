// Finding steps and text in logs. What is found is marked; nothing a person typed or a step printed is ever taken for markup.

export const searchSteps = (): void => {
  onInput('verdict-filter', (wanted, found) => {
    let count = 0;
    for (const row of document.querySelectorAll<HTMLElement>('.verdicts tbody tr')) {
      const hit = wanted === '' || (row.dataset['text'] ?? '').toLowerCase().includes(wanted);
      row.hidden = !hit;
      if (hit) count += 1;
    }
    for (const block of document.querySelectorAll<HTMLDetailsElement>('.verdicts details.block')) {
      const any = block.querySelector('tbody tr:not([hidden])') !== null;
      block.hidden = !any;
      if (wanted !== '' && any) block.open = true;
    }
    found.textContent = wanted === '' ? '' : `${count} steps`;
  });
};

/** More marks than this slow a browser down and help nobody. */
const markedAtMost = 2000;

/** `fetchWith` gets logs in which a text is, for a page that has not got them all. */
export const searchLogs = (fetchWith?: (wanted: string) => Promise<void>): void => {
  onInput('log-search', async (typed, found) => {
    // A single letter is everywhere.
    const wanted = typed.length < 2 ? '' : typed;
    if (wanted !== '') await fetchWith?.(wanted);
    const ranges: Range[] = [];
    const counts = [...document.querySelectorAll<HTMLDetailsElement>('details.log')].map((log) => {
      const hits = wanted === '' ? 0 : findIn(log, wanted, ranges);
      showHits(log, wanted, hits);
      return hits;
    });
    const total = counts.reduce((sum, hits) => sum + hits, 0);
    found.textContent = wanted === '' ? '' : `${total} in ${counts.filter((hits) => hits > 0).length} logs`;
    if ('highlights' in CSS) CSS.highlights.set('found', new Highlight(...ranges));
  });
};

const showHits = (log: HTMLDetailsElement, wanted: string, hits: number): void => {
  const note = log.querySelector('.hits');
  if (note) note.textContent = hits === 0 ? '' : `· ${hits} found`;
  log.hidden = wanted !== '' && hits === 0;
  if (wanted !== '') log.open = hits > 0;
};

const findIn = (log: HTMLElement, wanted: string, ranges: Range[]): number => {
  const text = log.querySelector('pre')?.firstChild;
  if (!(text instanceof Text)) return 0;
  const lower = text.data.toLowerCase();
  // A letter whose small form is longer would shift what follows.
  const exact = lower.length === text.data.length;
  let count = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, at + wanted.length)) {
    count += 1;
    if (!exact || ranges.length >= markedAtMost) continue;
    const range = new Range();
    range.setStart(text, at);
    range.setEnd(text, at + wanted.length);
    ranges.push(range);
  }
  return count;
};

const onInput = (id: string, search: (wanted: string, found: HTMLElement) => void | Promise<void>): void => {
  let timer = 0;
  // Listened for on the document: a page that lives on replaces its parts.
  document.addEventListener('input', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.id !== id) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const found = document.getElementById(`${id}-found`);
      if (found) void search(target.value.trim().toLowerCase(), found);
    }, 120);
  });
};
