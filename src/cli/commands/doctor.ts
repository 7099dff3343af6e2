// `lab doctor`: everything a variant needs of this host, at once, with what was found and what to do.
import { exitCode } from '../../project/exit-code.ts';
import { openVariant } from '../../project/open-workflow.ts';
import type { CommonOptions, OutputOptions } from '../../project/options.ts';
import { chooseVariant } from '../../requirements/choose-variant.ts';
import { checkRequirements, type Requirement, withPackageVersions } from '../../requirements/requirements.ts';
import { lookAtState, openContext } from '../../session/context.ts';
import { print, printJson, screen } from '../../session/print.ts';
import { table } from '../../view/table.ts';
import { createPaint } from '../../view/text.ts';

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
      requirements: await withPackageVersions(
        await checkRequirements((await openVariant(project, registry, name)).requires, host),
      ),
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
  const { columns, color } = screen();
  const paint = createPaint(color);
  const tones = { met: paint.good, installable: paint.warn, missing: paint.bad };
  const rows = requirements.map(({ what, state, saw }) => [tones[state](words[state]), what, saw]);
  // Below the table and whole, each on lines of its own: it is there to be copied.
  const remedies = requirements.flatMap(({ what, remedy }) =>
    remedy === undefined ? [] : [`    ${what}:`, `      ${remedy}`],
  );
  return [
    paint.strong(`${variant}: ${verdict}`),
    ...table(rows, { columns, indent: 2 }),
    ...(remedies.length === 0 ? [] : ['  what to do:', ...remedies]),
  ].join('\n');
};
