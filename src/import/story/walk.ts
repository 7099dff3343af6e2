// Through the texts as a reader goes: README first, the scripts and targets it calls in their place, then what nothing calls. Each command
// is told with what it becomes, where the reader is by then, and what was sourced and set before.
import { type Assignment, type PipelineNode, parse } from 'unbash';
import { type Call, callOf } from '../read/call.ts';
import { type Makefile, readMakefile } from '../read/makefile.ts';
import { readMarkdown } from '../read/markdown.ts';
import { type Purpose, purposeOfName, type Section, sectionOf } from '../read/sections.ts';
import { type Excerpt, kindOf, type Source } from '../read/source.ts';
import { type Piece, readStatements } from '../read/statements.ts';
import { type Entry, opensDevice, readTranscript } from '../read/transcript.ts';
import { absorbed, aside, commandProbe, left, type Outcome, slug, step } from '../turn/draft.ts';
import { has, operands, option } from '../turn/flags.ts';
import { namingContext } from '../turn/kube.ts';
import { sleeps } from '../turn/looks.ts';
import { scriptOf } from '../turn/rule.ts';
import { secretValue, shownLine, withoutSecrets } from '../turn/secrets.ts';
import { turn } from '../turn/turn.ts';
import { joinPath, type World } from '../turn/world.ts';
import { turnDevice } from './device.ts';
import { bodyOf, boundInputs, readable, shown, Terminal, withInputs } from './terminal.ts';
import type { Told } from './told.ts';

/** Where a piece of shell stands. */
interface Place {
  readonly file: string;
  /** Of its first line. */
  readonly line: number;
  readonly section: Section;
  readonly terminal: Terminal;
  readonly bound: ReadonlyMap<string, string>;
  /** Scripts, targets and functions on the way here, against circles. */
  readonly way: readonly string[];
  /** Of what calls it: its lines are told as the caller's. */
  readonly isInside?: boolean;
}

export interface Walked {
  readonly told: readonly Told[];
  /** Lines that were printed by programs, by file. */
  readonly printed: ReadonlyMap<string, number>;
}

export const walk = (sources: readonly Source[], world: World): Walked => {
  const walker = new Walker(sources, world);
  walker.go();
  return { told: walker.told, printed: walker.printed };
};

class Walker {
  readonly told: Told[] = [];
  readonly printed = new Map<string, number>();
  readonly #sources: readonly Source[];
  readonly #world: World;
  readonly #makefiles: ReadonlyMap<string, Makefile>;
  readonly #called = new Set<string>();
  /** The container that was configured last, by exercise. */
  readonly #configured = new Map<string, string>();
  /** What the last `echo` or comment said. */
  #said = '';

