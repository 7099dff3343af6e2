// The picture of the topology: its size, moving it with the keyboard, and what belongs to a node that was picked.

export const prepareTopology = (): void => {
  const canvas = document.querySelector<HTMLElement>('.canvas');
  const svg = canvas?.querySelector('svg');
  if (!canvas || !svg) return;
  prepareZoom(canvas, svg);
  preparePath(canvas);
  preparePicking(canvas);
};

/** Undefined: as large as fits. It stays when the page is drawn anew. */
let scale: number | undefined;

const prepareZoom = (canvas: HTMLElement, svg: SVGSVGElement): void => {
  const natural = svg.viewBox.baseVal.width;
  // Where the picture is wider than the screen, its middle tells more than its left edge.
  canvas.scrollLeft = (canvas.scrollWidth - canvas.clientWidth) / 2;
  const apply = (next: number | undefined): void => {
    const before = svg.getBoundingClientRect().width;
    scale = next === undefined ? undefined : Math.min(4, Math.max(0.1, next));
    canvas.classList.toggle('zoomed', scale !== undefined);
    svg.style.width = scale === undefined ? '' : `${natural * scale}px`;
    const grown = svg.getBoundingClientRect().width / before;
    canvas.scrollLeft = (canvas.scrollLeft + canvas.clientWidth / 2) * grown - canvas.clientWidth / 2;
    canvas.scrollTop = (canvas.scrollTop + canvas.clientHeight / 2) * grown - canvas.clientHeight / 2;
  };
  if (scale !== undefined) apply(scale);
  const by = (factor: number): void => apply((scale ?? svg.getBoundingClientRect().width / natural) * factor);
  for (const button of document.querySelectorAll<HTMLElement>('[data-zoom]'))
    button.addEventListener('click', () => {
      const what = button.dataset['zoom'];
      if (what === 'fit') apply(undefined);
      else if (what === 'full') apply(1);
      else by(what === 'in' ? 1.4 : 1 / 1.4);
    });
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '+' || event.key === '=') by(1.4);
    else if (event.key === '-') by(1 / 1.4);
    else if (event.key === '0') apply(undefined);
  });
  canvas.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      by(event.deltaY < 0 ? 1.15 : 1 / 1.15);
    },
    { passive: false },
  );
};

const preparePath = (canvas: HTMLElement): void => {
  const box = document.getElementById('show-path');
  box?.addEventListener('change', () => canvas.classList.toggle('no-path', !(box as HTMLInputElement).checked));
};

/** One stop of the tab key for all nodes; the arrow keys go from node to node. */
const preparePicking = (canvas: HTMLElement): void => {
  const nodes = [...canvas.querySelectorAll<SVGGElement>('.node')];
  for (const [at, node] of nodes.entries()) {
    node.setAttribute('role', 'button');
    node.setAttribute('tabindex', at === 0 ? '0' : '-1');
    node.addEventListener('click', () => pickAndShow(canvas, node));
    node.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        pickAndShow(canvas, node);
        return;
      }
      const next = neighbour(nodes, node, event.key);
      if (!next) return;
      event.preventDefault();
      event.stopPropagation();
      node.setAttribute('tabindex', '-1');
      next.setAttribute('tabindex', '0');
      next.focus();
    });
  }
  // Named for what it is once its parts can be reached.
  canvas.querySelector('svg')?.setAttribute('role', 'group');
};

const directions: Readonly<Record<string, readonly [number, number]>> = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
};

/** The nearest node in the direction of an arrow key. */
const neighbour = (nodes: readonly SVGGElement[], from: SVGGElement, key: string): SVGGElement | undefined => {
  const direction = directions[key];
  if (!direction) return undefined;
  const [dx, dy] = direction;
  const middle = (node: SVGGElement): [number, number] => {
    const { x, y, width, height } = node.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
  };
  const [x, y] = middle(from);
  let best: { node: SVGGElement; cost: number } | undefined;
  for (const node of nodes) {
    const [nx, ny] = middle(node);
    const along = (nx - x) * dx + (ny - y) * dy;
    const across = Math.abs((nx - x) * dy) + Math.abs((ny - y) * dx);
    if (node === from || along < 4) continue;
    // Up and down the next row counts most, however far aside; within a row what is level.
    const cost = dy === 0 ? along + 4 * across : 4 * along + across;
    if (!best || cost < best.cost) best = { node, cost };
  }
  return best?.node;
};

/** The name of the node that was picked. */
export const pickedNode = (): string | undefined =>
  document.querySelector<SVGGElement>('.node.picked')?.dataset['node'];

export const pickAgain = (name: string): void => {
  const canvas = document.querySelector<HTMLElement>('.canvas');
  const node = canvas?.querySelector<SVGGElement>(`[data-node="${CSS.escape(name)}"]`);
  if (canvas && node) pick(canvas, node);
};

const pickAndShow = (canvas: HTMLElement, node: SVGGElement): void => {
  pick(canvas, node);
  document.getElementById('picked')?.scrollIntoView({ block: 'nearest' });
};

/** Shows what is known of a node: the rows of the tables that belong to it. */
const pick = (canvas: HTMLElement, node: SVGGElement): void => {
  const panel = document.getElementById('picked');
  const name = node.dataset['node'] ?? '';
  if (!panel) return;
  for (const each of canvas.querySelectorAll('.node.picked')) each.classList.remove('picked');
  node.classList.add('picked');
  const rows = [...document.querySelectorAll<HTMLElement>('.topo-tables tr[data-of]')].filter((row) =>
    (JSON.parse(row.dataset['of'] ?? '[]') as string[]).includes(name),
  );
  const heading = document.createElement('h3');
  heading.textContent = name;
  const table = document.createElement('table');
  const body = table.appendChild(document.createElement('tbody'));
  for (const row of rows) body.append(row.cloneNode(true));
  const scroll = document.createElement('div');
  scroll.className = 'scroll';
  scroll.tabIndex = 0;
  scroll.setAttribute('role', 'region');
  scroll.setAttribute('aria-label', `What is known of ${name}`);
  scroll.append(table);
  panel.replaceChildren(heading, scroll);
  panel.hidden = false;
};
