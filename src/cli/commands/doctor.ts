// `lab doctor`: everything a variant needs of this host, at once, with what was found and what to do.
import { table } from '../../view/table.ts';
import { chooseVariant } from '../choose-variant.ts';
import { lookAtState, openContext } from '../context.ts';
import { exitCode } from '../exit-code.ts';
import { openVariant } from '../open-workflow.ts';
import type { CommonOptions, OutputOptions } from '../options.ts';
import { print, printJson, screen } from '../print.ts';
import { checkRequirements, type Requirement } from '../requirements.ts';

export const doctorCommand = async (options: CommonOptions & OutputOptions & { variant?: string }): Promise<number> => {
  const context = await openContext(options);
  const { project, registry, host } = context;
  // Named: that one, whether it can run or not. Not named: all of them, so that a person sees what each would take.
  const named =
    options.variant === undefined
      ? project.variants
      : [
          (await chooseVariant({ project, registry, host, state: await lookAtState(context), named: options.variant }))
            .variant,
        ];
  const reports = await Promise.all(
    named.map(async (name) => ({
      variant: name,
      requirements: await checkRequirements((await openVariant(project, registry, name)).requires, host),
    })),
  );
  if (options.json === true)
    printJson({
      variants: reports.map((each) => ({
        ...each,
        runsHere: each.requirements.every((requirement) => requirement.state !== 'missing'),
      })),
    });
  else print(reports.map(report).join('\n\n'));
  const canRun = reports.some(({ requirements }) => requirements.every((each) => each.state !== 'missing'));
  return canRun ? exitCode.ok : exitCode.host;
};

const words: Record<Requirement['state'], string> = { met: 'ok', installable: 'install', missing: 'missing' };

const report = ({ variant, requirements }: { variant: string; requirements: readonly Requirement[] }): string => {
  const missing = requirements.filter((each) => each.state === 'missing').length;
  const verdict =
    missing === 0 ? 'can run on this host' : `can't run here: ${missing} of ${requirements.length} missing`;
  const rows = requirements.map(({ what, state, saw }) => [words[state], what, saw]);
  const lines = table(rows, { columns: screen().columns, indent: 2 });
  // A remedy is there to be copied: it gets a line of its own, and is never cut.
  const told = requirements.flatMap(({ remedy }, at) => [
    lines[at] ?? '',
    ...(remedy === undefined ? [] : [`           -> ${remedy}`]),
  ]);
  return [`${variant}: ${verdict}`, ...told].join('\n');
};
