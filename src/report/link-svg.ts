// Draws what is between nodes: cables with the names of their ports, a label for each session on them, and the path of requests.
import { between, directLine, type Line, type Place } from './cables.ts';
import { element, round, type Sheet, safeClass } from './element-svg.ts';
import { type Html, html, joined, trusted } from './html.ts';
import { placeApart } from './spacing.ts';
import { elementId, standingMark, type Topology, type TopologyLink, type TopologySession } from './topology.ts';

const nothing = trusted('');

export interface DrawnLinks {
  readonly paths: Html;
  readonly cables: Html;
  /** Above the nodes, so that none is hidden. */
  readonly labels: Html;
}

export const drawLinks = (sheet: Sheet, topology: Topology): DrawnLinks => {
  const { links, sessions } = topology;
  const known = links.flatMap((link) => {
    const line = sheet.cables.get(link.name);
    return line ? [{ link, line }] : [];
  });
  const pairs = sessionsByPair(topology);
  const loose = sessions.filter((session) => !pairs.has(pairOf(session.ends[0].node, session.ends[1].node)));
  const laden = known.map(({ link, line }) => ({ link, line, sessions: takeSessions(pairs, link) }));
  return {
    paths: pathsOf(sheet, known),
    cables: joined([
      ...known.map(({ link, line }) => drawCable(sheet, link, line)),
      ...loose.map((session) => drawArc(sheet, session)),
    ]),
    labels: sheet.layout.dense ? joined(laden.map((each) => dots(sheet, each))) : labelsOf(sheet, topology, laden),
  };
};

const pairOf = (a: string, b: string): string => JSON.stringify(a < b ? [a, b] : [b, a]);

const sessionsByPair = ({ sessions, links }: Topology): Map<string, readonly TopologySession[]> => {
  const pairs = new Map<string, TopologySession[]>(links.map(({ a, b }) => [pairOf(a.node, b.node), []]));
  for (const session of sessions) pairs.get(pairOf(session.ends[0].node, session.ends[1].node))?.push(session);
  return pairs;
};

/** Sessions of a pair are drawn once, on the first of its cables. */
const takeSessions = (
  pairs: Map<string, readonly TopologySession[]>,
  { a, b }: TopologyLink,
): readonly TopologySession[] => {
  const pair = pairOf(a.node, b.node);
  const sessions = pairs.get(pair) ?? [];
  pairs.set(pair, []);
  return sessions;
};

const drawCable = (sheet: Sheet, link: TopologyLink, [from, to]: Line): Html => {
  const body = html`<line class="cable" x1="${round(from.x)}" y1="${round(from.y)}" x2="${round(to.x)}" y2="${round(to.y)}"/>`;
  return element(sheet, elementId.link(link.name), {
    kind: `link kind-${safeClass(link.kind)}`,
    title: `${link.kind} cable ${link.name}`,
    body,
  });
};

interface Laden {
  readonly link: TopologyLink;
  readonly line: Line;
  readonly sessions: readonly TopologySession[];
}

interface Pill {
  readonly width: number;
  draw(left: number, y: number): Html;
}

interface Label {
  /** The middle, as near to its cable as its neighbours let it. */
  readonly wish: Place;
  readonly pills: readonly Pill[];
  readonly width: number;
}

const pillGap = 2;
const labelGap = 8;

/** A label a cable: the cable's mark, one pill a session, and how many packets passed. Labels of one row don't cover each other. */
const labelsOf = (sheet: Sheet, topology: Topology, laden: readonly Laden[]): Html => {
  const uppers = uppersInOrder(topology, sheet);
  const rows = new Map<number, Label[]>();
  for (const { link, line, sessions } of laden) {
    const wish = between(line, shareOf(uppers.get(link.b.node) ?? [], link));
    const pills = pillsOf(sheet, link, sessions);
    const width = pills.reduce((sum, pill) => sum + pill.width + pillGap, -pillGap);
    const row = Math.round(wish.y);
    rows.set(row, [...(rows.get(row) ?? []), { wish, pills, width }]);
  }
  return joined([...laden.flatMap(({ link, line }) => ports(link, line)), ...[...rows.values()].flatMap(drawRow)]);
};

const drawRow = (row: readonly Label[]): readonly Html[] => {
  const sorted = [...row].sort((a, b) => a.wish.x - b.wish.x);
  const middles = placeApart(sorted.map(({ wish, width }) => ({ at: wish.x, room: width + labelGap })));
  return sorted.flatMap(({ wish, pills, width }, at) => {
    let left = (middles[at] ?? wish.x) - width / 2;
    return pills.map((pill) => {
      const drawn = pill.draw(left, wish.y);
      left += pill.width + pillGap;
      return drawn;
    });
  });
};

const uppersInOrder = ({ links }: Topology, { layout }: Sheet): ReadonlyMap<string, readonly string[]> => {
  const rows = new Map<string, string[]>();
  for (const { a, b } of links) rows.set(b.node, [...new Set([...(rows.get(b.node) ?? []), a.node])]);
  const x = (name: string): number => layout.boxes.get(name)?.x ?? 0;
  for (const row of rows.values()) row.sort((one, two) => x(one) - x(two));
  return rows;
};

/**
 * Where on a cable its label stands, from above. Those of cables from one node form a row of their own, so that rows of different
 * nodes don't meet; and they stand towards the lower ends, where cables are far apart.
 */
