// Starts a new run: what this host lacks is told, and what has to be asked is asked, before anything is touched.

import { makersOf } from '../history/history.ts';
import { earlierInputs, stickyInputs } from '../project/earlier-inputs.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import { type Opened, openWorkflow } from '../project/open-workflow.ts';
import type { RunOptions } from '../project/options.ts';
import { type Choice, demandRequirements } from '../requirements/choose-variant.ts';
import { commandLine } from '../view/command-line.ts';
import { askYesNo, canAsk } from './ask.ts';
import { type Consent, consentOf } from './consent.ts';
import type { CommandContext } from './context.ts';
import { execute } from './execute.ts';
import { scopeOf } from './run-scope.ts';

export interface Start {
  readonly context: CommandContext;
  readonly choice: Choice;
  readonly opened: Opened;
  readonly earlier: Readonly<Record<string, unknown>>;
  readonly options: RunOptions;
}

export const startRun = async ({ context, choice, opened, earlier, options }: Start): Promise<number> => {
  const { project, registry } = context;
  const { name: workflow, undoes } = opened.workflow;
  const { variant } = choice;
  // What takes things away must work when the host has lost what building them needs.
  const takesAway = undoes !== undefined;
  if (!takesAway) demandRequirements(choice);
  const consent = takesAway ? consentOf(options) : await consentTo(choice, options);
  const sticky = stickyInputs(opened, earlier);
  return execute({
    context,
    options,
    scope: scopeOf(options),
    consent,
    command: `lab run ${workflow}`,
    preamble: [
      ...(options.variant === undefined ? [`variant ${variant}: ${choice.why}`] : []),
      ...(sticky === undefined ? [] : [sticky]),
    ],
    open: (now) =>
      openWorkflow({
        ...{ project, registry, variant, workflow, options },
        earlier: { ...earlier, ...earlierInputs(now, variant, options) },
        makers: makersOf(now, variant),
      }),
  });
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
  const again = `npx lab ${commandLine(process.argv.slice(2))} --yes`;
  throw new CliError(
    exitCode.host,
    `${what}.\nTo let lab install them:  ${again}\nTo install them yourself:  apt-get install --no-install-recommends ${packages.join(' ')}`,
  );
};
