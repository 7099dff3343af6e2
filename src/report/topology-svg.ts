// Draws a topology as SVG: nodes with their addresses, cables, sessions; each with a colour and a mark for how it stands.
import { type Html, html, joined, trusted } from './html.ts';
import { type Box, type Layout, layoutOf } from './layout.ts';
import {
  type ElementState,
  elementId,
  standingMark,
  standingWord,
  type Topology,
  type TopologyLink,
  type TopologyNode,
  type TopologySession,
} from './topology.ts';
import { themeStyle, topologyStyle } from './topology-style.ts';

export interface Drawing {
  readonly states?: ReadonlyMap<string, ElementState>;
  /** Packets by link: the way a request took. */
  readonly hops?: Readonly<Record<string, number>>;
  /** Part of a page that brings the style itself. */
  readonly inline?: boolean;
}

/** A picture that stands for itself, in light and dark. */
export const topologySvg = (topology: Topology, drawing: Drawing = {}): string =>
  topologyPicture(topology, drawing).html;

/** Numbers of elements, by which a page finds and changes them: those of the lists, one after the other. */
export const elementNumbers = ({ nodes, links, sessions }: Topology): ReadonlyMap<string, number> =>
  new Map(
    [
      ...nodes.flatMap(({ name, addresses }) => [
        elementId.node(name),
        ...addresses.map(({ text }) => elementId.address(name, text)),
      ]),
      ...links.map(({ name }) => elementId.link(name)),
      ...sessions.map(({ name }) => elementId.session(name)),
    ].map((id, number) => [id, number]),
  );

export const topologyPicture = (topology: Topology, drawing: Drawing): Html => {
  const layout = layoutOf(topology);
  const sheet: Sheet = {
    layout,
    numbers: elementNumbers(topology),
    rows: uppersInOrder(topology, layout),
    stateOf: (id) => drawing.states?.get(id) ?? { standing: 'unproved', evidence: [] },
  };
  const [width, height] = [Math.ceil(layout.width), Math.ceil(layout.height)];
  const style = drawing.inline === true ? '' : `<style>${themeStyle('.topo')}${topologyStyle}</style>`;
  const ground = drawing.inline === true ? '' : '<rect width="100%" height="100%" rx="8" style="fill:var(--panel)"/>';
  const between = sessionsByPair(topology);
  const drawn = topology.links.map((link) =>
    drawLink(sheet, link, between.get(pairOf(link.a.node, link.b.node)) ?? []),
  );
  const linked = new Set(topology.links.map(({ a, b }) => pairOf(a.node, b.node)));
  const loose = topology.sessions.filter(({ ends: [a, b] }) => !linked.has(pairOf(a.node, b.node)));
  return html`<svg xmlns="http://www.w3.org/2000/svg" class="topo" role="img" aria-label="${topology.title}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${trusted(style + ground)}<g class="paths">${pathsOf(sheet, topology, drawing.hops)}</g><g>${drawn.map(({ line }) => line)}${loose.map((session) => drawArc(sheet, session))}</g><g>${topology.nodes.map((node) => drawNode(sheet, node))}</g><g>${drawn.map(({ labels }) => labels)}</g><g class="hop-labels">${hopLabels(sheet, topology, drawing.hops)}</g></svg>`;
};

interface Sheet {
  readonly layout: Layout;
  readonly numbers: ReadonlyMap<string, number>;
  /** By name, the nodes above it from left to right. */
  readonly rows: ReadonlyMap<string, readonly string[]>;
  stateOf(id: string): ElementState;
}

const uppersInOrder = ({ links }: Topology, { boxes }: Layout): ReadonlyMap<string, readonly string[]> => {
  const rows = new Map<string, string[]>();
  for (const { a, b } of links) rows.set(b.node, [...new Set([...(rows.get(b.node) ?? []), a.node])]);
  for (const row of rows.values()) row.sort((one, two) => (boxes.get(one)?.x ?? 0) - (boxes.get(two)?.x ?? 0));
  return rows;
};

const pairOf = (a: string, b: string): string => JSON.stringify(a < b ? [a, b] : [b, a]);

