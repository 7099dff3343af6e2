// What a run would do now, step by step and why. Looks at everything side by side; changes and records nothing.
import { isMeantBy, parseAddress } from '../../core/address.ts';
import type { Scope as RunScope, Scope } from '../../core/event.ts';
import { closure, topological } from '../../core/graph.ts';
import type { Engine } from '../engine.ts';
import { stepsScope } from '../step/steps-scope.ts';
import { isOpenParent, listSources, type Unit } from '../step/unit.ts';
import { type Judgement, judge, type Known } from './judge.ts';
import { expandLate } from './late-list.ts';

export interface PlanItem {
  readonly unit: Unit;
  /** `after`: what it will do is known once steps before it have run. */
  readonly verdict: Judgement['verdict'] | 'after' | 'left-out';
  readonly reason: string;
  readonly judgement?: Judgement;
  /** Of a step whose children are not known yet, what is known of the one that ended last. */
  readonly known?: Known;
}

interface PlanRequest {
  readonly units: readonly Unit[];
  readonly known: ReadonlyMap<string, Known>;
  readonly scope: RunScope;
  /** Whether only what stands of it is asked, not what a run would do. */
  readonly standing?: boolean;
}

interface Plan {
  readonly items: readonly PlanItem[];
  /** All there are, with the children of those lists that rest on what stands. */
  readonly units: readonly Unit[];
}

export const planWorkflow = async (engine: Engine, request: PlanRequest): Promise<Plan> => {
  const planning = new Planning(engine, request);
  const units = await planning.judgeAll();
  return { items: itemsOf(units, planning), units };
};

/** Judges what is known to be there; lists whose steps are kept tell of more, round by round. */
class Planning {
  readonly judged = new Map<string, Judgement>();
  readonly known: ReadonlyMap<string, Known>;
  readonly isChosen: Chosen;
  private readonly engine: Engine;
  private readonly scope: RunScope;
  private readonly standing: boolean;
  private readonly steps: Record<string, unknown> = {};
  private readonly first: readonly Unit[];
  private readonly freshSince: number;

  constructor(engine: Engine, { units, known, scope, standing = false }: PlanRequest) {
    this.engine = engine;
    this.known = known;
    this.scope = scope;
    this.standing = standing;
    this.first = units;
    this.isChosen = chosenBy(scope, this.first);
    for (const [address, step] of known) stepsScope.remember(this.steps, address, stepsScope.ofKnown(step));
    this.freshSince = engine.host.clock.monotonic();
  }

  async judgeAll(): Promise<readonly Unit[]> {
    let units = this.first;
    await this.judgeThese(units);
    for (let open = this.knownNow(units); open.length > 0; open = this.knownNow(units)) {
      const lists = new Map(open.map((unit) => [unit.address, this.list(unit)]));
      units = units.flatMap((unit) => lists.get(unit.address) ?? [unit]);
      await this.judgeThese([...lists.values()].flat());
    }
    return units;
  }

  private async judgeThese(units: readonly Unit[]): Promise<void> {
    await Promise.all(units.filter((unit) => unit.kind !== 'parent' && this.isChosen(unit)).map(this.judgeOne));
    this.takeOutputs(units);
  }

  private readonly judgeOne = async (unit: Unit): Promise<void> => {
    const { address, locals } = unit;
    const again = this.scope.redo?.some((each) => isMeantBy(address, each)) === true;
    const judgement = await judge(this.engine, {
      ...{ unit, known: this.known.get(address), scope: { ...this.engine.scope, steps: this.steps, ...locals } },
      freshSince: this.freshSince,
      standing: this.standing,
      redo: again ? 'it was asked to run again' : undefined,
      assume: this.scope.assume?.find((each) => isMeantBy(address, each.step))?.reason,
    });
    this.judged.set(address, judgement);
  };

  /** What a check has just told counts, as it does in a run. */
  private takeOutputs(units: readonly Unit[]): void {
    for (const { address } of units) {
      const { verdict, outputs } = this.judged.get(address) ?? {};
      if (verdict === 'keep' && outputs) stepsScope.remember(this.steps, address, { outputs, outcome: 'satisfied' });
      if (verdict === 'skip') stepsScope.remember(this.steps, address, { outputs: {}, outcome: 'skipped' });
    }
  }

  /** The parents whose lists rest on nothing that may still act. */
  private knownNow(units: readonly Unit[]): readonly Unit[] {
    return units.filter((unit) => {
      if (!isOpenParent(unit) || this.judged.has(unit.address) || !this.isChosen(unit)) return false;
      const sources = listSources(unit.step);
      return units.every((each) => this.stands(each) || !sources.some((source) => isNamed(each, source)));
    });
  }

  private stands(unit: Unit): boolean {
    if (!this.isChosen(unit)) return true;
    const { verdict, outputs } = this.judged.get(unit.address) ?? {};
    return (
      (verdict === 'keep' && outputs !== undefined) ||
      verdict === 'skip' ||
      (unit.kind === 'parent' && unit.children !== undefined)
    );
  }

