// Every way a step can fail, as fields. Sentences are made in view/wording.ts.
import type { Observation } from './observation.ts';

export type Failure =
  | { readonly kind: 'exit'; readonly exitCode: number; readonly command: string; readonly tail: readonly string[] }
  | { readonly kind: 'signal'; readonly signal: string; readonly command: string; readonly tail: readonly string[] }
  | { readonly kind: 'timeout'; readonly afterMs: number; readonly command: string; readonly tail: readonly string[] }
  | { readonly kind: 'spawn'; readonly command: string; readonly code: string; readonly message: string }
  | {
      readonly kind: 'step-type';
      readonly uses: string;
      readonly message: string;
      readonly tail: readonly string[];
      readonly command?: string;
    }
  | { readonly kind: 'precondition'; readonly observation: Observation; readonly waitedMs: number }
  | { readonly kind: 'health'; readonly observations: readonly Observation[]; readonly waitedMs: number }
  | { readonly kind: 'expression'; readonly where: string; readonly source: string; readonly message: string }
  | { readonly kind: 'output'; readonly name: string; readonly message: string }
  | { readonly kind: 'survivor'; readonly pid: number; readonly command: string }
  /** It was not taken away: what rests on it is still there. */
  | { readonly kind: 'blocked'; readonly by: readonly string[] }
  | { readonly kind: 'cancelled'; readonly signal: string }
  | { readonly kind: 'internal'; readonly message: string; readonly stack?: string };