const sessionsByPair = ({ sessions, links }: Topology): ReadonlyMap<string, readonly TopologySession[]> => {
  const pairs = new Map<string, TopologySession[]>();
  const first = new Set(links.map(({ a, b }) => pairOf(a.node, b.node)));
  for (const session of sessions) {
    const pair = pairOf(session.ends[0].node, session.ends[1].node);
    if (first.has(pair)) pairs.set(pair, [...(pairs.get(pair) ?? []), session]);
  }
  return pairs;
};

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where a cable leaves a box: the bottom of the upper, the top of the lower, the sides of neighbours. */
const ends = (a: Box, b: Box): readonly [Place, Place] => {
  if (Math.abs(a.y - b.y) < (a.height + b.height) / 2)
    return a.x < b.x
      ? [
          { x: a.x + a.width / 2, y: a.y },
          { x: b.x - b.width / 2, y: b.y },
        ]
      : [
          { x: a.x - a.width / 2, y: a.y },
          { x: b.x + b.width / 2, y: b.y },
        ];
  const down = a.y < b.y ? 1 : -1;
  return [
    { x: a.x + lean(a, b), y: a.y + (down * a.height) / 2 },
    { x: b.x + lean(b, a), y: b.y - (down * b.height) / 2 },
  ];
};

/** A little towards the other end, so that cables don't all meet in one point. */
const lean = (from: Box, to: Box): number => Math.max(-0.36, Math.min(0.36, (to.x - from.x) / 900)) * from.width;

const between = ([a, b]: readonly [Place, Place], share: number): Place => ({
  x: a.x + (b.x - a.x) * share,
  y: a.y + (b.y - a.y) * share,
});

const round = (value: number): number => Math.round(value * 10) / 10;

const lineOf = ({ boxes }: Layout, { a, b }: TopologyLink): readonly [Place, Place] | undefined => {
  const [upper, lower] = [boxes.get(a.node), boxes.get(b.node)];
  return upper && lower ? ends(upper, lower) : undefined;
};

const nothing = trusted('');

/** A group that carries how an element stands; the page finds it by its number. */
const element = (
  sheet: Sheet,
  id: string,
  { kind, title, body }: { kind: string; title: string; body: Html },
): Html => {
  const { standing } = sheet.stateOf(id);
  return html`<g class="el ${kind} ${standing}" data-el="${sheet.numbers.get(id) ?? ''}"><title>${`${title}: ${standingWord[standing]}`}</title>${body}</g>`;
};

const drawLink = (
  sheet: Sheet,
  link: TopologyLink,
  sessions: readonly TopologySession[],
): { line: Html; labels: Html } => {
  const line = lineOf(sheet.layout, link);
  if (!line) return { line: nothing, labels: nothing };
  const [from, to] = line;
  const id = elementId.link(link.name);
  const cable = html`<line class="cable" x1="${round(from.x)}" y1="${round(from.y)}" x2="${round(to.x)}" y2="${round(to.y)}"/>`;
  const body = element(sheet, id, {
    kind: `link kind-${safeClass(link.kind)}`,
    title: `${link.kind} cable ${link.name}`,
    body: cable,
  });
  const labels = sheet.layout.dense
    ? dots(sheet, line, sessions)
    : pills(sheet, { link, line, sessions, share: shareOf(sheet, link) });
  return { line: body, labels };
};

/** Only what a class name may hold; the text itself is in the title. */
const safeClass = (text: string): string => text.toLowerCase().replace(/[^a-z0-9-]/g, '-');

/**
 * Where on a cable its labels stand, from above. Those of cables from one node form a row of their own, so that rows of different
 * nodes don't meet; and they stand towards the lower ends, where cables are far apart.
 */
const shareOf = ({ rows }: Sheet, { a, b }: TopologyLink): number => {
  const uppers = rows.get(b.node) ?? [];
  if (uppers.length < 2) return 0.5;
  return 0.54 + (0.2 * uppers.indexOf(a.node)) / (uppers.length - 1);
};

interface Labelled {
  readonly link: TopologyLink;
  readonly line: readonly [Place, Place];
  readonly sessions: readonly TopologySession[];
  readonly share: number;
}

