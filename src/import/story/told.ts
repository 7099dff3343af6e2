// One thing that the texts say, with what it becomes: the unit of the lists, and of what assemble.ts puts into workflows.
import type { Section } from '../read/sections.ts';
import type { Outcome } from '../turn/draft.ts';

export interface Told {
  readonly file: string;
  readonly line: number;
  readonly end: number;
  /** As it was typed, secrets masked. */
  readonly text: string;
  /** What the comment or the message before it says. */
  readonly title: string;
  readonly section: Section;
  readonly outcome: Outcome;
  /** Where it runs, as a workflow names it; undefined where the lab's folder will do. */
  readonly cwd: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Lines of shell without which it would not run: environments, functions. */
  readonly prelude: string;
  /** What was taken for granted. */
  readonly notes: readonly string[];
  /** What waiting the text does after it, in seconds. */
  readonly patience?: number;
}
