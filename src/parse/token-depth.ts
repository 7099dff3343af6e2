// How deep a document is nested, told from its tokens without recursion.

/** As much of yaml's CST tokens as is looked at here. */
export interface Token {
  readonly type: string;
  readonly offset: number;
  readonly source?: string;
  readonly value?: Token;
  readonly items?: readonly { readonly key?: Token | null; readonly value?: Token }[];
}

/** The greatest depth, and where it is reached. */
export const depthOf = (tokens: readonly Token[]): { readonly depth: number; readonly offset: number } => {
  let deepest = { depth: 0, offset: 0 };
  const queue = tokens.flatMap((token) => (token.value ? [{ token: token.value, depth: 1 }] : []));
  for (let next = queue.pop(); next; next = queue.pop()) {
    const { token, depth } = next;
    if (depth > deepest.depth) deepest = { depth, offset: token.offset };
    for (const { key, value } of token.items ?? []) {
      if (key) queue.push({ token: key, depth: depth + 1 });
      if (value) queue.push({ token: value, depth: depth + 1 });
    }
  }
  return deepest;
};
