// From what was told to workflows: bring-up to deploy, looks to verify, exercises to workflows of their own, and what takes away to the undo
// of the step that made it. What could not be turned keeps its place as a remark.
import { maskShapes } from '../../core/mask.ts';
import { type Draft, type Outcome, type Probe, slug } from '../turn/draft.ts';
import type { Told } from './told.ts';

export interface PlannedStep {
  readonly kind: 'step';
  readonly id: string;
  readonly draft: Draft;
  readonly told: Told;
  readonly needs: readonly string[];
}

export interface Remark {
  readonly kind: 'remark';
  readonly told: Told;
  readonly why: string;
}

export interface PlannedWorkflow {
  readonly name: string;
  readonly description: string;
  readonly items: readonly (PlannedStep | Remark)[];
  readonly undoes?: string;
}

/** What became of a command. */
export interface Verdict {
  readonly told: Told;
  /** `turned`: a step that proves itself; `written`: run as it stands, and only its having run can be told; `covered`: the undo of a step. */
  readonly status: 'turned' | 'written' | 'check' | 'covered' | 'absorbed' | 'left';
  /** The workflow and step, or why not. */
  readonly where: string;
  /** Part of what builds the lab. */
  readonly isBringUp: boolean;
}

export interface Assembled {
  readonly workflows: readonly PlannedWorkflow[];
  readonly verdicts: readonly Verdict[];
}

interface Sheet {
  readonly name: string;
  readonly description: string;
  readonly items: (PlannedStep | Remark)[];
  /** What takes back the exercise, in order. */
  readonly back: Told[];
}

export const assemble = (told: readonly Told[]): Assembled => {
  const assembly = new Assembly(told);
  for (const each of told) assembly.place(each);
  return assembly.finish();
};

