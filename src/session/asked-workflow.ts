// Which workflow a command is about that need not be told: the one that built what is deployed, else `deploy`.
import type { StateData } from '../store/state.ts';

export interface AskedWorkflow {
  readonly workflow: string;
  /** Nobody named it: what is deployed was built by it. */
  readonly built: boolean;
}

export const askedWorkflow = ({ deployed }: StateData, variant: string, named: string | undefined): AskedWorkflow => {
  if (named !== undefined) return { workflow: named, built: false };
  return deployed?.variant === variant
    ? { workflow: deployed.workflow, built: true }
    : { workflow: 'deploy', built: false };
};
