// `lab render`: writes the files a variant declares under `render`, for a person to read or use. Touches nothing but the folder named.
import { isAbsolute, join, normalize, relative, resolve } from 'node:path';
import * as z from 'zod';
import { ExpressionError, type Scope } from '../../core/expression.ts';
import { messageOf } from '../../core/failure.ts';
import type { Masker } from '../../core/mask.ts';
import { resolveText, resolveValue, textOf } from '../../core/template.ts';
import type { RenderSpec } from '../../core/workflow.ts';
import type { Host } from '../../engine/ports.ts';
import { ExpansionError, expand } from '../../engine/step/unit.ts';
import { type Registry, type Rendering, StepError } from '../../engine/step-type.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import { earlierInputs } from '../../project/inputs.ts';
import { openVariantAlone } from '../../project/open-workflow.ts';
import type { OutputOptions, WorkflowOptions } from '../../project/options.ts';
import { chooseVariant } from '../../requirements/choose-variant.ts';
import { lookAtState, openContext } from '../../session/context.ts';
import { createEngine } from '../../session/create-engine.ts';
import { print, printJson } from '../../session/print.ts';

export interface RenderOptions extends WorkflowOptions, OutputOptions {
  readonly out: string;
}

export const renderCommand = async (options: RenderOptions): Promise<number> => {
  const context = await openContext(options);
  const { project, registry, host, stateDir } = context;
  const state = await lookAtState(context);
  const { variant } = await chooseVariant({ project, registry, state, named: options.variant, host });
  const earlier = earlierInputs(state, variant, options);
  const opened = await openVariantAlone({ project, registry, variant, options, earlier });
  const declared = opened.variant.render ?? [];
  if (declared.length === 0)
    throw new CliError(
      exitCode.file,
      `Variant ${variant} declares no files to render (\`render\` in its variant.yaml).`,
    );
  const engine = createEngine(opened, { host, stateDir, run: 'render' });
  const shared = { ...engine.scope, model: opened.model };
  const { masker } = opened;
  const files = distinct(declared.flatMap((each) => filesOf(each, { registry, shared, masker })));
  const out = resolve(options.out);
  const texts: { path: string; text: string }[] = [];
  // All are rendered before the first is written: a template that is wrong leaves the folder as it was.
  for (const { template, to, values } of files)
    texts.push({ path: join(out, to), text: await renderOne(host.render, resolve(project.dir, template), values) });
  for (const { path } of texts) await refuseLinkOut(host, { out, path });
  for (const { path, text } of texts) await host.writeFile(path, text, 0o644);
  const written = texts.map(({ path }) => path);
  if (options.json === true) printJson({ variant, out, files: written.map((path) => relative(out, path)) });
  else
    print(
      [...written.map((path) => relative(process.cwd(), path)), `${written.length} files of ${variant}.`].join('\n'),
    );
  return exitCode.ok;
};

/** @throws CliError 3 when an expression can't be computed, a step type refuses its input, or a file would lie outside the folder. */
const filesOf = (
  spec: RenderSpec,
  { registry, shared, masker }: { registry: Registry; shared: Scope; masker: Masker },
): readonly Rendering[] => {
  const name = spec.uses ?? spec.template ?? '';
  try {
    const each = spec.foreach
      ? expand({ id: name, foreach: spec.foreach }, { scope: shared, masker }).slice(1)
      : [{ locals: {} }];
    return each.flatMap(({ locals }) => {
      const scope = { ...shared, ...locals };
      const files = spec.uses === undefined ? [ofTemplate(spec, scope)] : ofStepType(spec, { registry, scope });
      return files.map((file) => ({ ...file, to: inside(file.to) }));
    });
  } catch (error) {
    const expected = [ExpressionError, ExpansionError, StepError, z.ZodError];
    if (!expected.some((kind) => error instanceof kind)) throw error;
    throw new CliError(exitCode.file, `render of ${name}: ${(error as Error).message}`, error);
  }
};

const ofTemplate = ({ template = '', to = '', values }: RenderSpec, scope: Scope): Rendering => ({
  template: textOf(resolveText(template, scope)),
  to: textOf(resolveText(to, scope)),
  values: { ...scope, ...(resolveValue(values ?? {}, scope) as Record<string, unknown>) },
});

const ofStepType = (
  { uses = '', with: input }: RenderSpec,
  { registry, scope }: { registry: Registry; scope: Scope },
): readonly Rendering[] => {
  const type = registry.steps.get(uses);
  if (!type?.renders) throw new StepError(`${uses} is no step type that renders files`);
  return type.renders(type.input.parse(resolveValue(input ?? {}, scope)), scope['model']);
};

const inside = (to: string): string => {
  const path = normalize(to);
  if (isAbsolute(path) || path === '.' || path.split('/').includes('..'))
    throw new CliError(exitCode.file, `render: "${to}" does not lie below the folder that is written to.`);
  return path;
};

/** A link in the folder may lead elsewhere; what it leads to is nobody's to write. */
const refuseLinkOut = async (
  host: Pick<Host, 'leadsTo'>,
  { out, path }: { readonly out: string; readonly path: string },
): Promise<void> => {
  const [folder, end] = await Promise.all([host.leadsTo(out), host.leadsTo(path)]);
  if (relative(folder, end).split('/')[0] === '..')
    throw new CliError(
      exitCode.usage,
      `render: ${path} leads out of the folder that is written to, to ${end}. Remove the link, or name another folder with --out.`,
    );
};

const distinct = (files: readonly Rendering[]): readonly Rendering[] => {
  const seen = new Set<string>();
  for (const { to, template } of files) {
    if (seen.has(to))
      throw new CliError(exitCode.file, `render: two files become ${to}; the second is of ${template}.`);
    seen.add(to);
  }
  return files;
};

const renderOne = async (
  render: (template: string, values: Readonly<Record<string, unknown>>) => Promise<string>,
  template: string,
  values: Readonly<Record<string, unknown>>,
): Promise<string> => {
  try {
    return await render(template, values);
  } catch (error) {
    // A template that is wrong is a file that is wrong; its message names the place.
    if (error instanceof StepError) throw new CliError(exitCode.file, [error.message, ...error.tail].join('\n'), error);
    throw new CliError(exitCode.file, messageOf(error), error);
  }
};