class Assembly {
  readonly #all: readonly Told[];
  readonly #deploy: Sheet = {
    name: 'deploy',
    description: 'Builds the lab, and proves each step',
    items: [],
    back: [],
  };
  readonly #verify: Sheet = { name: 'verify', description: 'Proves what a healthy lab shows', items: [], back: [] };
  readonly #teardown: Sheet = {
    name: 'teardown',
    description: 'Takes away what deploy made, newest first, and proves that it is gone',
    items: [],
    back: [],
  };
  readonly #exercises = new Map<string, Sheet>();
  readonly #verdicts: Verdict[] = [];

  constructor(all: readonly Told[]) {
    this.#all = all;
  }

  place(told: Told): void {
    const { outcome, section } = told;
    switch (outcome.kind) {
      case 'absorbed': {
        this.#judge(told, 'absorbed', outcome.why);
        return;
      }
      case 'place': {
        this.#judge(told, 'absorbed', `opens a terminal: npx lab exec ${outcome.container}`);
        return;
      }
      case 'left': {
        this.#leave(told, outcome.why);
        return;
      }
      case 'proof': {
        this.#prove(told, outcome.probe);
        return;
      }
      case 'check':
        if (section.purpose === 'requirements') {
          this.#judge(told, 'absorbed', 'a look at this machine: npx lab doctor');
          return;
        }
        if (section.purpose === 'revert') {
          this.#judge(told, 'absorbed', 'the undo is proved by its own look');
          return;
        }
        {
          this.#add(
            section.purpose === 'exercise' ? this.#exercise(section.exercise) : this.#verify,
            told,
            outcome.draft,
          );
          return;
        }
      case 'removes': {
        this.#remove(told, outcome);
        return;
      }
      default: {
        this.#make(told, outcome.draft);
        return;
      }
    }
  }

  #make(told: Told, draft: Draft): void {
    switch (told.section.purpose) {
      case 'requirements':
        if (draft.action?.uses === 'docker.image') {
          this.#add(this.#deploy, told, draft);
          return;
        }
        this.#leave(told, 'prepares this machine, not the lab; npx lab doctor tells what is missing');
        return;
      case 'exercise':
      case 'verify': {
        this.#add(this.#exercise(told.section.exercise), told, always(draft));
        return;
      }
      case 'revert': {
        this.#takesBack(told);
        return;
      }
      case 'teardown': {
        this.#add(this.#teardown, told, always(draft));
        return;
      }
      default: {
        this.#add(this.#deploy, told, draft);
        return;
      }
    }
  }

  #exercise(heading: string): Sheet {
    const known = this.#exercises.get(heading);
    if (known) return known;
    const plain = slug((heading.replace(/^\W*\d+[.)]?\s*/, '').split(/\s[—–-]\s|:\s/)[0] ?? '').slice(0, 60)).replace(
      /^step-/,
      '',
    );
    const taken = new Set(['deploy', 'verify', 'teardown', ...[...this.#exercises.values()].map(({ name }) => name)]);
    let name = taken.has(plain) ? `${plain}-exercise` : plain;
    for (let at = 2; taken.has(name); at += 1) name = `${plain}-${at}`;
    const sheet: Sheet = { name, description: plainSentence(heading), items: [], back: [] };
    this.#exercises.set(heading, sheet);
    return sheet;
  }

  #takesBack(told: Told): void {
    const sheet = this.#exercises.get(told.section.exercise);
    if (sheet?.items.some((item) => item.kind === 'step' && item.draft.action !== undefined) !== true) {
      this.#leave(told, 'takes back something that no step here does');
      return;
    }
    sheet.back.push(told);
    this.#judge(told, 'covered', `undo of ${sheet.name}: npx lab run ${sheet.name}-revert`);
  }

  #remove(told: Told, outcome: Extract<Outcome, { kind: 'removes' }>): void {
    const { purpose, exercise } = told.section;
    const maker = outcome.things.map((thing) => this.#madeBy(thing)).find((each) => each !== undefined);
    const narrowed = outcome.why === undefined ? '' : `; ${outcome.why}`;
    const isOwn =
      purpose === 'exercise' &&
      this.#exercises.get(exercise)?.items.some((item) => item.kind === 'step' && item.told === maker) === true;
    if (purpose === 'exercise' && !isOwn && outcome.draft !== undefined) {
      this.#add(this.#exercise(exercise), told, outcome.draft);
      return;
    }
    if (purpose === 'revert' && outcome.draft !== undefined) {
      this.#takesBack(told);
      return;
    }
    if (maker !== undefined) {
      this.#judge(told, 'covered', `undo of the step of ${maker.file}:${maker.line}${narrowed}`);
      return;
    }
    if (outcome.draft === undefined) {
      this.#leave(told, outcome.why ?? 'takes away something that no step here makes');
      return;
    }
    if (purpose === 'deploy' || purpose === 'other') {
      this.#add(purpose === 'other' && isTakenLater(told) ? this.#teardown : this.#deploy, told, outcome.draft);
      return;
    }
    if (purpose === 'requirements') {
      this.#leave(told, 'prepares this machine, not the lab');
      return;
    }
    this.#add(purpose === 'verify' ? this.#exercise(exercise) : this.#teardown, told, outcome.draft);
    return;
  }

  #madeBy(thing: string): Told | undefined {
    return this.#all.find(
      ({ outcome }) =>
        outcome.kind === 'step' && outcome.draft.makes !== undefined && isSame(thing, outcome.draft.makes),
    );
  }

  #leave(told: Told, why: string): void {
    const { purpose, exercise } = told.section;
    if (purpose !== 'requirements') {
      const sheet =
        purpose === 'verify'
          ? this.#verify
          : purpose === 'teardown'
            ? this.#teardown
            : purpose === 'exercise' || purpose === 'revert'
              ? (this.#exercises.get(exercise) ?? this.#deploy)
              : this.#deploy;
      sheet.items.push({ kind: 'remark', told, why });
    }
    this.#judge(told, 'left', why);
  }

  /** What waits belongs to what it waits for. */
  #prove(told: Told, probe: Probe): void {
    const { purpose, exercise } = told.section;
    const sheet =
      purpose === 'exercise' ? this.#exercise(exercise) : purpose === 'verify' ? this.#verify : this.#deploy;
    const at = sheet.items.findLastIndex((item) => item.kind === 'step');
    const item = sheet.items[at];
    if (item?.kind !== 'step') {
      this.#add(this.#verify, told, { id: 'ready', name: told.title || 'Ready', health: [probe] });
      return;
    }
    const { satisfied, ...draft } = item.draft;
    const isOnce = satisfied === 'once' && draft.health === undefined;
    sheet.items[at] = {
      ...item,
      draft: {
        ...draft,
        ...(satisfied !== undefined && !isOnce && { satisfied }),
        health: [...(draft.health ?? []), { name: told.title || 'what the text waits for', ...probe }],
      },
    };
    this.#judge(told, 'turned', `${sheet.name}/${item.id}, its health`);
  }

  #add(sheet: Sheet, told: Told, draft: Draft): void {
    const same = sheet.items.find(
      (item) =>
        item.kind === 'step' &&
        item.told.cwd === told.cwd &&
        JSON.stringify([item.draft.action, item.draft.health]) === JSON.stringify([draft.action, draft.health]),
    );
    if (same?.kind === 'step') {
      this.#judge(told, 'absorbed', `the same as ${sheet.name}/${same.id}`);
      return;
    }
    this.#bringValues(sheet, draft, told);
    const id = freeId(draft.id, sheet);
    sheet.items.push({ kind: 'step', id, draft: patient(draft, told), told, needs: this.#needs(sheet, draft, told) });
    const isProved =
      draft.action === undefined ||
      draft.health !== undefined ||
      draft.action.uses !== undefined ||
      draft.outputs !== undefined;
    if (draft.action === undefined) this.#judge(told, 'check', `${sheet.name}/${id}`);
    else this.#judge(told, isProved ? 'turned' : 'written', `${sheet.name}/${id}`);
  }

  /** Values that a step of another workflow finds out are found out here too, and what those rest on. */
  #bringValues(sheet: Sheet, draft: Draft, { env }: Told): void {
    for (const id of valuesRead(draft, env)) {
      if (sheet.items.some((item) => item.kind === 'step' && item.id === id)) continue;
      const value = this.#all.find(({ outcome }) => outcome.kind === 'step' && outcome.draft.id === id);
      if (value?.outcome.kind !== 'step') continue;
      this.#bringValues(sheet, value.outcome.draft, value);
      sheet.items.push({
        ...{ kind: 'step', id, told: value },
        draft: value.outcome.draft,
        needs: valuesRead(value.outcome.draft, value.env),
      });
    }
  }

  /** Bring-up goes in the order of the text; looks rest on nothing but the values they read. */
  #needs(sheet: Sheet, draft: Draft, { env }: Told): readonly string[] {
    if (draft.standsAlone === true) return [];
    const values = valuesRead(draft, env);
    if (sheet === this.#verify) return values;
    const steps = sheet.items.filter((item) => item.kind === 'step');
    const last = steps.findLastIndex((item) => item.draft.standsAlone !== true && item.draft.outputs === undefined);
    return [...new Set([...steps.slice(Math.max(0, last)).map(({ id }) => id), ...values])];
  }

  #judge(told: Told, status: Verdict['status'], where: string): void {
    const { purpose } = told.section;
    const isBringUp =
      (purpose === 'deploy' || purpose === 'other') &&
      /^(turned|written|left)$/.test(status) &&
      (status !== 'left' || (purpose === 'deploy' && !isAside(told.outcome)));
    this.#verdicts.push({ told, status, where, isBringUp });
  }

  finish(): Assembled {
    const exercises = [...this.#exercises.values()].filter(({ items }) =>
      items.some((item) => item.kind === 'step' && item.draft.action !== undefined),
    );
    // An exercise that only looks is part of what verify proves.
    for (const sheet of this.#exercises.values())
      if (!exercises.includes(sheet))
        for (const item of sheet.items)
          this.#verify.items.push(
            item.kind === 'step' ? { ...item, id: freeId(item.id, this.#verify), needs: [] } : item,
          );
    const names = new Set(exercises.map(({ name }) => name));
    const verdicts = this.#verdicts.map((verdict) => {
      const [workflow, step] = verdict.where.split('/');
      const isMoved =
        step !== undefined &&
        workflow !== undefined &&
        !['deploy', 'verify', 'teardown'].includes(workflow) &&
        !names.has(workflow);
      return isMoved && verdict.status === 'check' ? { ...verdict, where: `verify/${step}` } : verdict;
    });
    return {
      verdicts,
      workflows: [
        this.#deploy,
        this.#verify,
        { ...this.#teardown, undoes: 'deploy' },
        ...exercises.flatMap(withRevert),
      ],
    };
  }
}

