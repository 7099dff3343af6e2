// From the files of a variant to one checked workflow, or to everything that is wrong with them, at once.
import type { Diagnostic } from '../core/diagnostic.ts';
import { isMap } from '../core/maps.ts';
import { workflowSchema } from '../core/schema/workflow.ts';
import type { VariantFile, Workflow } from '../core/workflow.ts';
import {
  type Context,
  createContext,
  type LoadRequest,
  type MapDocument,
  type SourceFile,
  type VariantRequest,
} from './context.ts';
import { createExpressionChecker } from './expression-check.ts';
import { checkStepExpressions, checkVariantExpressions, checkWorkflowExpressions, namesOf } from './expressions.ts';
import { checkInputSpecs, checkModelInputs } from './input-specs.ts';
import { mergeMaps, type Plain, sharesReplace } from './merge.ts';
import { didYouMean } from './nearest.ts';
import { type StepPositions, stepPositions } from './origins.ts';
import { applyPatches } from './patches.ts';
import { checkAssetFiles, checkScripts } from './project-files.ts';
import { checkReadings } from './readings.ts';
import { checkShape } from './shape.ts';
import { substituteProbes } from './shared-probes.ts';
import type { Place } from './source.ts';
import { checkProbe, checkStepRules } from './step-rules.ts';
import { type Entry, type LinkedStep, linkSteps, readSteps } from './steps.ts';
import { readLayers, readVariantChain, type VariantChain } from './variant.ts';
import { findWorkflow, workflowNames } from './workflow-files.ts';