const pillHeight = 15;

/** The cable's mark and one pill a session, side by side on the cable; the names of its ports at its ends. */
const pills = (sheet: Sheet, { link, line, sessions, share }: Labelled): Html => {
  const parts = [
    { id: elementId.link(link.name), text: '', kind: 'tag', title: `${link.kind} cable ${link.name}` },
    ...sessions.map((session) => ({
      ...{ id: elementId.session(session.name), text: session.kind, kind: 'session' },
      title: `${session.kind} session ${session.name}`,
    })),
  ].map((part) => ({ ...part, width: 16 + part.text.length * 5.9 + (part.text === '' ? 0 : 4) }));
  const total = parts.reduce((sum, { width }) => sum + width + 2, -2);
  const middle = between(line, share);
  let x = middle.x - total / 2;
  const drawn = parts.map(({ id, text, kind, title, width }) => {
    const left = round(x);
    x += width + 2;
    const label = `${standingMark[sheet.stateOf(id).standing]}${text === '' ? '' : ` ${text}`}`;
    const body = html`<rect class="pill" x="${left}" y="${round(middle.y - pillHeight / 2)}" width="${round(width)}" height="${pillHeight}" rx="${kind === 'tag' ? 2 : 7.5}"/><text x="${round(left + width / 2)}" y="${round(middle.y + 3.6)}" text-anchor="middle"${trusted(` data-label=""`)}>${label}</text>`;
    return element(sheet, id, { kind, title, body });
  });
  return joined([...ports(link, line), ...drawn]);
};

const ports = ({ a, b }: TopologyLink, [from, to]: readonly [Place, Place]): readonly Html[] => {
  const flat = Math.abs(from.y - to.y) < 1;
  const at = (end: Place, other: Place, text: string | undefined): Html => {
    if (text === undefined) return nothing;
    const down = other.y > end.y ? 1 : -1;
    const slope = flat ? 0 : (other.x - end.x) / (other.y - end.y);
    const x = end.x + slope * down * 14;
    const y = flat ? end.y - 4 : end.y + down * (down > 0 ? 15 : 9);
    return html`<text class="port" x="${round(x)}" y="${round(y)}" text-anchor="middle">${text}</text>`;
  };
  return [at(from, to, a.port), at(to, from, b.port)];
};

const dots = (sheet: Sheet, line: readonly [Place, Place], sessions: readonly TopologySession[]): Html =>
  joined(
    sessions.map((session, at) => {
      const { x, y } = between(line, (at + 1) / (sessions.length + 1));
      const body = html`<circle class="dot" cx="${round(x)}" cy="${round(y)}" r="2.6"/>`;
      return element(sheet, elementId.session(session.name), {
        kind: 'session',
        title: `${session.kind} session ${session.name}`,
        body,
      });
    }),
  );

/** A session between nodes that no cable joins. */
const drawArc = (sheet: Sheet, session: TopologySession): Html => {
  const [one, two] = session.ends.map(({ node }) => sheet.layout.boxes.get(node));
  if (!one || !two) return nothing;
  const [from, to] = ends(one, two);
  const bend = { x: (from.x + to.x) / 2 + (to.y - from.y) * 0.2, y: (from.y + to.y) / 2 + (from.x - to.x) * 0.2 };
  const body = html`<path class="arc" d="M${round(from.x)} ${round(from.y)}Q${round(bend.x)} ${round(bend.y)} ${round(to.x)} ${round(to.y)}"/>`;
  return element(sheet, elementId.session(session.name), {
    kind: 'session',
    title: `${session.kind} session ${session.name}`,
    body,
  });
};

const drawNode = (sheet: Sheet, node: TopologyNode): Html => {
  const box = sheet.layout.boxes.get(node.name);
  if (!box) return nothing;
  const id = elementId.node(node.name);
  const corner = { x: round(box.x - box.width / 2), y: round(box.y - box.height / 2) };
  const body = sheet.layout.dense ? smallNode(sheet, node, { box, corner }) : fullNode(sheet, node, { box, corner });
  const title = [node.role, node.name, node.note].filter((part) => part !== undefined).join(' ');
  return html`<g class="node" data-node="${node.name}">${element(sheet, id, { kind: `role-${safeClass(node.role)}`, title, body })}${sheet.layout.dense ? nothing : addressLines(sheet, node, { box, corner })}</g>`;
};

