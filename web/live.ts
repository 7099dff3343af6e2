// A page that is served: keeps up with the run by server-sent events, and lets its buttons start commands. What comes from the server
// as HTML was made there with every value escaped; everything else is set as text.

import { keepWhile, replaceOne } from './keep.ts';

interface Offer {
  readonly command: string;
  readonly not?: string;
}

interface Offers {
  readonly resume?: Offer;
  readonly plan?: Offer;
  readonly redo?: Offer;
  readonly busy: boolean;
  readonly last?: { readonly command: string; readonly running: boolean; readonly code?: number };
  readonly output: string;
}

interface Parts {
  readonly replaced: readonly string[];
  readonly total: number;
  readonly head: string;
  readonly failures?: string;
  readonly source: string;
  readonly counts?: string;
  readonly elements?: readonly ElementChange[];
  readonly logs?: string;
}

interface ElementChange {
  readonly number: number;
  readonly standing: string;
  readonly word: string;
  readonly mark: string;
  readonly evidence: string;
}

const byId = (id: string): HTMLElement | null => document.getElementById(id);

/** Between tries to reach a server that has ended or been started anew. */
const againMs = 2000;

export const goLive = (redrawn: () => void): void => {
  connect(redrawn);
  prepareButtons();
  fetchOpenedLogs();
};

const connect = (redrawn: () => void): void => {
  const events = new EventSource('/events');
  const on = <T>(name: string, take: (data: T) => void): void =>
    events.addEventListener(name, ({ data }) => take(JSON.parse(data) as T));
  on<{ head: string; sections: string; steps: string[] }>('all', (whole) => {
    keepWhile(() => {
      takeAll(whole);
      redrawn();
    });
  });
  on<Parts>('parts', takeParts);
  on<Offers>('offers', takeOffers);
  on<{ file: string; text: string }[]>('tail', takeTail);
  events.onopen = () => {
    lose(undefined);
    // What was printed lately is told again.
    byId('tail')?.replaceChildren();
    lastFile = '';
  };
  events.onerror = () => {
    if (events.readyState !== EventSource.CLOSED) {
      lose('Not connected; trying again. The run goes on without this page.');
      return;
    }
    lose('`lab ui` was started anew: open the link it prints, in any tab. The run goes on without this page.');
    setTimeout(() => connect(redrawn), againMs);
  };
};

const lose = (text: string | undefined): void => {
  const note = byId('lost');
  if (!note) return;
  note.hidden = text === undefined;
  note.textContent = text ?? '';
};

const takeAll = ({ head, sections, steps }: { head: string; sections: string; steps: string[] }): void => {
  const into = byId('sections');
  if (into) into.outerHTML = sections;
  setHtml('head', head);
  const list = byId('step-list');
  list?.replaceChildren(...steps.map((step) => Object.assign(document.createElement('option'), { value: step })));
};

const setHtml = (id: string, html: string | undefined): void => {
  const element = byId(id);
  if (element && html !== undefined && element.innerHTML !== html) element.innerHTML = html;
};

const setText = (id: string, text: string | undefined): void => {
  const element = byId(id);
  if (element && text !== undefined && element.textContent !== text) element.textContent = text;
};

const takeParts = (parts: Parts): void => {
  for (const html of parts.replaced) replaceOne(html);
  document.querySelector<HTMLElement>('.tl')?.style.setProperty('--total', String(parts.total));
  setHtml('head', parts.head);
  setHtml('failures', parts.failures);
  setText('topo-source', parts.source);
  setText('topo-counts', parts.counts);
  for (const change of parts.elements ?? []) colour(change);
  addLogs(parts.logs);
};

const standings = ['proved', 'broken', 'working', 'unproved', 'gone'];

/** An element of the picture and its row in the tables. */
const colour = ({ number, standing, word, mark, evidence }: ElementChange): void => {
  for (const element of document.querySelectorAll(`.topo [data-el="${number}"]`)) {
    element.classList.remove(...standings);
    element.classList.add(standing);
    const title = element.querySelector(':scope > title');
    if (title) title.textContent = `${title.textContent?.replace(/: [^:]*$/, '')}: ${word}`;
    for (const text of element.querySelectorAll('[data-mark]')) text.textContent = mark;
    for (const text of element.querySelectorAll('[data-word]')) text.textContent = word;
    for (const text of element.querySelectorAll('[data-label]'))
      text.textContent = text.textContent?.replace(/^\S/u, mark) ?? '';
  }
  for (const row of document.querySelectorAll(`tr[data-row="${number}"]`)) {
    const [, , state, seen] = row.children;
    if (!state || !seen) continue;
    state.className = `verdict ${standing}`;
    const bold = Object.assign(document.createElement('b'), { className: 'm', textContent: mark });
    state.replaceChildren(bold, ` ${word}`);
    seen.textContent = evidence;
  }
};