  constructor(sources: readonly Source[], world: World) {
    this.#sources = sources;
    this.#world = world;
    this.#makefiles = new Map(
      sources.filter((source) => kindOf(source) === 'makefile').map((source) => [source.path, readMakefile(source)]),
    );
  }

  go(): void {
    for (const source of this.#sources.filter((each) => kindOf(each) === 'markdown')) this.#readme(source);
    // What others call is read where they call it.
    const isCalled = ({ path }: Source) =>
      this.#sources.some((each) => each.path !== path && mentions(each.text, path.replace(/^.*\//, '')));
    for (const source of [...this.#sources].sort((a, b) => Number(isCalled(a)) - Number(isCalled(b)))) {
      if (this.#called.has(source.path)) continue;
      if (kindOf(source) === 'makefile') this.#makefile(source);
      if (kindOf(source) === 'script')
        this.#script(
          source,
          this.#fresh(source),
          { purpose: purposeOfName(source.path.replace(/^.*\//, '')), exercise: source.path },
          [],
        );
    }
  }

  #fresh(source: Source): Terminal {
    this.#world.cwd = source.path.includes('/') ? source.path.replace(/\/[^/]*$/, '') : '';
    this.#said = '';
    return new Terminal(this.#world);
  }

  #readme(source: Source): void {
    const terminal = this.#fresh(source);
    const excerpts = readMarkdown(source);
    for (const excerpt of excerpts) {
      const section = sectionOf(excerpt, excerpts);
      if (!excerpt.isCode && isMention(excerpt, excerpts)) continue;
      this.#entries(readTranscript(excerpt), { excerpt, section, terminal });
    }
  }

  #entries(
    entries: readonly Entry[],
    { excerpt, section, terminal }: { excerpt: Excerpt; section: Section; terminal: Terminal },
  ): void {
    const place = { file: excerpt.file, section, terminal, bound: new Map<string, string>(), way: [] };
    let opened: string | undefined;
    this.#said = '';
    for (let at = 0; at < entries.length; at += 1) {
      const entry = entries[at] as Entry;
      const here = { ...place, line: entry.line };
      if (entry.kind === 'output')
        this.printed.set(excerpt.file, (this.printed.get(excerpt.file) ?? 0) + entry.end - entry.line + 1);
      else if (entry.kind === 'comment') {
        this.#said = entry.text;
        if (entry.doubt !== undefined) this.#tell(here, { text: entry.text, end: entry.end }, aside(entry.doubt));
      } else if (entry.kind === 'device') {
        const lines = [entry];
        // Without prompts what follows belongs to it.
        for (
          let next = entries[at + 1];
          entry.host === undefined && next?.kind === 'device' && next.host === undefined;
          next = entries[at + 1]
        ) {
          lines.push(next);
          at += 1;
        }
        this.#tell(
          here,
          { text: lines.map(({ text }) => text).join('\n'), end: lines.at(-1)?.end ?? entry.end },
          this.#device(lines, excerpt, section, opened),
        );
      } else {
        opened = hostThatOpens(entry.text);
        if (opened !== undefined && entries[at + 1]?.kind === 'device')
          this.#tell(here, entry, absorbed('opens the prompt that follows'));
        else if (entry.host === '?')
          this.#tell(here, entry, aside('is typed in a container, and the text does not say in which'));
        else this.#shell(entry.text, { ...here, ...this.#insideHost(entry.host, terminal) });
      }
    }
  }

  #device(lines: readonly Entry[], excerpt: Excerpt, section: Section, opened: string | undefined): Outcome {
    const before = section.purpose === 'revert' ? this.#configured.get(section.exercise) : undefined;
    const outcome = turnDevice(lines, excerpt, this.#world, { opened, before });
    const run = outcome.kind === 'step' ? outcome.draft.action?.run : undefined;
    if (run?.[2] !== undefined) this.#configured.set(section.exercise, run[2]);
    return outcome;
  }

  /** A prompt that names a container of the lab says that this is typed there. */
  #insideHost(host: string | undefined, terminal: Terminal): Partial<Place> {
    const node = this.#world.topologies
      .flatMap(({ nodes }) => nodes)
      .find(({ name, container }) => name === host || container === host);
    const container = node?.container ?? (host !== undefined && this.#world.containers.has(host) ? host : undefined);
    if (container === undefined) return {};
    const inside = new Terminal(terminal.world);
    inside.around = ['docker', 'exec', container];
    return { terminal: inside };
  }

  #script(
    source: Source,
    terminal: Terminal,
    section: Section,
    way: readonly string[],
    bound: ReadonlyMap<string, string> = new Map(),
  ): void {
    this.#called.add(source.path);
    this.#shell(source.text.replace(/^#!.*/, ''), {
      file: source.name,
      line: 1,
      section,
      terminal,
      bound,
      way: [...way, source.path],
    });
  }

  #makefile(source: Source): void {
    const makefile = this.#makefiles.get(source.path);
    if (makefile === undefined) return;
    for (const { line, text, why } of makefile.unread)
      this.#tell(
        {
          file: source.name,
          line,
          section: { purpose: 'other', exercise: '' },
          terminal: new Terminal(this.#world),
          bound: new Map(),
          way: [],
        },
        { text, end: line },
        aside(why),
      );
    const first = makefile.targets.find(({ name }) => name === makefile.first);
    const order = [...(first ? [first] : []), ...makefile.targets.filter((each) => each !== first)];
    for (const target of order) {
      if (this.#called.has(`${source.path}:${target.name}`)) continue;
      const named = purposeOfName(target.name);
      const purpose = target === first && named === 'other' ? 'deploy' : named;
      this.#target(
        source,
        target.name,
        this.#fresh(source),
        { purpose: purpose === 'other' ? 'exercise' : purpose, exercise: target.comment || target.name },
        [],
      );
    }
  }

  #target(source: Source, name: string, terminal: Terminal, section: Section, way: readonly string[]): void {
    const key = `${source.path}:${name}`;
    const target = this.#makefiles.get(source.path)?.targets.find((each) => each.name === name);
    if (target === undefined || this.#called.has(key) || way.includes(key)) return;
    this.#called.add(key);
    this.#called.add(source.path);
    for (const need of target.needs) this.#target(source, need, terminal, section, [...way, key]);
    const cwd = this.#world.cwd;
    this.#said = target.comment;
    for (const line of target.recipe) {
      // Each line has a shell of its own.
      this.#world.cwd = cwd;
      if (/^\s*#/.test(line.text) || line.text.trim() === '') continue;
      if (/\$\((?:shell|foreach|if|wildcard|patsubst|call|eval|info|error)\b/.test(line.text))
        this.#tell(
          { file: source.name, line: line.number, section, terminal, bound: new Map(), way },
          { text: line.text, end: line.number },
          left("uses make's own functions"),
        );
      else
        this.#shell(line.text, {
          file: source.name,
          line: line.number,
          section,
          terminal,
          bound: new Map(),
          way: [...way, key],
        });
    }
    this.#world.cwd = cwd;
  }

  #shell(text: string, place: Place): void {
    for (const piece of readStatements(withInputs(text))) this.#piece(piece, place);
  }

  #piece(read: Piece, place: Place): void {
    const bound = new Map([...place.bound, ...read.bound]);
    const piece = { ...read, bound };
    if (piece.title !== '') this.#said = piece.title;
    const span = { text: piece.text, end: place.isInside === true ? place.line : place.line + piece.end };
    const here: Place = { ...place, bound, line: place.isInside === true ? place.line : place.line + piece.line };
    switch (piece.kind) {
      case 'function':
        place.terminal.functions.set(piece.why ?? '', piece.text);
        return;
      case 'broken': {
        this.#tell(here, span, left(piece.why ?? "the shell can't read it"));
        return;
      }
      case 'guard': {
        this.#tell(here, span, guarded(piece.why ?? ''));
        return;
      }
      case 'wait': {
        this.#tell(here, span, this.#waits(piece.why ?? '', here));
        return;
      }
      case 'whole': {
        this.#tell(here, span, this.#whole(piece, here));
        return;
      }
      default: {
        this.#command(piece, here, span);
        return;
      }
    }
  }

  #waits(condition: string, { bound }: Place): Outcome {
    const unset = this.#unknown(condition, bound);
    if (unset !== undefined) return left(`waits for something that ${unset} decides`);
    return {
      kind: 'proof',
      probe: commandProbe(['bash', '-o', 'pipefail', '-c', namingContext(readable(scriptOf(condition)), this.#world)], {
        within: '10m',
        timeout: '1m',
      }),
    };
  }

  /** An argument that nobody gave: what it holds is not known. */
  #unknown(text: string, bound: ReadonlyMap<string, string>): string | undefined {
    const positional = /\$\{?([1-9@*#])/.exec(text.replaceAll(/'[^']*'/g, ''))?.[1];
    return positional !== undefined && !bound.has(positional) ? `argument $${positional} of the script` : undefined;
  }

  #whole(piece: Piece, place: Place): Outcome {
    const { bound } = place;
    const asks = /\bread\s+(-\w+\s+)*-?p?/.test(piece.text) && /\bread\b[^|\n]*-p/.test(piece.text);
    if (asks) return left('asks a question; a workflow has inputs for that');
    const unset = this.#unknown(piece.text, bound);
    if (unset !== undefined) return left(`rests on ${unset}`);
    const inputs = boundInputs(piece.text, place.terminal, bound);
    return step({
      id: slug(this.#said || 'script'),
      name: this.#said || 'Part of the script',
      action: { shell: readable(scriptOf(piece.text)), env: Object.fromEntries(inputs) },
      satisfied: 'once',
    });
  }

  #command(piece: Piece, place: Place, span: { readonly text: string; readonly end: number }): void {
    const { terminal, bound } = place;
    const node = piece.node as PipelineNode;
    if (node.type === 'Command' && node.name === undefined) {
      this.#assignments(piece, place, span);
      return;
    }
    const inputs = boundInputs(piece.text, terminal, bound);
    const scope = terminal.scope(new Map([...bound, ...inputs]));
    const raw = callOf(
      node,
      { text: piece.text, isBackground: piece.isBackground, source: sourceOf(piece, node) },
      scope,
    );
    if (raw === undefined) {
      this.#tell(place, span, this.#whole(piece, place));
      return;
    }
    const call = withoutSecrets(around({ ...raw, text: readable(raw.text) }, terminal.around), this.#world);
    if (this.#moves(call, piece, place, span)) return;
    if (this.#expands(call, place)) return;
    const seconds = sleeps(call);
    if (seconds !== undefined) {
      this.#sleeps(seconds, place, span);
      return;
    }
    const unset = call.argv === undefined ? this.#unknown(piece.text, bound) : undefined;
    if (unset !== undefined) {
      this.#tell(place, span, left(`rests on ${unset}`));
      return;
    }
    this.#world.notes = [];
    const implied = this.#world.isContextImplied ? this.#world.context : undefined;
    const outcome = turn(call, this.#world);
    if (implied !== undefined && !this.#world.isContextImplied && implied === this.#world.context)
      this.#wasElsewhere(implied);
    const named = purposeOfCalled(call);
    if (outcome.kind === 'absorbed' && /^(echo|printf)$/.test(call.program))
      this.#said = call.args
        .filter((arg) => !arg.startsWith('-'))
        .join(' ')
        .replaceAll(/[^\p{L}\p{N}\s.,:/'()-]/gu, '')
        .trim();
    const isNamed = named !== undefined && /^(deploy|other)$/.test(place.section.purpose);
    const section = isNamed ? { ...place.section, purpose: named } : place.section;
    const known = mayFail(asFarAsKnown(outcome, call), piece);
    this.#tell({ ...place, section, bound: new Map([...bound, ...inputs]) }, span, known, this.#world.notes);
  }

  /** The text switches to a cluster only now: what stands before was about another. */
  #wasElsewhere(context: string): void {
    const other = this.#world.clusters.find((each) => each.context !== context)?.context;
    const from =
      this.told.findLastIndex(
        ({ outcome }) => outcome.kind === 'step' && outcome.draft.makes?.startsWith('cluster/') === true,
      ) + 1;
    if (other === undefined) return;
    for (let at = from; at < this.told.length; at += 1) {
      const told = this.told[at] as Told;
      const text = JSON.stringify(told.outcome);
      if (!text.includes(JSON.stringify(context))) continue;
      const outcome = JSON.parse(text.replaceAll(JSON.stringify(context), JSON.stringify(other))) as Outcome;
      this.told[at] = {
        ...told,
        outcome,
        notes: [`the text switches to ${context} only later, so this was taken for ${other}`],
      };
    }
  }

  /** What changes the terminal and nothing else. */
  #moves(call: Call, piece: Piece, place: Place, span: { readonly text: string; readonly end: number }): boolean {
    const { terminal, bound } = place;
    const { program, args } = call;
    if (terminal.around.some((each) => each === 'docker')) return false;
    if (program === 'cd' || program === 'pushd') {
      const to = args.filter((arg) => arg !== '--')[0];
      if (to?.includes('$') === true && !to.startsWith('${{'))
        this.#tell(place, span, left(`rests on a folder that only the shell can tell: ${to}`));
      else {
        terminal.go(to?.startsWith('${{ inputs.') === true ? this.#anyFolder(to) : to);
        this.#tell(place, span, absorbed('steps name their folder'));
      }
      return true;
    }
    if (program === 'export' || program === 'declare' || program === 'local' || program === 'readonly') {
      const node = piece.node;
      for (const each of node?.type === 'Command' ? node.args : []) {
        if (each.type === 'Assignment') this.#assign(each, { ...place, bound }, { isExported: program === 'export' });
        else if (program === 'export' && terminal.variables.has(each.value))
          terminal.exported.set(each.value, terminal.variables.get(each.value) ?? '');
      }
      this.#tell(place, span, absorbed('steps have their environment'));
      return true;
    }
    if (program === 'source' || program === '.') {
      this.#sources_(args[0] ?? '', terminal);
      this.#tell(place, span, absorbed('steps source it themselves'));
      return true;
    }
    if (program === 'read') {
      const name = operands(args, ['-p', '-t', '-n', '-d', '-u'])[0] ?? 'REPLY';
      const question = option(args, '-p') ?? option(args, '-rp') ?? name;
      if (/\[?y\/n\]?|\(y\)|yes\/no|press|enter to/i.test(question)) terminal.variables.set(name, 'y');
      else {
        const input = slug(name).replaceAll('-', '_');
        if (has(args, '-s', '-rs', '-sp', '-rsp'))
          this.#world.inputs.set(input, {
            type: 'secret',
            required: true,
            description: question.replace(/[:\s]+$/, ''),
          });
        else
          this.#world.inputs.set(input, {
            type: 'string',
            required: true,
            description: question.replace(/[:\s]+$/, ''),
          });
        terminal.variables.set(name, `\${{ inputs.${input} }}`);
      }
      this.#tell(
        place,
        span,
        absorbed(
          /y\/n/i.test(question)
            ? 'asks whether to go on; to run the workflow is the answer'
            : 'asks; the variant has an input for that',
        ),
      );
      return true;
    }
    return false;
  }

  /** `cd <folder of the lab>`: that is where the workflow starts anyway. */
  #anyFolder(to: string): undefined {
    const name = /inputs\.(\w+)/.exec(to)?.[1] ?? '';
    this.#world.inputs.delete(name);
    return undefined;
  }

  #sources_(path: string, terminal: Terminal): void {
    const text = this.#world.texts.get(this.#world.pathInLab(path));
    if (text !== undefined && !/\/activate$/.test(path)) {
      for (const [, name = '', value = ''] of text.matchAll(
        /^\s*(?:export\s+)?([A-Za-z_]\w*)=["']?([^"'\n$`]*)["']?\s*$/gm,
      ))
        terminal.exported.set(name, secretValue(name, value, this.#world));
    } else if (path !== '' && !/^(~|\$|\/etc\/profile)|bashrc|<\(/.test(path))
      terminal.sourced.push(`. ${path.includes('/') ? path : `./${path}`}`);
  }

  #assignments(piece: Piece, place: Place, span: { readonly text: string; readonly end: number }): void {
    const node = piece.node;
    for (const each of node?.type === 'Command' ? node.prefix : [])
      if (each.type === 'Assignment') this.#assign(each, place, { isExported: false });
    this.#tell(place, span, absorbed('steps have their environment'));
  }

  /** What only a command can tell is a step of its own, whose output the others read. */
  #assign(each: Parameters<Terminal['assign']>[0], place: Place, { isExported }: { isExported: boolean }): void {
    const { terminal, bound } = place;
    const name = terminal.assign(each, { isExported, bound });
    if (name === undefined) return;
    const value = each.value.type === 'Word' ? each.value.text : '';
    const script = scriptIn(each.value) ?? `printf '%s\\n' ${value}`;
    if (name === 'PATH' || each.value.type !== 'Word') {
      terminal.unknown.add(name);
      this.#tell(
        place,
        { text: each.text, end: place.line },
        left(
          name === 'PATH'
            ? 'changes the search path of the terminal; add it to yours'
            : `${name} is a list of the shell's; what reads it runs as a script, and has to have it`,
        ),
      );
      return;
    }
    const count = this.told.filter(
      ({ outcome }) => outcome.kind === 'step' && outcome.draft.outputs !== undefined,
    ).length;
    const id = slug(`value ${name}${count === 0 ? '' : ` ${count + 1}`}`);
    const input = boundInputs(script, terminal, bound);
    this.#tell(
      { ...place, bound: new Map([...bound, ...input]) },
      { text: each.text, end: place.line },
      step({
        id,
        name: `Value of ${name}`,
        action: { shell: readable(scriptOf(script)) },
        satisfied: 'never',
        outputs: { value: 'stdout.trim()' },
        leavesNothing: true,
      }),
    );
    const reference = `\${{ steps["${id}"].outputs.value }}`;
    if (isExported) terminal.exported.set(name, reference);
    else terminal.variables.set(name, reference);
  }

  /** Scripts, targets and functions that are at hand are read in the place where they are called. */
  #expands(call: Call, place: Place): boolean {
    const { program, args } = call;
    const { terminal, section, way } = place;
    if (call.piped.length > 0 || call.isBackground) return false;
    const body = terminal.functions.get(program);
    if (
      body !== undefined &&
      !way.includes(program) &&
      way.length < 12 &&
      !/\b(shift|getopts|case)\b|\$[@*#]/.test(body)
    ) {
      const bound = new Map([...place.bound, ...args.map((arg, at): [string, string] => [String(at + 1), arg])]);
      this.#shell(bodyOf({ text: body } as Piece), { ...place, bound, way: [...way, program], isInside: true });
      return true;
    }
    if (program === 'make') return this.#makes(args, place);
    const script = /^(bash|sh|source)$/.test(program) ? operands(args)[0] : program;
    const source =
      script === undefined
        ? undefined
        : this.#sources.find((each) => kindOf(each) === 'script' && each.path === this.#world.pathInLab(script));
    const hasArguments = /\$\{?[1-9@*#]/.test(source?.text.replaceAll(/^\s*\w+\s*\(\)\s*\{[\s\S]*?^\}/gm, '') ?? '');
    if (
      source === undefined ||
      way.includes(source.path) ||
      call.wrap.some((each) => /^(docker|kubectl|ssh)$/.test(each)) ||
      hasArguments
    )
      return false;
    const inside = new Terminal(this.#world);
    for (const [name, value] of terminal.exported) inside.exported.set(name, value);
    inside.around = call.wrap;
    const cwd = this.#world.cwd;
    this.#script(source, inside, section, way);
    this.#world.cwd = cwd;
    return true;
  }

  #makes(args: readonly string[], place: Place): boolean {
    const { terminal, section, way } = place;
    const folder = option(args, '-C', '--directory');
    const file = option(args, '-f', '--file') ?? 'Makefile';
    const path = joinPath(this.#world.pathInLab(folder ?? ''), file);
    const source = this.#sources.find(
      (each) => each.path === path || (kindOf(each) === 'makefile' && each.path.toLowerCase() === path.toLowerCase()),
    );
    const makefile = source && this.#makefiles.get(source.path);
    if (source === undefined || makefile === undefined) return false;
    const goals = operands(args, ['-C', '-f', '-j', '--directory', '--file']).filter((word) => !word.includes('='));
    const cwd = this.#world.cwd;
    if (folder !== undefined) this.#world.cwd = this.#world.pathInLab(folder);
    for (const goal of goals.length > 0 ? goals : [makefile.first ?? '']) {
      if (makefile.targets.some(({ name }) => name === goal)) {
        const named = purposeOfName(goal);
        const isWeak =
          section.purpose === 'other' || (section.purpose === 'deploy' && (named === 'teardown' || named === 'verify'));
        this.#target(
          source,
          goal,
          terminal,
          isWeak && named !== 'other' ? { ...section, purpose: named } : section,
          way,
        );
      } else this.#tell(place, { text: `make ${goal}`, end: place.line }, left(`${source.name} has no target ${goal}`));
    }
    this.#world.cwd = cwd;
    return true;
  }

  /** Waiting blindly is what health checks are instead of. */
  #sleeps(seconds: number, place: Place, span: { readonly text: string; readonly end: number }): void {
    const last = this.told.findLastIndex(({ outcome }) => outcome.kind === 'step' || outcome.kind === 'proof');
    const told = this.told[last];
    if (told !== undefined) this.told[last] = { ...told, patience: (told.patience ?? 0) + seconds };
    this.#tell(
      place,
      span,
      absorbed(told === undefined ? 'nothing is waited for' : 'the check of the step before waits at least as long'),
    );
  }

  #tell(
    place: Omit<Place, 'way'> & Partial<Place>,
    { text, end }: { readonly text: string; readonly end: number },
    said: Outcome,
    notes: readonly string[] = [],
  ): void {
    const { file, line, section, terminal, bound } = place;
    const outcome = isReadable(said) ? said : left("what would be written can't be read by the shell");
    const title = this.#said;
    const env = terminal.environment(JSON.stringify(outcome), bound);
    if (section.purpose !== 'requirements') this.#world.declare([outcome, env]);
    if (outcome.kind === 'step' || outcome.kind === 'check') this.#said = '';
    const cwd = this.#world.cwd === '' ? undefined : this.#world.folder;
    const shell = outcome.kind === 'step' ? outcome.draft.action?.shell : undefined;
    const prelude = [...terminal.sourced, ...(shell === undefined ? [] : this.#functionsIn(shell, terminal))].join(
      '\n',
    );
    this.told.push({
      ...{ file, line, end, section, outcome, title, prelude, notes: [...notes] },
      text: shownLine(shown(text), this.#world),
      cwd,
      env,
    });
  }

  #functionsIn(text: string, { functions }: Terminal): readonly string[] {
    const used = [...functions].filter(([name]) =>
      new RegExp(`(^|[;&|({]|\\b(?:do|then|else)\\s)\\s*${name}($|[\\s;&|)])`, 'm').test(text),
    );
    return used.length === 0 ? [] : [...functions.values()];
  }
}

