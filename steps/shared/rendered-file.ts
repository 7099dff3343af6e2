// What step types that write a rendered file share: it is there when its text is what the values say now.
import { type Rendering, type Seen, type StepContext, StepError } from '../../src/engine/step-type.ts';
import type { Fabric } from '../../src/fabric/fabric.ts';
import { fileInProject } from './file-in-project.ts';

const textOf = ({ template, values }: Rendering, context: StepContext): Promise<string> =>
  context.host.render(`${context.projectDir}/${template}`, values);

export const checkFiles = async (
  files: readonly Rendering[],
  context: StepContext,
): Promise<Seen & { outputs: { paths: readonly string[] } }> => {
  const seen = await Promise.all(
    files.map(async (file) => {
      const path = await fileInProject(file.to, context);
      const [wanted, there] = await Promise.all([textOf(file, context), context.host.readFile(path)]);
      return { path, state: there === undefined ? 'missing' : there === wanted ? 'same' : 'different' };
    }),
  );
  const off = seen.find(({ state }) => state !== 'same');
  const saw = off
    ? `${off.path} is ${off.state === 'missing' ? 'not there' : 'not what its values say'}`
    : 'as rendered';
  return { holds: !off, saw, outputs: { paths: seen.map(({ path }) => path) } };
};

export const writeFiles = async (
  files: readonly Rendering[],
  context: StepContext,
): Promise<{ paths: readonly string[] }> => {
  const paths: string[] = [];
  for (const file of files) {
    const path = await fileInProject(file.to, context);
    await context.host.writeFile(path, await textOf(file, context), 0o644);
    paths.push(path);
  }
  return { paths };
};

export const removeFiles = async (files: readonly string[], context: StepContext): Promise<void> => {
  for (const to of files) await context.host.removeFile(await fileInProject(to, context));
};

export const filesAbsent = async (files: readonly string[], context: StepContext): Promise<Seen> => {
  for (const to of files)
    if (await context.host.stat(await fileInProject(to, context))) return { holds: false, saw: `${to} is still there` };
  return { holds: true, saw: 'gone' };
};

/** The model of the variant, for step types that can't do without. @throws StepError when it is none of the fabric's kind. */
export const fabricOf = ({ model }: { readonly model: unknown }): Fabric => {
  if (typeof model === 'object' && model !== null && 'spines' in model) return model as Fabric;
  throw new StepError('this step needs the model `fabric`; add `model: fabric` to variant.yaml');
};
