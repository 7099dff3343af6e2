// Draws a node: what it is and is called, its addresses, and how each of them stands. In a dense picture only its name and mark.
import { element, round, type Sheet, safeClass } from './element-svg.ts';
import { type Html, html, joined, trusted } from './html.ts';
import type { Box } from './layout.ts';
import { elementId, type NodeShape, standingMark, standingWord, type TopologyNode } from './topology.ts';

export const drawNode = (sheet: Sheet, node: TopologyNode): Html => {
  const box = sheet.layout.boxes.get(node.name);
  if (!box) return trusted('');
  const at = { box, corner: { x: round(box.x - box.width / 2), y: round(box.y - box.height / 2) } };
  const { dense } = sheet.layout;
  const title = [node.role, node.name, node.note].filter((part) => part !== undefined).join(' ');
  const own = element(sheet, elementId.node(node.name), {
    ...{ kind: `role-${safeClass(node.role)}`, title },
    body: dense ? smallNode(sheet, node, at) : fullNode(sheet, node, at),
  });
  return html`<g class="node" data-node="${node.name}">${own}${dense ? undefined : addressLines(sheet, node, at)}</g>`;
};

interface Frame {
  readonly box: Box;
  readonly corner: { readonly x: number; readonly y: number };
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

const fullNode = (sheet: Sheet, { name, role, note, shape }: TopologyNode, at: Frame): Html => {
  const { x, y } = at.corner;
  const { standing } = sheet.stateOf(elementId.node(name));
  const left = shape === undefined ? x + 10 : x + 34;
  const foot = round(y + at.box.height - 8);
  return html`${frame(at, capHeight)}${shape === undefined ? undefined : html`<path class="shape" transform="translate(${x + 9} ${y + 10})" d="${shapes[shape]}"/>`}<text class="name" x="${left}" y="${y + 16}">${name}</text><text class="soft" x="${left}" y="${y + 31}">${note === undefined ? role : `${role} · ${note}`}</text><text class="mark" x="${x + 10}" y="${foot}"><tspan data-mark="">${standingMark[standing]}</tspan> <tspan data-word="">${standingWord[standing]}</tspan></text>`;
};

/** Drawn in a square of 18, as people draw such devices. */
const shapes: Readonly<Record<NodeShape, string>> = {
  router:
    'M9 1a8 8 0 1 0 0 16a8 8 0 1 0 0-16M9 7.5V3.5M7.3 5.2L9 3.5l1.7 1.7M9 10.5v4M7.3 12.8L9 14.5l1.7-1.7M3.5 9h4M5.8 7.3L7.5 9l-1.7 1.7M14.5 9h-4M12.2 7.3L10.5 9l1.7 1.7',
  switch: 'M1 3.5h16v11h-16zM4 7h9M11.3 5.3L13 7l-1.7 1.7M14 11H5M6.7 9.3L5 11l1.7 1.7',
  server: 'M3.5 1h11v16h-11zM6 4.5h6M6 7.5h6M8.5 13.5h1',
  host: 'M1 2.5h16v10h-16zM9 12.5v3M5.5 15.5h7',
  pod: 'M9 1l7 4v8l-7 4l-7-4v-8zM2 5l7 4l7-4M9 9v8',
  bridge: 'M1 13h16M3.5 13V8M14.5 13V8M1 8Q9 1 17 8',
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
