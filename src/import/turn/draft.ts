// What a command may become. Rules (turn/) say it, product by product; assemble.ts puts it into workflows.

/** As a workflow file has it. */
export type Probe = Readonly<Record<string, unknown>>;

export interface Action {
  readonly run?: readonly string[];
  readonly shell?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface Draft {
  /** Where its id comes from; made unique later. */
  readonly id: string;
  readonly name: string;
  readonly action?: Action;
  readonly health?: readonly Probe[];
  /** Only where nothing can tell whether it is done. */
  readonly satisfied?: 'once' | 'never';
  readonly undo?: Action & { readonly absent?: readonly Probe[] };
  /** What is there afterwards, as KIND/NAME. */
  readonly makes?: string;
  readonly timeout?: string;
  readonly retry?: { readonly attempts: number; readonly delay: string };
  readonly outputs?: Readonly<Record<string, string>>;
  /** It rests on nothing above it. */
  readonly standsAlone?: boolean;
  /** Nothing has to be undone: it reads, sets a value that goes with its owner, or must stay. */
  readonly leavesNothing?: boolean;
}

export type Outcome =
  | { readonly kind: 'step'; readonly draft: Draft }
  /** Only looks. */
  | { readonly kind: 'check'; readonly draft: Draft }
  /** Waits for what the command before it began. */
  | { readonly kind: 'proof'; readonly probe: Probe }
  /** Takes away, as KIND/NAME; `draft` does it as a step where nothing that was made here is meant. */
  | { readonly kind: 'removes'; readonly things: readonly string[]; readonly draft?: Draft; readonly why?: string }
  /** No step is needed: lab does it, or it only talks. */
  | { readonly kind: 'absorbed'; readonly why: string }
  /** A terminal in a container. */
  | { readonly kind: 'place'; readonly container: string }
  /** Not turned; `isAside` where it builds nothing: a look, a terminal, a remark. */
  | { readonly kind: 'left'; readonly why: string; readonly isAside?: true };

/** What it would be as a step. */
export const draftOf = (outcome: Outcome): Draft | undefined => ('draft' in outcome ? outcome.draft : undefined);

export const left = (why: string): Outcome => ({ kind: 'left', why });
/** The same of what builds nothing. */
export const aside = (why: string): Outcome => ({ kind: 'left', why, isAside: true });
export const absorbed = (why: string): Outcome => ({ kind: 'absorbed', why });
export const step = (draft: Draft): Outcome => ({ kind: 'step', draft });

/** Holds when the command ends with 0, or as `expect` says. */
export const commandProbe = (run: readonly string[], more: Readonly<Record<string, unknown>> = {}): Probe => ({
  probe: 'command',
  run,
  ...more,
});
/** Is gone when a list of what there is has no such line. */
export const notListed = (run: readonly string[], name: string): Probe =>
  commandProbe(run, { expect: `exitCode == 0 && !(${quoted(name)} in lines)` });
export const listed = (run: readonly string[], name: string, more: Readonly<Record<string, unknown>> = {}): Probe =>
  commandProbe(run, { expect: `exitCode == 0 && ${quoted(name)} in lines`, ...more });

/** A text as CEL has it; what stands in `${{ }}` is CEL already. */
export const quoted = (text: string): string => {
  const parts = text.split(/\$\{\{\s*(.*?)\s*\}\}/).map((part, at) => (at % 2 === 1 ? part : JSON.stringify(part)));
  const [only = '""'] = parts;
  return parts.length === 1 ? only : `(${parts.filter((part) => part !== '""').join(' + ')})`;
};

/** Of any words, what may be an id. */
export const slug = (text: string): string => {
  const plain = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/['’]/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  const short = plain.length <= 40 ? plain : plain.slice(0, 40).replace(/-[^-]*$/, '');
  return /^[a-z]/.test(short) ? short : short === '' ? 'step' : `step-${short}`;
};