/** Logs only ever become more: those that are open stay as they are. */
const addLogs = (html: string | undefined): void => {
  const body = byId('logs-body');
  if (html === undefined || !body) return;
  const holder = document.createElement('template');
  holder.innerHTML = html;
  if (!body.querySelector('details.log')) {
    keepWhile(() => body.replaceChildren(holder.content));
    return;
  }
  for (const next of holder.content.querySelectorAll('details.log')) {
    const old = byId(next.id);
    if (!old) body.append(next);
    else if (old instanceof HTMLDetailsElement && old.open) void fetchLog(old);
    const [was, is] = [old?.querySelector('summary'), next.querySelector('summary')];
    if (was && is) was.innerHTML = is.innerHTML;
  }
};

const fetchOpenedLogs = (): void => {
  // The event does not bubble.
  document.addEventListener(
    'toggle',
    ({ target }) => {
      if (target instanceof HTMLDetailsElement && target.open) void fetchLog(target);
    },
    true,
  );
};

const fetchLog = async (details: HTMLDetailsElement): Promise<void> => {
  const file = details.dataset['log'];
  const into = details.querySelector('pre');
  if (file === undefined || !into) return;
  try {
    const response = await fetch(`/log?file=${encodeURIComponent(file)}`);
    into.textContent = await response.text();
  } catch {
    into.textContent = 'The log can’t be had now: not connected.';
  }
};

/** Gets the logs in which a text is, for the search, which looks through what is in the page. */
export const fetchLogsWith = async (wanted: string): Promise<void> => {
  const response = await fetch(`/find?text=${encodeURIComponent(wanted)}`);
  if (!response.ok) return;
  const files = new Set((await response.json()) as string[]);
  const logs = [...document.querySelectorAll<HTMLDetailsElement>('details.log')];
  await Promise.all(logs.filter(({ dataset }) => files.has(dataset['log'] ?? '')).map(fetchLog));
};

const actions = ['resume', 'plan', 'redo'] as const;
let offers: Offers | undefined;

const takeOffers = (next: Offers): void => {
  offers = next;
  const { last, output } = next;
  showOffers();
  setText('output', output);
  const block = byId('output-block');
  if (!last || !block) return;
  block.hidden = false;
  setText('output-head', last.command);
  setText('output-state', last.running ? 'is at work' : `ended with ${last.code ?? 'a signal'}`);
};

const showOffers = (): void => {
  const step = wantedStep();
  const reasons = new Map<string, string[]>();
  for (const action of actions) {
    const offer = offers?.[action];
    const button = document.querySelector<HTMLButtonElement>(`[data-do=${action}]`);
    if (!offer || !button) continue;
    button.disabled = offer.not !== undefined || offers?.busy === true || (action === 'redo' && step === '');
    setText(`will-${action}`, offer.command.replace('STEP', step === '' ? 'STEP' : quoted(step)));
    if (offer.not !== undefined) reasons.set(offer.not, [...(reasons.get(offer.not) ?? []), action]);
  }
  setText(
    'why-not',
    offers?.busy
      ? 'The last command still runs.'
      : [...reasons].map(([reason, which]) => `${which.map(capital).join(' and ')}: ${reason}.`).join(' '),
  );
};

const capital = (word: string): string => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
const wantedStep = (): string => (byId('redo-step') as HTMLInputElement | null)?.value.trim() ?? '';

const prepareButtons = (): void => {
  byId('redo-step')?.addEventListener('input', showOffers);
  for (const action of actions)
    document.querySelector(`[data-do=${action}]`)?.addEventListener('click', () => {
      const body = JSON.stringify({ action, ...(action === 'redo' && { step: wantedStep() }) });
      fetch('/do', { method: 'POST', body })
        .then(async (response) => {
          if (!response.ok) setText('why-not', await response.text());
          else (byId('output-block') as HTMLDetailsElement | null)?.setAttribute('open', '');
        })
        .catch(() => setText('why-not', 'Not connected.'));
    });
};

const keptLines = 500;
let lastFile = '';

const takeTail = (pieces: readonly { file: string; text: string }[]): void => {
  const tail = byId('tail');
  if (!tail) return;
  const atEnd = tail.scrollHeight - tail.scrollTop - tail.clientHeight < 30;
  for (const { file, text } of pieces) {
    if (file !== lastFile)
      tail.append(Object.assign(document.createElement('b'), { textContent: `── ${file.replace(/\.log$/, '')}\n` }));
    lastFile = file;
    tail.append(text.endsWith('\n') ? text : `${text}\n`);
  }
  while (tail.childNodes.length > keptLines) tail.firstChild?.remove();
  if (atEnd) tail.scrollTop = tail.scrollHeight;
};
