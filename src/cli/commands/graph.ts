// `lab graph [WORKFLOW]`: the steps and what they need, as a drawing for the terminal, mermaid, dot or SVG; or the network itself.
import { parseAddress } from '../../core/address.ts';
import { ExpressionError } from '../../core/expression.ts';
import { resolveText, textOf } from '../../core/template.ts';
import type { Unit } from '../../engine/step/unit.ts';
import { eventsOf } from '../../history/past-runs.ts';
import { CliError, exitCode } from '../../project/exit-code.ts';
import { earlierInputs } from '../../project/inputs.ts';
import { type Opened, openWorkflow } from '../../project/open-workflow.ts';
import type { WorkflowOptions } from '../../project/options.ts';
import { chooseVariant } from '../../requirements/choose-variant.ts';
import { type CommandContext, lookAtState, openContext } from '../../session/context.ts';
import { createEngine } from '../../session/create-engine.ts';
import { unitsOfWorkflow } from '../../session/prepare.ts';
import { print, screen } from '../../session/print.ts';
import type { StateData } from '../../store/state.ts';
import { svgGraph } from '../../view/graph-svg.ts';
import { dotGraph, mermaidGraph, railGraph } from '../../view/graph-text.ts';
import { type StepBox, stepGraph } from '../../view/step-graph.ts';

export interface GraphOptions extends WorkflowOptions {
  readonly format: 'text' | 'mermaid' | 'dot' | 'svg';
  readonly children?: boolean;
  readonly topology?: boolean;
}

export const graphCommand = async (named: string | undefined, options: GraphOptions): Promise<number> => {
  const context = await openContext(options);
  const { project, registry, host, stateDir } = context;
  const state = await lookAtState(context);
  const { variant } = await chooseVariant({ project, registry, state, named: options.variant, host });
  const earlier = earlierInputs(state, variant, options);
  const opened = await openWorkflow({ project, registry, variant, workflow: named ?? 'deploy', options, earlier });
  if (options.topology === true) {
    print(await topology(context, state, opened));
    return exitCode.ok;
  }
  const engine = createEngine(opened, { host, stateDir, run: 'graph' });
  const units = unitsOfWorkflow(opened, engine);
  const boxes = stepGraph(options.children === true ? childBoxes(units) : stepBoxes(opened, units));
  print(drawn(opened, boxes, options.format));
  return exitCode.ok;
};

const drawn = ({ workflow, variant }: Opened, boxes: readonly StepBox[], format: GraphOptions['format']): string => {
  switch (format) {
    case 'mermaid':
      return mermaidGraph(boxes);
    case 'dot':
      return dotGraph(workflow.name, boxes);
    case 'svg':
      return svgGraph(`${workflow.name} of ${variant.name}`, boxes);
    default:
      return railGraph(boxes, screen().columns);
  }
};

/** One box a step; a foreach step says how many children it has. */
const stepBoxes = ({ workflow }: Opened, units: readonly Unit[]): readonly StepBox[] => {
  const counts = new Map(
    units.flatMap((unit) => (unit.children ? [[unit.address, unit.children.length] as const] : [])),
  );
  return workflow.steps.map((step) => {
    const count = counts.get(step.id);
    const many = step.foreach ? ` × ${count ?? '?'}` : '';
    const name = step.name === undefined || step.name.includes('${{') ? '' : `  ${step.name}`;
    return {
      address: step.id,
      label: `${step.id}${many}${name}`,
      needs: (step.needs ?? []).map((need) => parseAddress(need).step),
    };
  });
};

/** One box for every child; what needs the whole step needs each of them. */
const childBoxes = (units: readonly Unit[]): readonly StepBox[] => {
  const children = new Map(units.flatMap((unit) => (unit.children ? [[unit.address, unit.children] as const] : [])));
  return units
    .filter((unit) => !unit.children)
    .map((unit) => ({
      address: unit.address,
      label: labelOf(unit),
      needs: unit.needs.flatMap((need) => children.get(need) ?? [need]),
    }));
};

const labelOf = ({ address, step, locals, kind }: Unit): string => {
  if (step.name === undefined || kind === 'child') return address;
  try {
    return `${address}  ${textOf(resolveText(step.name, locals))}`;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return address; // Its name is known only when the steps before it have run.
  }
};

/** The network as the last runs of the variant proved it; without any run, as it is planned. */
const topology = async (context: CommandContext, state: StateData, { model, variant }: Opened): Promise<string> => {
  const [{ topologyOf }, { topologySvg }] = await Promise.all([
    import('../../pages/topology.ts'),
    import('../../report/topology-svg.ts'),
  ]);
  const found = topologyOf(model);
  if (!found)
    throw new CliError(exitCode.usage, `Variant ${variant.name} has no model of a network, so there is none to draw.`);
  const last = state.runs.filter((run) => run.variant === variant.name && run.superseded !== true).at(-1);
  if (!last) return topologySvg(found);
  const [{ pictured, runsUpTo, toldBy }, { RunRecord }] = await Promise.all([
    import('../../pages/page-data.ts'),
    import('../../report/run-record.ts'),
  ]);
  const own = new RunRecord(eventsOf(context.stateDir, last));
  const { states } = pictured(found, await toldBy(context, { runs: runsUpTo(state, last), own, topology: found }));
  return topologySvg(found, { states });
};