/** Ids of the steps whose outputs it reads. */
const valuesRead = (draft: Draft, env: Told['env']): readonly string[] => [
  ...new Set([...JSON.stringify([draft, env]).matchAll(/steps\[\\"([\w-]+)\\"\]/g)].map(([, id]) => id ?? '')),
];

const isAside = (outcome: Outcome): boolean => outcome.kind === 'left' && outcome.isAside === true;

const plainSentence = (heading: string): string =>
  maskShapes(heading.replaceAll(/[`*]/g, '').trim()) || 'What the text tries with the lab';

/** Asked for again it is done again; having run once says nothing of now. */
const always = (draft: Draft): Draft => (draft.satisfied === 'once' ? { ...draft, satisfied: 'never' } : draft);

const freeId = (wanted: string, { items }: Sheet): string => {
  const taken = new Set(items.flatMap((item) => (item.kind === 'step' ? [item.id] : [])));
  if (!taken.has(wanted)) return wanted;
  for (let at = 2; ; at += 1) if (!taken.has(`${wanted}-${at}`)) return `${wanted}-${at}`;
};

const isTakenLater = ({ outcome }: Told): boolean => outcome.kind === 'removes' && outcome.draft?.satisfied === 'never';

/** One kind, and the same name, where both name one. */
const isSame = (thing: string, made: string): boolean => {
  const [kind, ...name] = thing.split('/');
  const [madeKind, ...madeName] = made.split('/');
  const [one, other] = [name.join('/'), madeName.join('/')];
  if (kind === 'file' && /^(\.\/)?clab-/.test(one) && madeKind === 'containerlab') return true;
  return kind === madeKind && (one === other || one === '*' || one === '' || other === '' || kind === 'compose');
};

/** A pause in the text after a step is patience of its checks. */
const patient = (draft: Draft, { patience }: Told): Draft => {
  if (patience === undefined || draft.health === undefined) return draft;
  const last = draft.health.length - 1;
  return {
    ...draft,
    health: draft.health.map((probe, at) =>
      at === last && seconds(probe['within']) < patience + 30
        ? { ...probe, within: `${Math.ceil(patience + 30)}s` }
        : probe,
    ),
  };
};

const seconds = (duration: unknown): number => {
  if (typeof duration !== 'string') return 30;
  return [...duration.matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * ({ ms: 0.001, s: 1, m: 60, h: 3600 }[unit ?? 's'] ?? 1),
    0,
  );
};

/** An exercise with its way back: the undo of its last step that does something, and a workflow that asks for it. */
const withRevert = ({ name, description, items, back }: Sheet): readonly PlannedWorkflow[] => {
  const at = items.findLastIndex((item) => item.kind === 'step' && item.draft.action !== undefined);
  const last = items[at];
  const hasUndo = items.some(
    (item) => item.kind === 'step' && (item.draft.undo !== undefined || item.draft.action?.uses !== undefined),
  );
  const changed = [...items];
  if (last?.kind === 'step' && back.length > 0) changed[at] = { ...last, draft: { ...last.draft, undo: undoOf(back) } };
  if (back.length === 0 && !hasUndo) return [{ name, description, items }];
  return [
    { name, description, items: changed },
    { name: `${name}-revert`, description: `Takes back what ${name} did`, undoes: name, items: [] },
  ];
};

const undoOf = (back: readonly Told[]): NonNullable<Draft['undo']> => {
  const drafts = back.flatMap(({ outcome }) =>
    outcome.kind === 'step' ? [outcome.draft] : outcome.kind === 'removes' && outcome.draft ? [outcome.draft] : [],
  );
  const health = drafts.at(-1)?.health;
  const absent = health === undefined ? {} : { absent: health };
  const [only] = drafts;
  if (drafts.length === 1 && only?.action?.run !== undefined)
    return { run: only.action.run, ...(only.action.stdin !== undefined && { stdin: only.action.stdin }), ...absent };
  return {
    shell: drafts.map(({ action }) => action?.shell ?? (action?.run ?? []).map(shellWord).join(' ')).join('\n'),
    ...absent,
  };
};

/** A word as bash reads it; an expression is quoted by whoever puts its value in. */
const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) || word.startsWith('${{') ? word : `'${word.replaceAll("'", `'\\''`)}'`;
