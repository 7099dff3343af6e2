// Picks the way a run is shown from what is known of the output and from what was asked for.

export type ViewName = 'task-list' | 'lines' | 'github' | 'ndjson' | 'quiet';

export interface Circumstances {
  /** The output is a terminal. */
  readonly tty: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Runs in GitHub Actions. */
  readonly github: boolean;
  /** Runs in another service that builds and tests (`CI`), whose terminal nobody looks at while it runs. */
  readonly ci: boolean;
  /** A person asked for lines (`--no-tty`). */
  readonly noTty: boolean;
  /** The terminal can't move its cursor (`TERM=dumb`, or none named). */
  readonly dumb: boolean;
}

/** What was asked for comes first; then what the output can show. */
export const chooseView = ({ tty, json, quiet, github, ci, noTty, dumb }: Circumstances): ViewName => {
  if (json) return 'ndjson';
  if (quiet) return 'quiet';
  if (github) return 'github';
  if (!tty || ci || noTty || dumb) return 'lines';
  return 'task-list';
};
