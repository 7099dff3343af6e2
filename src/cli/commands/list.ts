// `lab list`: the variants and workflows of this project, what each takes, and whether this host has what it needs.

import { table } from '../../view/table.ts';
import { byOrder, orderOf } from '../choose-variant.ts';
import { openContext } from '../context.ts';
import { chosenInputs } from '../describe-inputs.ts';
import { exitCode } from '../exit-code.ts';
import { loadOnly, openVariantWithWorkflows } from '../open-workflow.ts';
import type { CommonOptions, OutputOptions } from '../options.ts';
import { print, printJson, screen } from '../print.ts';
import { checkRequirements } from '../requirements.ts';

export const listCommand = async (options: CommonOptions & OutputOptions): Promise<number> => {
  const { project, registry, host } = await openContext(options);
  const variants = await Promise.all(
    project.variants.map(async (name) => {
      const { variant, workflows } = await openVariantWithWorkflows(project, registry, name);
      const requirements = await checkRequirements(variant.requires, host);
      const missing = requirements.filter((each) => each.state === 'missing');
      return {
        name,
        description: variant.description ?? '',
        order: orderOf(variant),
        workflows: await Promise.all(
          workflows.map((workflow) => described({ project, registry, variant: name, workflow })),
        ),
        runsHere: missing.length === 0,
        missing,
        inputs: chosenInputs(variant.inputs ?? {}),
      };
    }),
  );
  variants.sort(byOrder);
  if (options.json === true) printJson({ project: project.dir, variants });
  else print(variants.map(text).join('\n\n'));
  return exitCode.ok;
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

const text = (variant: {
  name: string;
  description: string;
  workflows: readonly Described[];
  runsHere: boolean;
  missing: readonly { what: string }[];
  inputs: readonly (readonly string[])[];
}): string => {
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
    ...(variant.inputs.length > 0 ? ['  inputs:', ...table(variant.inputs, { columns, indent: 4, whole: true })] : []),
  ].join('\n');
};
