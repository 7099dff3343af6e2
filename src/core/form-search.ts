// Finds any of many texts in another in one pass, however many and however long they are: tables of their first characters pass over
// nearly all places at once, and a tree in which what begins alike is held once decides the rest.

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Found {
  /** Leftmost first, the longest at each place, none inside another. */
  readonly spans: readonly Span[];
  /** Where something begins that the end of the text cuts off; the length of the text when nothing does. */
  readonly open: number;
}

/** Shorter texts are never looked for. */
export const shortest = 3;

const tableSize = 2 ** 18;
const longBeginning = 8;
/** Whose beginning it is: that of short texts, of long ones, or of both. */
const isShorts = 1;
const isLongs = 2;

interface Branch {
  readonly label: string;
  readonly node: Node;
}

interface Node {
  /** One of the texts ends here. */
  ends: boolean;
  readonly branches: Map<number, Branch>;
}

export class FormSearch {
  private readonly root: Node = { ends: false, branches: new Map() };
  private readonly beginnings = new Uint8Array(tableSize);
  /** Of texts that are longer, more of their beginning: where few letters are in use, any three of them begin one of many texts. */
  private readonly longBeginnings = new Uint8Array(tableSize);

  /** Each of at least `shortest` characters. */
  constructor(forms: readonly string[]) {
    for (const form of forms) {
      const isLong = form.length >= longBeginning;
      const at = hashAt(form, 0, shortest);
      this.beginnings[at] = (this.beginnings[at] ?? 0) | (isLong ? isLongs : isShorts);
      if (isLong) this.longBeginnings[hashAt(form, 0, longBeginning)] = 1;
      insert(this.root, form);
    }
  }

  /** With `isWhole` nothing comes after the text, and so nothing is cut off by its end. */
  find(text: string, isWhole: boolean): Found {
    const spans: Span[] = [];
    const last = isWhole ? text.length - shortest : text.length - 1;
    for (let at = 0; at <= last; at += 1) {
      if (!this.mayBegin(text, at)) continue;
      const { to, isOpen } = this.longestAt(text, at);
      if (isOpen && !isWhole) return { spans, open: at };
      if (to === undefined) continue;
      spans.push({ from: at, to });
      at = to - 1;
    }
    return { spans, open: text.length };
  }

  private mayBegin(text: string, at: number): boolean {
    if (at + shortest > text.length) return true;
    const beginning = this.beginnings[hashAt(text, at, shortest)];
    if (beginning !== isLongs || at + longBeginning > text.length) return beginning !== 0;
    return this.longBeginnings[hashAt(text, at, longBeginning)] === 1;
  }

  /** The end of the longest text that begins there, and whether the end of `text` leaves open if a longer one does. */
  private longestAt(text: string, from: number): { readonly to?: number; readonly isOpen: boolean } {
    let node = this.root;
    let at = from;
    let to: number | undefined;
    for (;;) {
      if (node.ends) to = at;
      const branch = node.branches.get(text.charCodeAt(at));
      // Past the end there is no character: open when anything could follow here.
      const isOpen = at >= text.length ? node.branches.size > 0 : isCutOff(branch, text, at);
      if (isOpen || !branch || !text.startsWith(branch.label, at)) return { ...(to !== undefined && { to }), isOpen };
      at += branch.label.length;
      node = branch.node;
    }
  }
}

const isCutOff = (branch: Branch | undefined, text: string, at: number): boolean =>
  branch !== undefined && at + branch.label.length > text.length && branch.label.startsWith(text.slice(at));

const hashAt = (text: string, from: number, length: number): number => {
  let hash = 0;
  for (let at = from; at < from + length; at += 1) hash = Math.imul(hash, 31) + text.charCodeAt(at);
  return (hash ^ (hash >>> 18)) & (tableSize - 1);
};

const insert = (root: Node, form: string): void => {
  let node = root;
  let rest = form;
  while (rest !== '') {
    const branch = node.branches.get(rest.charCodeAt(0));
    if (!branch) {
      node.branches.set(rest.charCodeAt(0), { label: rest, node: { ends: true, branches: new Map() } });
      return;
    }
    const shared = sharedLength(branch.label, rest);
    node = shared === branch.label.length ? branch.node : split(node, branch, shared);
    rest = rest.slice(shared);
  }
  node.ends = true;
};

/** Puts a node into a branch after so many characters. */
const split = (parent: Node, { label, node }: Branch, at: number): Node => {
  const middle: Node = { ends: false, branches: new Map([[label.charCodeAt(at), { label: label.slice(at), node }]]) };
  parent.branches.set(label.charCodeAt(0), { label: label.slice(0, at), node: middle });
  return middle;
};

const sharedLength = (a: string, b: string): number => {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
};
