// Which workflows a variant has, and in which of its folders a workflow's file lies.
import type { Context } from './context.ts';
import { didYouMean } from './nearest.ts';
import { relativeTo, resolvePath } from './path.ts';
import { isName, type VariantChain } from './variant.ts';

/** The file of a workflow, looked for in the variant's own folder and then in those it extends; reported when there is none. */
export const findWorkflow = async (
  context: Context,
  chain: VariantChain,
  name: string,
): Promise<string | undefined> => {
  for (const folder of isName(name) && name !== 'variant' ? chain.folders : []) {
    const path = `${folder}/${name}.yaml`;
    if (await context.open(path)) return path;
  }
  const names = await workflowNames(context, chain);
  const [folder = ''] = chain.folders;
  const file = `${relativeTo(resolvePath('/', context.request.projectDir), folder)}${isName(name) ? `/${name}.yaml` : ''}`;
  const known = names.length > 0 ? `the workflows are ${names.join(', ')}` : 'the variant has no workflows';
  const finding = { code: 'unknown-workflow', message: `there is no workflow \`${name}\`` };
  context.reportFile(file, { ...finding, hint: didYouMean(name, names) ?? known });
  return undefined;
};

/**
 * A YAML file beside variant.yaml is a workflow if it calls itself something or extends one, or has what only a workflow has; others are
 * for `include`, or none of ours.
 */
export const workflowNames = async (context: Context, chain: VariantChain): Promise<readonly string[]> => {
  const names = new Set<string>();
  for (const folder of chain.folders) {
    for (const entry of await context.request.list(folder)) {
      const name = entry.endsWith('.yaml') ? entry.slice(0, -'.yaml'.length) : '';
      if (name === 'variant' || !isName(name) || names.has(name)) continue;
      const text = await context.request.read(`${folder}/${entry}`);
      if (text !== undefined && (isNamed(text) || isUnnamed(text))) names.add(name);
    }
  }
  return [...names].sort();
};

const isNamed = (text: string): boolean => /^["']?(name|extends)["']?\s*:/m.test(text);

/** Whether a file is a workflow whose name is missing or typed wrong: left out, it would pass for checked. */
const isUnnamed = (text: string): boolean => {
  const keys = [...text.matchAll(/^["']?([\w-]+)["']?\s*:/gm)].map(([, key]) => key ?? '');
  // One of steps alone is there to be included.
  return keys.some((key) => hallmarks.includes(key)) && keys.some((key) => key !== 'steps' && key !== 'description');
};

const hallmarks = ['steps', 'undoes', 'patches'];
