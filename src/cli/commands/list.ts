// `lab list`: the variants and workflows of this project, what each takes, and whether this host has what it needs.

import { table } from '../../view/table.ts';
import { openContext } from '../context.ts';
import { chosenInputs } from '../describe-inputs.ts';
import { exitCode } from '../exit-code.ts';
import { openVariantWithWorkflows } from '../open-workflow.ts';
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
        order: variant.order ?? 100,
        workflows,
        runsHere: missing.length === 0,
        missing,
        inputs: chosenInputs(variant.inputs ?? {}),
      };
    }),
  );
  variants.sort((a, b) => a.order - b.order || a.name.localeCompare(b.name));
  if (options.json === true) printJson({ project: project.dir, variants });
  else print(variants.map(text).join('\n\n'));
  return exitCode.ok;
};

const text = (variant: {
  name: string;
  description: string;
  workflows: readonly string[];
  runsHere: boolean;
  missing: readonly { what: string }[];
  inputs: readonly (readonly string[])[];
}): string => {
  const { columns } = screen();
  const here = variant.runsHere
    ? 'runs on this host'
    : `can't run here: ${variant.missing.map((each) => each.what).join(', ')} (lab doctor --variant ${variant.name})`;
  const head = [`${variant.name}  ${variant.description}`, `  ${here}`, `  workflows: ${variant.workflows.join(', ')}`];
  return [
    ...head,
    ...(variant.inputs.length > 0 ? ['  inputs:', ...table(variant.inputs, { columns, indent: 4 })] : []),
  ].join('\n');
};
