// What the page can do in a browser beyond being read: theme, zoom, picking a node, finding text; and, when it is served, living on.
import { fetchLogsWith, goLive } from './live.ts';
import { searchLogs, searchSteps } from './search.ts';
import { prepareTopology } from './topology.ts';

const root = document.documentElement;
root.classList.add('has-js');
const isLive = root.dataset['live'] !== undefined;

const prepareTheme = (): void => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  document.getElementById('theme')?.addEventListener('click', () => {
    const shown = root.dataset['theme'] ?? (dark.matches ? 'dark' : 'light');
    root.dataset['theme'] = shown === 'dark' ? 'light' : 'dark';
  });
};

/** A link to something in a folded part opens what it is in. */
const openTarget = (): void => {
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  for (let at: Element | null | undefined = target; at; at = at.parentElement?.closest('details'))
    if (at instanceof HTMLDetailsElement) at.open = true;
  target?.scrollIntoView({ block: 'center' });
};

/** On paper there is nothing to unfold. */
const unfoldForPrint = (): void => {
  let folded: HTMLDetailsElement[] = [];
  addEventListener('beforeprint', () => {
    folded = [...document.querySelectorAll<HTMLDetailsElement>('details:not([open])')];
    for (const each of folded) each.open = true;
  });
  addEventListener('afterprint', () => {
    for (const each of folded) each.open = false;
  });
};

prepareTheme();
prepareTopology();
searchSteps();
searchLogs(isLive ? fetchLogsWith : undefined);
unfoldForPrint();
addEventListener('hashchange', openTarget);
openTarget();
if (isLive) goLive(prepareTopology);