const shareOf = (uppers: readonly string[], { a }: TopologyLink): number =>
  uppers.length < 2 ? 0.5 : 0.5 + (0.3 * uppers.indexOf(a.node)) / (uppers.length - 1);

const pillHeight = 15;

const pillsOf = (sheet: Sheet, link: TopologyLink, sessions: readonly TopologySession[]): readonly Pill[] => {
  const count = sheet.hops?.[link.name] ?? 0;
  const cable = { id: elementId.link(link.name), text: '', kind: 'tag', title: `${link.kind} cable ${link.name}` };
  const own = sessions.map((session) => ({
    ...{ id: elementId.session(session.name), text: session.kind, kind: 'session' },
    title: `${session.kind} session ${session.name}`,
  }));
  const states = [cable, ...own].map((part) => statePill(sheet, part));
  return count > 0 ? [...states, hopsPill(count)] : states;
};

const statePill = (
  sheet: Sheet,
  { id, text, kind, title }: { id: string; text: string; kind: string; title: string },
): Pill => {
  const width = 16 + text.length * 5.9 + (text === '' ? 0 : 4);
  const label = `${standingMark[sheet.stateOf(id).standing]}${text === '' ? '' : ` ${text}`}`;
  const radius = kind === 'tag' ? 2 : pillHeight / 2;
  return {
    width,
    draw: (left, y) =>
      element(sheet, id, {
        ...{ kind, title },
        body: html`<rect class="pill" x="${round(left)}" y="${round(y - pillHeight / 2)}" width="${round(width)}" height="${pillHeight}" rx="${radius}"/><text data-label="" x="${round(left + width / 2)}" y="${round(y + 3.6)}" text-anchor="middle">${label}</text>`,
      }),
  };
};

const hopsPill = (count: number): Pill => {
  const text = `${count} pkt`;
  const width = 10 + text.length * 5.6;
  return {
    width,
    draw: (left, y) =>
      html`<g class="hops"><title>${`${text === '1 pkt' ? '1 packet' : `${count} packets`} of the requests`}</title><rect x="${round(left)}" y="${round(y - pillHeight / 2)}" width="${round(width)}" height="${pillHeight}" rx="2"/><text x="${round(left + width / 2)}" y="${round(y + 3.6)}" text-anchor="middle">${text}</text></g>`,
  };
};

/** At the very ends of a cable, where those of its neighbours are far enough away. */
const ports = ({ a, b }: TopologyLink, [from, to]: Line): readonly Html[] => [
  port(a.port, from, to),
  port(b.port, to, from),
];

const port = (text: string | undefined, end: Place, other: Place): Html => {
  if (text === undefined) return nothing;
  const at =
    Math.abs(other.y - end.y) < 1
      ? besideEnd(end, other)
      : { x: end.x, y: end.y + (other.y > end.y ? 13 : -7), anchor: 'middle' };
  return html`<text class="port" x="${round(at.x)}" y="${round(at.y)}" text-anchor="${at.anchor}">${text}</text>`;
};

const besideEnd = ({ x, y }: Place, other: Place): Place & { readonly anchor: string } =>
  other.x > x ? { x: x + 4, y: y - 4, anchor: 'start' } : { x: x - 4, y: y - 4, anchor: 'end' };

const dots = (sheet: Sheet, { line, sessions }: Laden): Html =>
  joined(
    sessions.map((session, at) => {
      const { x, y } = between(line, (at + 1) / (sessions.length + 1));
      const body = html`<circle class="dot" cx="${round(x)}" cy="${round(y)}" r="2.6"/>`;
      return drawSession(sheet, session, body);
    }),
  );

/** A session between nodes that no cable joins. */
const drawArc = (sheet: Sheet, session: TopologySession): Html => {
  const [one, two] = session.ends.map(({ node }) => sheet.layout.boxes.get(node));
  if (!one || !two) return nothing;
  const [from, to] = directLine(one, two);
  const bend = { x: (from.x + to.x) / 2 + (to.y - from.y) * 0.2, y: (from.y + to.y) / 2 + (from.x - to.x) * 0.2 };
  const path = `M${round(from.x)} ${round(from.y)}Q${round(bend.x)} ${round(bend.y)} ${round(to.x)} ${round(to.y)}`;
  return drawSession(sheet, session, html`<path class="arc" d="${path}"/>`);
};

const drawSession = (sheet: Sheet, { kind, name }: TopologySession, body: Html): Html =>
  element(sheet, elementId.session(name), { kind: 'session', title: `${kind} session ${name}`, body });

/** Below the cables, the wider the more packets passed. */
const pathsOf = ({ hops }: Sheet, known: readonly { link: TopologyLink; line: Line }[]): Html => {
  if (!hops) return nothing;
  const most = Math.max(1, ...Object.values(hops));
  return joined(
    known.flatMap(({ link, line: [from, to] }) => {
      const count = hops[link.name] ?? 0;
      if (count <= 0) return [];
      const width = round(4 + 10 * Math.sqrt(count / most));
      return [
        html`<line class="path" x1="${round(from.x)}" y1="${round(from.y)}" x2="${round(to.x)}" y2="${round(to.y)}" stroke-width="${width}"/>`,
      ];
    }),
  );
};
