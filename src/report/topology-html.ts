// The topology's part of the page: the picture, what to show of it, and the same as tables for whoever reads rather than looks.
import { type Html, html, trusted } from './html.ts';
import type { Pictured } from './page-parts.ts';
import { type ElementState, elementId, type Standing, standingMark, standingWord, type Topology } from './topology.ts';
import { elementNumbers, topologyPicture } from './topology-svg.ts';

export const topologyHtml = ({ topology, states, trace, source }: Pictured): Html => {
  const numbers = elementNumbers(topology);
  const row = tableRow(numbers, states);
  const { nodes, links, sessions } = topology;
  return html`<section id="topology" aria-labelledby="topology-h"><h2 id="topology-h">Topology</h2>
<p class="soft" id="topo-source">${source}</p>
<div class="tools js"><button type="button" data-zoom="out" aria-label="Smaller">−</button><button type="button" data-zoom="in" aria-label="Larger">+</button><button type="button" data-zoom="fit">Fit</button><button type="button" data-zoom="full">Full size</button>${trace ? html`<label><input type="checkbox" id="show-path" checked> path of the requests</label>` : undefined}</div>
<div class="canvas" tabindex="0" role="region" aria-label="Picture of the topology; arrow keys move it, plus and minus change its size">${topologyPicture(topology, { states, inline: true, ...(trace && { hops: trace.hops }) })}</div>
<p class="legend">${(['proved', 'working', 'broken', 'unproved', 'gone'] as const).map((each) => html`<span class="${each}"><b class="m">${standingMark[each]}</b> ${standingWord[each]}</span>`)}<span>square: cable</span><span>pill or dot: BGP session</span></p>
<aside class="picked" id="picked" aria-live="polite" hidden></aside>
${traceHtml(topology, trace)}
<details class="block topo-tables"><summary>As tables: <span id="topo-counts">${countsText(topology, states)}</span></summary>
${tableOf(
  'Nodes and addresses',
  ['Node', 'Role', 'State', 'Evidence'],
  [
    ...nodes.flatMap(({ name, role, note, addresses }) => [
      row({ id: elementId.node(name), of: [name], cells: [name, note === undefined ? role : `${role}, ${note}`] }),
      ...addresses.map(({ label, text }) =>
        row({ id: elementId.address(name, text), of: [name], cells: [text, `${label} of ${name}`] }),
      ),
    ]),
  ],
)}
${tableOf(
  'Links',
  ['Link', 'Kind', 'State', 'Evidence'],
  links.map(({ name, kind, a, b }) => row({ id: elementId.link(name), of: [a.node, b.node], cells: [name, kind] })),
)}
${tableOf(
  'BGP sessions',
  ['Session', 'Kind', 'State', 'Evidence'],
  sessions.map(({ name, kind, ends: [a, b] }) =>
    row({ id: elementId.session(name), of: [a.node, b.node], cells: [name, kind] }),
  ),
)}
</details></section>`;
};

interface Row {
  readonly id: string;
  /** The nodes it belongs to. */
  readonly of: readonly string[];
  readonly cells: readonly [string, string];
}

const tableRow =
  (numbers: ReadonlyMap<string, number>, states: Pictured['states']) =>
  ({ id, of, cells: [first, second] }: Row): Html => {
    const { standing, evidence } = states.get(id) ?? { standing: 'unproved', evidence: [] };
    return html`<tr data-row="${numbers.get(id) ?? ''}" data-of="${JSON.stringify(of)}"><th scope="row">${first}</th><td>${second}</td><td class="verdict ${standing}">${stateText(standing)}</td><td class="ev">${evidenceText(evidence)}</td></tr>`;
  };

export const stateText = (standing: Standing): Html =>
  html`<b class="m">${standingMark[standing]}</b> ${standingWord[standing]}`;

export const evidenceText = (evidence: readonly string[]): string => [...new Set(evidence)].join('; ');

const tableOf = (title: string, heads: readonly string[], rows: readonly Html[]): Html =>
  rows.length === 0
    ? trusted('')
    : html`<h3>${title}</h3><div class="scroll"><table><caption class="hide">${title}</caption><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;

/** `17 of 17 nodes, 21 of 21 links … proved`. */
export const countsText = ({ nodes, links, sessions }: Topology, states: ReadonlyMap<string, ElementState>): string => {
  const good = (ids: readonly string[]): string =>
    `${ids.filter((id) => states.get(id)?.standing === 'proved').length} of ${ids.length}`;
  const addresses = nodes.flatMap(({ name, addresses: all }) => all.map(({ text }) => elementId.address(name, text)));
  return [
    `${good(nodes.map(({ name }) => elementId.node(name)))} nodes`,
    `${good(addresses)} addresses`,
    `${good(links.map(({ name }) => elementId.link(name)))} links`,
    `${good(sessions.map(({ name }) => elementId.session(name)))} sessions proved`,
  ].join(', ');
};

const traceHtml = ({ links }: Topology, trace: Pictured['trace']): Html => {
  if (!trace) return trusted('');
  const most = Math.max(1, ...Object.values(trace.hops));
  const known = new Map(links.map((link) => [link.name, link]));
  const rows = Object.entries(trace.hops)
    .filter(([name, count]) => count > 0 && known.has(name))
    .sort(([, a], [, b]) => b - a)
    .map(
      ([name, count]) =>
        html`<tr><th scope="row">${name}</th><td>${known.get(name)?.kind ?? ''}</td><td class="num">${count}</td><td class="meter"><i style="--w:${Math.round((100 * count) / most)}"></i></td></tr>`,
    );
  return html`<div class="trace" id="path"><h3>Path of the requests</h3><p><strong>${trace.verdict ?? ''}</strong> <span class="soft">${trace.title}</span></p><details class="block"><summary>Packets on ${rows.length} links</summary><div class="scroll"><table><caption class="hide">Packets by link</caption><thead><tr><th scope="col">Link</th><th scope="col">Kind</th><th scope="col" class="num">Packets</th><th scope="col"><span class="hide">Share</span></th></tr></thead><tbody>${rows}</tbody></table></div></details></div>`;
};