export type LoadedWorkflow =
  | {
      readonly ok: true;
      readonly workflow: Workflow;
      readonly variant: VariantFile;
      /** Every file that was read, in the order of reading. */
      readonly sources: readonly SourceFile[];
      readonly positions: StepPositions;
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export type LoadedVariant =
  | {
      readonly ok: true;
      readonly variant: VariantFile;
      /** The workflows it has, inherited ones included. */
      readonly workflows: readonly string[];
      readonly sources: readonly SourceFile[];
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** `variant.yaml` with what it extends. */
export const loadVariant = async (request: VariantRequest): Promise<LoadedVariant> => {
  const context = createContext(request);
  const chain = await readVariantChain(context);
  if (chain) {
    checkVariant(context, chain);
    await checkModelInputs(context, chain, chain.value['inputs']);
  }
  const diagnostics = context.diagnostics();
  if (!chain || diagnostics.length > 0) return { ok: false, diagnostics };
  const workflows = await workflowNames(context, chain);
  return { ok: true, variant: chain.value as unknown as VariantFile, workflows, sources: context.sources() };
};

/** A workflow of a variant with everything in place: base files, patches, includes, shared probes, needs. */
export const loadWorkflow = async (request: LoadRequest): Promise<LoadedWorkflow> => {
  const context = createContext(request);
  const chain = await readVariantChain(context);
  if (chain) checkVariant(context, chain);
  const path = chain && (await findWorkflow(context, chain, request.workflow));
  const built = chain === undefined || path === undefined ? undefined : await build(context, { request, chain, path });
  const diagnostics = context.diagnostics();
  if (!chain || !built || diagnostics.length > 0) return { ok: false, diagnostics };
  return {
    ok: true,
    workflow: built,
    variant: chain.value as unknown as VariantFile,
    sources: context.sources(),
    positions: stepPositions(context.origins, built),
  };
};

const checkVariant = (context: Context, { value }: VariantChain): void => {
  checkInputSpecs(context, value['inputs']);
  checkVariantExpressions(context, value);
};

const build = async (
  context: Context,
  { request, chain, path }: { request: LoadRequest; chain: VariantChain; path: string },
): Promise<Workflow | undefined> => {
  const layers = await readLayers(context, path);
  const file = layers.at(-1);
  if (!file) return undefined;
  const head = mergeHead(context, layers, chain.value);
  checkShape({
    ...context,
    schema: workflowSchema,
    value: head,
    what: 'a workflow file',
    place: file.document.locate([], 'value'),
  });
  checkName(context, file, request.workflow);
  await checkModelInputs(context, chain, head['inputs']);
  const steps = await assembleSteps(context, layers, head);
  await checkHead(context, { head, chain, file, steps, makers: request.makers ?? [] });
  checkSteps(context, { head, chain, steps });
  await checkScripts(context, steps);
  await checkAssetFiles(context, steps);
  return {
    ...(head as unknown as Workflow),
    steps: steps.map(({ step }) => step as unknown as Workflow['steps'][number]),
  };
};

/** Everything but the steps: what the variant shares, under what each file says. */
const mergeHead = (context: Context, layers: readonly MapDocument[], variant: Plain): Plain => {
  const { origins, report } = context;
  const shares = pick(context, variant, (key) => ['inputs', 'env', 'secrets', 'probes'].includes(key));
  return layers.reduce<Plain>((below, layer) => {
    const own = pick(context, layer.value, (key) => !['steps', 'patches', 'extends'].includes(key));
    return mergeMaps(below, own, {
      origins,
      replaces: sharesReplace,
      removesNothing: (over, key) => {
        const place = origins.placeAt(over, key, 'key');
        if (place && over !== own) report(place, { code: 'wrong-type', message: `\`${key}\` is empty` });
      },
    });
  }, shares);
};

const pick = ({ origins }: Context, from: Plain, wanted: (key: string) => boolean): Plain => {
  const picked = Object.fromEntries(Object.entries(from).filter(([key]) => wanted(key)));
  origins.rest(picked, from);
  return picked;
};

const checkName = ({ report }: Context, { document, value }: MapDocument, workflow: string): void => {
  const { name } = value;
  if (typeof name !== 'string' || name === workflow) return;
  const message = `the workflow in \`${workflow}.yaml\` calls itself \`${name}\``;
  report(document.locate(['name'], 'value'), { code: 'name-mismatch', message, expected: workflow });
};

const assembleSteps = async (
  context: Context,
  layers: readonly MapDocument[],
  head: Plain,
): Promise<readonly LinkedStep[]> => {
  const removed = new Map<string, Place>();
  let entries: readonly Entry[] = [];
  for (const layer of layers) {
    const patched = applyPatches(context, layer, entries);
    for (const [id, place] of patched.removed) removed.set(id, place);
    entries = [...patched.entries, ...(await readSteps(context, layer))];
  }
  const substitute = substituteProbes(context, isMap(head['probes']) ? head['probes'] : {});
  const complete = entries.map((entry) => ({ ...entry, step: substitute(entry.step) }));
  return linkSteps(context, complete, removed);
};

interface Head {
  readonly head: Plain;
  readonly chain: VariantChain;
  readonly file: MapDocument;
  readonly steps: readonly LinkedStep[];
  readonly makers: readonly string[];
}

const checkHead = async (context: Context, { head, chain, file, steps, makers }: Head): Promise<void> => {
  checkInputSpecs(context, head['inputs']);
  if (isMap(head['probes']))
    for (const probe of Object.values(head['probes'])) if (isMap(probe)) checkProbe(context, probe);
  const { undoes } = head;
  if (typeof undoes === 'string') await checkUndoes(context, { head, chain, makers }, undoes);
  else if (steps.length === 0 && file.value['steps'] === undefined) {
    const place = context.origins.placeAt(head, 'name', 'value') ?? file.document.locate([], 'value');
    context.report(place, { code: 'no-steps', message: 'a workflow without steps', expected: '`steps`' });
  }
};

const checkUndoes = async (
  context: Context,
  { head, chain, makers }: Pick<Head, 'head' | 'chain' | 'makers'>,
  undoes: string,
): Promise<void> => {
  if (makers.includes(undoes)) return;
  const names = await workflowNames(context, chain);
  const place = context.origins.placeAt(head, 'undoes', 'value');
  if (names.includes(undoes) || !place) return;
  const hint = didYouMean(undoes, names) ?? `the workflows are ${names.join(', ')}`;
  context.report(place, { code: 'unknown-workflow', message: `there is no workflow \`${undoes}\``, hint });
};

const checkSteps = (
  context: Context,
  { head, chain, steps }: { head: Plain; chain: VariantChain; steps: readonly LinkedStep[] },
): void => {
  const checker = createExpressionChecker(context, namesOf(context, { head, chain, steps }));
  const { concurrency } = head;
  const groups = new Set(isMap(concurrency) && isMap(concurrency['groups']) ? Object.keys(concurrency['groups']) : []);
  checkWorkflowExpressions(context, checker, head);
  for (const step of steps) {
    checkStepRules(context, step.step, groups);
    checkStepExpressions(context, checker, step);
  }
  checkReadings(context, steps, checker.readings);
};