interface Frame {
  readonly box: Box;
  readonly corner: Place;
}

const frame = ({ box, corner }: Frame, capHeight: number): Html => {
  const [width, height] = [round(box.width), round(box.height)];
  const radius = Math.min(7, capHeight / 3);
  const cap = `M${corner.x} ${round(corner.y + capHeight)}v${-(capHeight - radius)}q0 ${-radius} ${radius} ${-radius}h${round(width - 2 * radius)}q${radius} 0 ${radius} ${radius}v${capHeight - radius}z`;
  return html`<rect class="box" x="${corner.x}" y="${corner.y}" width="${width}" height="${height}" rx="${radius}"/><path class="cap" d="${cap}"/>`;
};

const smallNode = (sheet: Sheet, { name }: TopologyNode, at: Frame): Html => {
  const mark = standingMark[sheet.stateOf(elementId.node(name)).standing];
  const y = round(at.box.y + 4);
  return html`${frame(at, at.box.height)}<text class="mark" data-mark="" x="${at.corner.x + 6}" y="${y}">${mark}</text><text class="soft" x="${at.corner.x + 19}" y="${y}">${name}</text>`;
};

const capHeight = 38;

const fullNode = (sheet: Sheet, { name, role, note }: TopologyNode, at: Frame): Html => {
  const { x, y } = at.corner;
  const { standing } = sheet.stateOf(elementId.node(name));
  const right = x + at.box.width - 9;
  return html`${frame(at, capHeight)}<text class="name" x="${x + 10}" y="${y + 16}">${name}</text><text class="mark" data-mark="" x="${round(right)}" y="${y + 16}" text-anchor="end">${standingMark[standing]}</text><text class="soft" x="${x + 10}" y="${y + 31}">${note === undefined ? role : `${role} · ${note}`}</text><text class="soft" data-word="" x="${x + 10}" y="${round(y + at.box.height - 8)}">${standingWord[standing]}</text>`;
};

const addressLines = (sheet: Sheet, { name, addresses }: TopologyNode, { corner, box }: Frame): Html =>
  joined(
    addresses.map(({ label, text }, at) => {
      const id = elementId.address(name, text);
      const y = corner.y + capHeight + 14 + at * 15;
      const right = round(corner.x + box.width - 9);
      const body = html`<text class="mono" x="${corner.x + 10}" y="${y}">${text}<tspan class="soft"> ${label}</tspan></text><text class="mark" data-mark="" x="${right}" y="${y}" text-anchor="end">${standingMark[sheet.stateOf(id).standing]}</text>`;
      return element(sheet, id, { kind: 'address', title: `${label} ${text} of ${name}`, body });
    }),
  );

const pathsOf = (sheet: Sheet, { links }: Topology, hops: Drawing['hops']): Html => {
  if (!hops) return nothing;
  const most = Math.max(1, ...Object.values(hops));
  return joined(
    links.flatMap((link) => {
      const count = hops[link.name] ?? 0;
      const line = lineOf(sheet.layout, link);
      if (count <= 0 || !line) return [];
      const [from, to] = line;
      const width = round(4 + 10 * Math.sqrt(count / most));
      return [
        html`<line class="path" x1="${round(from.x)}" y1="${round(from.y)}" x2="${round(to.x)}" y2="${round(to.y)}" stroke-width="${width}"/>`,
      ];
    }),
  );
};

const hopLabels = (sheet: Sheet, { links }: Topology, hops: Drawing['hops']): Html => {
  if (!hops || sheet.layout.dense) return nothing;
  return joined(
    links.flatMap((link) => {
      const count = hops[link.name] ?? 0;
      const line = lineOf(sheet.layout, link);
      if (count <= 0 || !line) return [];
      const { x, y } = between(line, shareOf(sheet, link));
      return [html`<text class="hops" x="${round(x)}" y="${round(y + 20)}" text-anchor="middle">${count}</text>`];
    }),
  );
};
