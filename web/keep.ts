// A page that is drawn anew while someone uses it: what they unfolded, typed, picked, moved and focused stays.
import { pickAgain, pickedNode } from './topology.ts';

/** Redraws what is within `#sections`, and puts a person's things back where they were. */
export const keepWhile = (redraw: () => void): void => {
  const folds = foldings();
  const typed = [...document.querySelectorAll<HTMLInputElement>('#sections input')].map(({ id, value, checked }) => ({
    id,
    value,
    checked,
  }));
  const canvas = document.querySelector('.canvas');
  const moved = canvas && { left: canvas.scrollLeft, top: canvas.scrollTop };
  const [focused, picked] = [focusedKey(), pickedNode()];
  redraw();
  for (const [key, details] of detailsByKey()) details.open = folds.get(key) ?? details.open;
  for (const { id, value, checked } of typed) typeAgain(id, { value, checked });
  if (picked !== undefined) pickAgain(picked);
  if (moved) document.querySelector('.canvas')?.scrollTo(moved);
  if (focused !== undefined) document.querySelector<HTMLElement>(focused)?.focus({ preventScroll: true });
};

const detailsByKey = (): ReadonlyMap<string, HTMLDetailsElement> =>
  new Map(
    [...document.querySelectorAll<HTMLDetailsElement>('#sections details')].map((details) => [
      details.id || `${details.className} ${details.querySelector('summary')?.id ?? ''}`,
      details,
    ]),
  );

const foldings = (): ReadonlyMap<string, boolean> => new Map([...detailsByKey()].map(([key, { open }]) => [key, open]));

/** How to find what has the focus once its element is another one. */
const focusedKey = (): string | undefined => {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement || focused instanceof SVGElement)) return undefined;
  if (focused.id !== '') return `#${CSS.escape(focused.id)}`;
  const node = focused.dataset['node'];
  if (node !== undefined) return `[data-node="${CSS.escape(node)}"]`;
  return focused.classList.contains('canvas') ? '.canvas' : linkKey(focused);
};

const linkKey = (focused: Element): string | undefined => {
  const row = focused.parentElement?.closest('[id]');
  const href = focused.getAttribute('href');
  return row && href ? `#${CSS.escape(row.id)} [href="${CSS.escape(href)}"]` : undefined;
};

const typeAgain = (id: string, { value, checked }: { value: string; checked: boolean }): void => {
  const input = document.getElementById(id);
  if (!(input instanceof HTMLInputElement)) return;
  if (input.type === 'checkbox') {
    if (input.checked === checked) return;
    input.checked = checked;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  } else if (value !== '') {
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
};

/** Puts one element in the place of the one with its id. */
export const replaceOne = (html: string): void => {
  const holder = document.createElement('template');
  holder.innerHTML = html;
  const next = holder.content.firstElementChild;
  const old = next && document.getElementById(next.id);
  if (!next || !old) return;
  const focused = old.contains(document.activeElement) ? focusedKey() : undefined;
  if (next instanceof HTMLElement) next.hidden = old.hidden;
  old.replaceWith(next);
  if (focused !== undefined) document.querySelector<HTMLElement>(focused)?.focus({ preventScroll: true });
};
