// Draws a topology as SVG: nodes with their addresses, cables, sessions; each with a colour and a mark for how it stands.
import { cablesOf } from './cables.ts';
import type { Sheet } from './element-svg.ts';
import { type Html, html, trusted } from './html.ts';
import { layoutOf } from './layout.ts';
import { drawLinks } from './link-svg.ts';
import { drawNode } from './node-svg.ts';
import { type ElementState, elementId, type Topology } from './topology.ts';
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

export const topologyPicture = (topology: Topology, { states, hops, inline = false }: Drawing): Html => {
  const layout = layoutOf(topology);
  const sheet: Sheet = {
    ...{ layout, hops, numbers: elementNumbers(topology), cables: cablesOf(topology, layout) },
    stateOf: (id) => states?.get(id) ?? { standing: 'unproved', evidence: [] },
  };
  const [width, height] = [Math.ceil(layout.width), Math.ceil(layout.height)];
  const style = inline ? '' : `<style>${themeStyle('.topo')}${topologyStyle}</style>`;
  const ground = inline ? '' : '<rect width="100%" height="100%" rx="8" style="fill:var(--panel)"/>';
  const { paths, cables, labels } = drawLinks(sheet, topology);
  return html`<svg xmlns="http://www.w3.org/2000/svg" class="topo" role="img" aria-label="${topology.title}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${trusted(style + ground)}<g class="paths">${paths}</g><g>${cables}</g><g>${topology.nodes.map((node) => drawNode(sheet, node))}</g><g>${labels}</g></svg>`;
};
