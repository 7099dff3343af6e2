// Starts a new run: what this host lacks is told, and what has to be asked is asked, before anything is touched.
import { randomBytes } from 'node:crypto';
import { quoteCommand } from '../core/quote.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import { earlierInputs, stickyInputs } from '../project/inputs.ts';
import type { RunOptions } from '../project/options.ts';
import { type Choice, demandRequirements } from '../requirements/choose-variant.ts';
import { newRunId } from '../store/runs.ts';
import type { StateData } from '../store/state.ts';
import { askYesNo, type Consent, canAsk, consentOf } from './ask.ts';
import { scopeOf } from './asked.ts';
import type { CommandContext } from './context.ts';
import { execute } from './execute.ts';
import { demandScope, type Prepared, prepare, type Wish } from './prepare.ts';

export interface Start {
  readonly context: CommandContext;
  readonly state: StateData;
  readonly choice: Choice;
  readonly workflow: string;
  readonly options: RunOptions;
}

export const startRun = async ({ context, state, choice, workflow, options }: Start): Promise<number> => {
  const { variant } = choice;
  const scope = scopeOf(options);
  const again = (now: StateData): Promise<Prepared> =>
    prepareNew(context, now, { variant, workflow, options, earlier: earlierInputs(now, variant, options) });
  // Before any question and before the lock, so that mistakes are told first.
  const prepared = await again(state);
  demandScope(prepared, scope);
  // What takes things away must work when the host has lost what building them needs.
  const takesAway = prepared.opened.workflow.undoes !== undefined;
  if (!takesAway) demandRequirements(choice);
  const consent = takesAway ? consentOf(options) : await consentTo(choice, options);
  const sticky = stickyInputs(prepared.opened, earlierInputs(state, variant, options));
  return execute({
    ...{ prepared, again, options, scope, consent, command: `lab run ${workflow}` },
    preamble: [
      ...(options.variant === undefined ? [`variant ${variant}: ${choice.why}`] : []),
      ...(sticky === undefined ? [] : [sticky]),
    ],
  });
};

/** For a run that is to be begun. @throws CliError, StoreError */
export const prepareNew = async (
  context: CommandContext,
  state: StateData,
  wish: Omit<Wish, 'run'>,
): Promise<Prepared> => {
  const naming = { at: context.host.clock.now(), workflow: wish.workflow, random: randomBytes(2).toString('hex') };
  return prepare(context, state, { ...wish, run: await newRunId(context.stateDir, naming) });
};

/** Asks on a terminal whether packages that are missing may be installed; elsewhere --yes says so. @throws CliError 4 without an answer */
export const consentTo = async ({ requirements, variant }: Choice, options: RunOptions): Promise<Consent> => {
  const packages = [
    ...new Set(requirements.filter((each) => each.state === 'installable').map((each) => each.package ?? each.what)),
  ];
  const consent = consentOf(options, packages);
  if (packages.length === 0 || options.yes === true) return consent;
  const what = `${variant} needs Debian packages this host does not have: ${packages.join(', ')}`;
  if (canAsk() && (await askYesNo(`${what}.\nInstall them with apt-get? Their services are not started.`)))
    return consent;
  const again = `npx lab ${quoteCommand(process.argv.slice(2))} --yes`;
  throw new CliError(
    exitCode.host,
    `${what}.\nTo let lab install them:  ${again}\nTo install them yourself:  apt-get install --no-install-recommends ${packages.join(' ')}`,
  );
};
