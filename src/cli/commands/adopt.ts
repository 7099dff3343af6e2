// `lab adopt [WORKFLOW]`: takes over a lab that was made by hand, or whose state was lost: looks at every step, remembers what holds,
// and puts what is there into the ledger, so that it can be resumed and taken down. Changes nothing in the world.

import { earlierInputs, stickyInputs } from '../../project/earlier-inputs.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import { openWorkflow } from '../../project/open-workflow.ts';
import type { RunOptions } from '../../project/options.ts';
import { chooseVariant } from '../../requirements/choose-variant.ts';
import { lookAtState, openContext } from '../../session/context.ts';
import { execute } from '../../session/execute.ts';

export const adoptCommand = async (named: string | undefined, options: RunOptions): Promise<number> => {
  const workflow = named ?? 'deploy';
  const context = await openContext(options);
  const state = await lookAtState(context);
  const { project, registry, host } = context;
  const { variant, why } = await chooseVariant({ project, registry, state, named: options.variant, host });
  const wish = { project, registry, variant, workflow, options };
  const earlier = earlierInputs(state, variant, options);
  const opened = await openWorkflow({ ...wish, earlier });
  if (opened.workflow.undoes !== undefined)
    throw new CliError(exitCode.usage, `${workflow} takes things away, so there is nothing of it to adopt.`);
  const sticky = stickyInputs(opened, earlier);
  return execute({
    context,
    options,
    scope: { adopt: true },
    consent: async () => false,
    command: `lab adopt ${workflow}`,
    preamble: [
      ...(options.variant === undefined ? [`variant ${variant}: ${why}`] : []),
      ...(sticky === undefined ? [] : [sticky]),
      'only looking: what is there is taken over, and nothing is changed',
    ],
    open: (now) => openWorkflow({ ...wish, earlier: earlierInputs(now, variant, options) }),
  });
};
