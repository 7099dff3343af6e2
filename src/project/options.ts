// What the command line says, as data. What it means, once the machine has been asked, is the session's business.

export interface CommonOptions {
  readonly project?: string;
  readonly stateDir?: string;
}

export interface WorkflowOptions extends CommonOptions {
  readonly variant?: string;
  readonly set?: readonly string[];
  readonly inputs?: readonly string[];
  /** Not the inputs as deployed, but those the files say. */
  readonly defaults?: boolean;
}

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** commander's form of --no-tty. */
  readonly tty?: boolean;
}

export interface RunOptions extends WorkflowOptions, OutputOptions {
  readonly yes?: boolean;
  readonly only?: readonly string[];
  readonly from?: string;
  readonly until?: string;
  readonly redo?: readonly string[];
  readonly assume?: readonly string[];
  readonly reason?: string;
  readonly prune?: boolean;
  readonly new?: boolean;
  readonly plan?: boolean;
  readonly survivors?: 'ask' | 'wait' | 'end';
  /** Where the transcript of the run is written. */
  readonly record?: string;
}
