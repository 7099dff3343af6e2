// `lab adopt [WORKFLOW]`: takes over a lab that was made by hand, or whose state was lost: looks at every step, remembers what holds,
// and puts what is there into the ledger, so that it can be resumed and taken down. Changes nothing in the world.
import { CliError, exitCode } from '../../project/exit-code.ts';
import { earlierInputs, stickyInputs } from '../../project/inputs.ts';
import type { RunOptions } from '../../project/options.ts';
import { chooseVariant } from '../../requirements/choose-variant.ts';
import { lookAtState, openContext } from '../../session/context.ts';
import { execute } from '../../session/execute.ts';
import type { Prepared } from '../../session/prepare.ts';
import { prepareNew } from '../../session/start-run.ts';
import type { StateData } from '../../store/state.ts';

export const adoptCommand = async (named: string | undefined, options: RunOptions): Promise<number> => {
  const workflow = named ?? 'deploy';
  const context = await openContext(options);
  const state = await lookAtState(context);
  const { variant, why } = await chooseVariant({ ...context, state, named: options.variant });
  const again = (now: StateData): Promise<Prepared> =>
    prepareNew(context, now, { variant, workflow, options, earlier: earlierInputs(now, variant, options) });
  const prepared = await again(state);
  const { opened } = prepared;
  if (opened.workflow.undoes !== undefined)
    throw new CliError(exitCode.usage, `${workflow} takes things away, so there is nothing of it to adopt.`);
  const sticky = stickyInputs(opened, earlierInputs(state, variant, options));
  return execute({
    ...{ prepared, again, options },
    scope: { adopt: true },
    consent: async () => false,
    command: `lab adopt ${workflow}`,
    preamble: [
      ...(options.variant === undefined ? [`variant ${variant}: ${why}`] : []),
      ...(sticky === undefined ? [] : [sticky]),
      'only looking: what is there is taken over, and nothing is changed',
    ],
  });
};
