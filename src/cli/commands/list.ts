// `lab list [VARIANT]`: what can be run, of the variant that a run would take on one screen; of one or all, with what each takes and
// whether this host has what it needs.
import { CliError, exitCode } from '../../project/exit-code.ts';
import { chosenInputs } from '../../project/inputs.ts';
import { loadOnly, openVariantWithWorkflows } from '../../project/open-workflow.ts';
import type { CommonOptions, OutputOptions } from '../../project/options.ts';
import { byOrder, orderOf, requireVariant, standingVariant } from '../../requirements/choose-variant.ts';
import { checkRequirements } from '../../requirements/requirements.ts';
import { type CommandContext, lookAtState, openContext } from '../../session/context.ts';
import { print, printJson, screen } from '../../session/print.ts';
import { table } from '../../view/table.ts';
import { truncate } from '../../view/text.ts';

interface ListOptions extends CommonOptions, OutputOptions {
  readonly long?: boolean;
}

export const listCommand = async (named: string | undefined, options: ListOptions): Promise<number> => {
  const context = await openContext(options);
  if (named !== undefined) requireVariant(context.project, named);
  const listed = await Promise.all(
    (named === undefined ? context.project.variants : [named]).map((name) =>
      readable(name, () => listedOf(context, name)),
    ),
  );
  const broken = listed.filter(isBroken);
  const variants = listed.filter((each): each is Listed => !isBroken(each)).sort(byOrder);
  if (options.json === true) printJson({ project: context.project.dir, variants, broken });
  else {
    const isLong = options.long === true || named !== undefined;
    const shown = isLong ? variants.map(text) : short(variants, standingVariant(await lookAtState(context)));
    print([...shown, ...broken.map((each) => brokenLines(each).join('\n'))].join('\n\n'));
  }
  return broken.length + variants.flatMap((each) => each.broken).length === 0 ? exitCode.ok : exitCode.file;
};

/** A variant or workflow whose files are wrong; the others are listed all the same. */
interface Broken {
  readonly name: string;
  readonly problem: string;
}

const readable = async <T extends object>(name: string, read: () => Promise<T>): Promise<T | Broken> => {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { name, problem: error.message };
  }
};

const isBroken = (each: object): each is Broken => 'problem' in each;

interface Listed {
  readonly name: string;
  readonly description: string;
  readonly order: number;
  readonly workflows: readonly Described[];
  readonly broken: readonly Broken[];
  readonly runsHere: boolean;
  readonly missing: readonly { readonly what: string }[];
  readonly inputs: readonly (readonly string[])[];
}

const listedOf = async ({ project, registry, host }: CommandContext, name: string): Promise<Listed> => {
  const { variant, workflows } = await openVariantWithWorkflows(project, registry, name);
  const requirements = await checkRequirements(variant.requires, host);
  const missing = requirements.filter((each) => each.state === 'missing');
  const found = await Promise.all(
    workflows.map((workflow) => readable(workflow, () => described({ project, registry, variant: name, workflow }))),
  );
  return {
    name,
    description: variant.description ?? '',
    order: orderOf(variant),
    workflows: found.filter((each): each is Described => !isBroken(each)),
    broken: found.filter(isBroken),
    runsHere: missing.length === 0,
    missing,
    inputs: chosenInputs(variant.inputs ?? {}),
  };
};

interface Described {
  readonly name: string;
  readonly description: string;
  /** Those of its own, beside the variant's. */
  readonly inputs: readonly (readonly string[])[];
  readonly steps: number;
}

const described = async (wish: Parameters<typeof loadOnly>[0]): Promise<Described> => {
  const { workflow, variant } = await loadOnly(wish);
  const own = Object.entries(workflow.inputs ?? {}).filter(([name]) => !Object.hasOwn(variant.inputs ?? {}, name));
  return {
    name: workflow.name,
    description: workflow.description ?? '',
    inputs: chosenInputs(Object.fromEntries(own)),
    steps: workflow.steps.length,
  };
};

const brokenLines = ({ name, problem }: Broken, indent = ''): readonly string[] => [
  `${indent}${name}`,
  ...["can't be read:", ...problem.trimEnd().split('\n')].map((line) => `${indent}  ${line}`.trimEnd()),
];

/** The one that a run would take, and the names of the others. */
const short = (variants: readonly Listed[], standing: string | undefined): readonly string[] => {
  const chosen =
    variants.find(({ name }) => name === standing) ?? variants.find(({ runsHere }) => runsHere) ?? variants[0];
  if (!chosen) return [];
  const { name, description, workflows, inputs } = chosen;
  const { columns } = screen();
  const here = chosen.runsHere ? 'runs on this host' : `can't run here: npx lab doctor --variant ${name}`;
  const others = variants
    .filter((each) => each !== chosen)
    .map((each) => (each.runsHere ? each.name : `${each.name} (can't run here)`));
  const more = [
    ...(inputs.length > 0 ? [['inputs', `${inputs.map(([input]) => input).join(', ')}`]] : []),
    ...(others.length > 0 ? [['other variants', others.join(', ')]] : []),
    ['in full', `npx lab list ${name}${others.length > 0 ? ', npx lab list --long' : ''}`],
  ];
  return [
    [
      truncate(`${name}  ${description}`, columns),
      `  ${name === standing ? 'is deployed' : here}`,
      '  workflows:',
      ...table(
        workflows.map((each) => [each.name, each.description]),
        { columns, indent: 4 },
      ),
      ...chosen.broken.flatMap((each) => brokenLines(each, '    ')),
    ].join('\n'),
    table(more, { columns, whole: true }).join('\n'),
  ];
};

const text = (variant: Listed): string => {
  const { columns } = screen();
  const here = variant.runsHere
    ? ['runs on this host']
    : [
        "can't run here; missing:",
        ...variant.missing.map(({ what }) => `  ${what}`),
        `how to get them: npx lab doctor --variant ${variant.name}`,
      ];
  const rows = variant.workflows.flatMap(({ name, description, inputs }) => [
    [name, description],
    ...inputs.map((cells) => ['', `input ${cells.filter((cell) => cell !== '').join('  ')}`]),
  ]);
  const head = [
    `${variant.name}  ${variant.description}`,
    ...here.map((line) => `  ${line}`),
    '  workflows:',
    ...table(rows, { columns, indent: 4, whole: true }),
  ];
  return [
    ...head,
    ...variant.broken.flatMap((each) => brokenLines(each, '    ')),
    ...(variant.inputs.length > 0 ? ['  inputs:', ...table(variant.inputs, { columns, indent: 4, whole: true })] : []),
  ].join('\n');
};
