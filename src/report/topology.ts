// What a picture of a network is made of. A project's adapter fills it in; nobody here knows what a router is.

export interface Topology {
  readonly title: string;
  readonly nodes: readonly TopologyNode[];
  readonly links: readonly TopologyLink[];
  readonly sessions: readonly TopologySession[];
}

export interface TopologyNode {
  readonly name: string;
  /** Such as `leaf`; nodes of one role look alike. */
  readonly role: string;
  /** What it is drawn as; without one it has no sign. */
  readonly shape?: NodeShape;
  /** One more thing worth knowing, such as `AS 65001`. */
  readonly note?: string;
  readonly group?: string;
  readonly addresses: readonly TopologyAddress[];
}

export type NodeShape = 'router' | 'switch' | 'server' | 'host' | 'pod' | 'bridge';

export interface TopologyAddress {
  readonly label: string;
  readonly text: string;
  /** What an observation must show to prove it; without it, the step that gives it to the node proves it. */
  readonly shownAs?: string;
}

interface LinkEnd {
  readonly node: string;
  readonly port?: string;
}

export interface TopologyLink {
  readonly name: string;
  readonly kind: string;
  /** Drawn above `b`. */
  readonly a: LinkEnd;
  readonly b: LinkEnd;
  /** Sessions that could not be up if the link was down: they prove it when no step does. */
  readonly carries?: readonly string[];
}

export interface TopologySession {
  readonly name: string;
  readonly kind: string;
  readonly ends: readonly [SessionEnd, SessionEnd];
}

export interface SessionEnd {
  readonly node: string;
  /** The name of the observation that tells of this end. */
  readonly probe: string;
  /** How that observation calls the other end when it is not up. */
  readonly neighbor: string;
}

/** How an element stands. `working`: a step is at it now. `gone`: it was taken away. */
export type Standing = 'proved' | 'broken' | 'working' | 'unproved' | 'gone';

export interface ElementState {
  readonly standing: Standing;
  /** What shows it, each a line for a person. */
  readonly evidence: readonly string[];
}

/** Keys under which states are kept. */
export const elementId = {
  node: (name: string): string => `node ${name}`,
  address: (node: string, text: string): string => `address ${node} ${text}`,
  link: (name: string): string => `link ${name}`,
  session: (name: string): string => `session ${name}`,
} as const;

export const standingWord: Readonly<Record<Standing, string>> = {
  proved: 'proved',
  broken: 'does not hold',
  working: 'in work',
  unproved: 'not proved',
  gone: 'taken away',
};

/** Beside a colour there is always a shape. */
export const standingMark: Readonly<Record<Standing, string>> = {
  proved: '✓',
  broken: '✗',
  working: '▸',
  unproved: '?',
  gone: '–',
};