/** Commands of a pipe are cut from the text they stand in, whose places the parser counted from its own beginning. */
const sourceOf = (piece: Piece, node: PipelineNode): string => ' '.repeat(node.pos) + piece.text;

/** A sentence speaks of a command that a block beside it has in full. */
const isMention = ({ lines: [line], isCode }: Excerpt, all: readonly Excerpt[]): boolean => {
  const said = line?.text.trim().replace(/^sudo /, '') ?? '';
  return (
    !isCode && said !== '' && all.some((each) => each.isCode && each.lines.some(({ text }) => text.includes(said)))
  );
};

const mentions = (text: string, name: string): boolean =>
  text.split(/[\s"'=;()]+/).some((word) => word === name || word.endsWith(`/${name}`));

/** Whether a script that would be written is one, whatever stands for its expressions. */
const isReadable = (outcome: Outcome): boolean => {
  const shell = outcome.kind === 'step' ? outcome.draft.action?.shell : undefined;
  return shell === undefined || parse(shell.replaceAll(/\$\{\{.*?\}\}/g, 'x')).errors === undefined;
};

/** The command whose output a value is, and nothing beside it. */
const scriptIn = (value: Assignment['value']): string | undefined => {
  const parts = value.type === 'Word' ? value.parts : undefined;
  const [only] = parts?.length === 1 ? parts : [];
  const inner = only?.type === 'DoubleQuoted' && only.parts.length === 1 ? only.parts[0] : only;
  return inner?.type === 'CommandExpansion' ? inner.text.replace(/^(\$\(|`)/, '').replace(/(\)|`)$/, '') : undefined;
};

const hostThatOpens = (text: string): string | undefined => {
  if (!opensDevice.test(text.trim())) return undefined;
  const words = text.trim().split(/\s+/);
  const at = words.indexOf('exec');
  if (at !== -1) return words.slice(at + 1).find((word) => !word.startsWith('-')) ?? '';
  return /@([\w.-]+)$/.exec(text.trim())?.[1] ?? '';
};

const around = <T extends Call>(call: T, outer: readonly string[]): T => {
  if (outer.length === 0) return call;
  const isInner = outer[0] === 'sudo' && call.wrap[0] === 'sudo';
  if (isInner) return call;
  return { ...call, wrap: [...outer, ...call.wrap], argv: call.argv && [...outer, ...call.argv] };
};

/** A script or target that is not at hand is told by its name. */
const purposeOfCalled = ({ program, args }: Call): Purpose | undefined => {
  const name =
    program === 'make'
      ? args.find((arg) => /^\w/.test(arg) && !arg.includes('='))
      : /^(bash|sh)$/.test(program)
        ? args[0]
        : /^\.{0,2}\/.*\.(sh|py)$/.test(program)
          ? program
          : undefined;
  const purpose = name === undefined ? undefined : purposeOfName(name.replace(/^.*\//, ''));
  return purpose === 'teardown' || purpose === 'verify' ? purpose : undefined;
};

const guarded = (clause: string): Outcome => {
  const tool = /(?:command -v|which|type|hash)\s+(?:-\w\s+)*([\w.-]+)/.exec(clause)?.[1];
  return absorbed(
    tool === undefined ? 'asks before it begins; the steps prove what they need' : `asks for ${tool}; lab doctor does`,
  );
};

/** A check or an undo about a word that only the shell can tell would be about something else. */
const asFarAsKnown = (outcome: Outcome, call: Call): Outcome => {
  if (outcome.kind !== 'step' && outcome.kind !== 'check') return outcome;
  const isUnknown = (word: string): boolean => /\$[({A-Za-z_]|`/.test(word.replaceAll(/\$\{\{.*?\}\}/g, ''));
  const { draft } = outcome;
  const told = JSON.stringify([draft.health, draft.undo, draft.action?.with, draft.action?.run, draft.makes]);
  const unknown = call.argv === undefined ? [...call.wrap, ...call.args].filter(isUnknown) : [];
  if (!unknown.some((word) => told.includes(JSON.stringify(word).slice(1, -1)))) return outcome;
  const name = call.text.split('\n')[0] ?? draft.name;
  if (outcome.kind === 'check')
    return call.piped.length > 0 || /\$\(/.test(call.text)
      ? outcome
      : aside('asks for something that only the shell can tell');
  return step({ id: slug(call.program), name, action: { shell: scriptOf(call.text) }, satisfied: 'once' });
};

/** `|| true`: whether it worked is not asked. */
const mayFail = (outcome: Outcome, { mayFail: may }: Piece): Outcome => {
  if (!may || outcome.kind !== 'step' || outcome.draft.action?.run === undefined) return outcome;
  const { run, ...more } = outcome.draft.action;
  return step({ ...outcome.draft, action: { ...more, run: ['bash', '-c', '"$@" || true', 'bash', ...run] } });
};
