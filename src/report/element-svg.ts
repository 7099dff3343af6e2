// One element of a picture: a group that carries how the element stands, by which a page finds and changes it.
import type { Line } from './cables.ts';
import { type Html, html } from './html.ts';
import type { Layout } from './layout.ts';
import { type ElementState, standingWord } from './topology.ts';

/** What all parts of one picture are drawn from. */
export interface Sheet {
  readonly layout: Layout;
  readonly numbers: ReadonlyMap<string, number>;
  /** Where the cables run, by name of link. */
  readonly cables: ReadonlyMap<string, Line>;
  /** Packets by link: the way a request took. */
  readonly hops: Readonly<Record<string, number>> | undefined;
  stateOf(id: string): ElementState;
}

export interface Drawn {
  readonly kind: string;
  readonly title: string;
  readonly body: Html;
}

export const element = ({ numbers, stateOf }: Sheet, id: string, { kind, title, body }: Drawn): Html => {
  const { standing } = stateOf(id);
  return html`<g class="el ${kind} ${standing}" data-el="${numbers.get(id) ?? ''}"><title>${`${title}: ${standingWord[standing]}`}</title>${body}</g>`;
};

/** Only what a class name may hold; the text itself is in the title. */
export const safeClass = (text: string): string => text.toLowerCase().replace(/[^a-z0-9-]/g, '-');

/** Tenths are as fine as anybody sees. */
export const round = (value: number): number => Math.round(value * 10) / 10;