  /** The units in place of an open parent; itself where there is no list, with a judgement that says why. */
  private list(unit: Unit): readonly Unit[] {
    const list = expandLate(this.engine, unit.step, { ...this.engine.scope, steps: this.steps });
    if ('units' in list) return list.units;
    const { reason } = list;
    const none = { reason, evidence: [], changes: [] };
    this.judged.set(
      unit.address,
      list.outcome === 'skipped' ? { ...none, verdict: 'skip' } : { ...none, verdict: 'fail', failure: list.failure },
    );
    return [unit];
  }
}

/** Whether a step is the one that an expression names, where a dash may be an underscore; any is where none is spelt out. */
const isNamed = ({ step: { id } }: Unit, source: string | undefined): boolean =>
  source === undefined || source === id || source === id.replaceAll('-', '_');

const itemsOf = (units: readonly Unit[], findings: Planning): readonly PlanItem[] => {
  const items = new Map<string, PlanItem>();
  /** By address, what of all below it is going to do something first. */
  const open = new Map<string, ReadonlySet<string>>();
  for (const unit of topological(units)) {
    const below = openBelow(unit, open);
    if (unit.kind === 'parent' && unit.children) {
      open.set(unit.address, below);
      continue;
    }
    const item = itemOf(unit, below, findings);
    items.set(unit.address, item);
    const acts = item.verdict === 'run' || item.verdict === 'after' || item.verdict === 'wait';
    open.set(unit.address, acts ? new Set([unit.address]) : below);
  }
  return units.map((unit) => items.get(unit.address)).filter((item) => item !== undefined);
};

/** Of a chain only its last link is named, so that the sets stay small. */
const openBelow = ({ needs }: Unit, open: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> => {
  const [first, ...others] = needs.map((need) => open.get(need)).filter((each) => each !== undefined && each.size > 0);
  if (!first || others.length === 0) return first ?? nobody;
  return new Set([first, ...others].flatMap((each) => [...(each ?? nobody)]));
};

const nobody: ReadonlySet<string> = new Set();

const itemOf = (unit: Unit, below: ReadonlySet<string>, { judged, known, isChosen }: Planning): PlanItem => {
  const judgement = judged.get(unit.address);
  const before = known.get(unit.address) ?? (isOpenParent(unit) ? newestChild(unit, known) : undefined);
  const details = { unit, ...(judgement && { judgement }), ...(before && { known: before }) };
  if (!isChosen(unit)) return { ...details, verdict: 'left-out', reason: 'not chosen' };
  if (judgement && (judgement.verdict !== 'fail' || below.size === 0))
    return { ...details, verdict: judgement.verdict, reason: judgement.reason };
  const waited = below.size > 0 ? [...below] : unit.needs;
  const more = waited.length > 4 ? ` and ${waited.length - 3} more` : '';
  const named = more === '' ? waited : waited.slice(0, 3);
  return { ...details, verdict: 'after', reason: `known after ${named.join(', ')}${more}` };
};

const newestChild = ({ address }: Unit, known: ReadonlyMap<string, Known>): Known | undefined =>
  [...known]
    .filter(([each]) => parseAddress(each).step === address)
    .map(([, child]) => child)
    .reduce<Known | undefined>((newest, child) => (newest && newest.at > child.at ? newest : child), undefined);

/** Whether a selection leaves a unit in; children that were not known when the selection was made are asked about as well. */
export type Chosen = (unit: Pick<Unit, 'address' | 'step'>) => boolean;

export const chosenBy = ({ only, from, until }: Scope, units: readonly Unit[]): Chosen => {
  const known = new Set(units.map((unit) => unit.address));
  const selections = [
    ...(only ? [select(units, only)] : []),
    ...(from === undefined ? [] : [select(units, [from], 'forward')]),
    ...(until === undefined ? [] : [select(units, [until], 'backward')]),
  ];
  return ({ address, step }) =>
    selections.every(({ selectors, set }) => {
      if (known.has(address)) return set.has(address);
      // A child of a list that was not known yet: its parent was chosen, maybe for the sake of one child.
      const own = selectors.filter((each) => parseAddress(each).step === step.id);
      return own.length > 0 ? own.some((each) => isMeantBy(address, each)) : set.has(step.id);
    });
};

const select = (
  units: readonly Unit[],
  selectors: readonly string[],
  direction?: 'forward' | 'backward',
): { readonly selectors: readonly string[]; readonly set: ReadonlySet<string> } => {
  const meant = units.filter((unit) => selectors.some((each) => means(each, unit))).map((unit) => unit.address);
  return { selectors, set: direction ? closure(units, meant, direction) : new Set(meant) };
};

const means = (selector: string, unit: Unit): boolean =>
  isMeantBy(unit.address, selector) ||
  (unit.kind === 'parent' && !unit.children && parseAddress(selector).step === unit.address);
