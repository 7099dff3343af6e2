// Files and folders, archives, downloads and clones: there or not there, and taken away when they were made here.
import type { Call } from '../read/call.ts';
import { absorbed, commandProbe, type Draft, left, type Outcome, type Probe, quoted, slug } from './draft.ts';
import { has, operands, option } from './flags.ts';
import { actionOf, isHere, onceDone, type Rule } from './rule.ts';
import { joinPath, labFolder, type World } from './world.ts';

const isPlain = (path: string): boolean => path !== '' && !/[$`*?[{]/.test(path.replaceAll(/\$\{\{.*?\}\}/g, ''));

/** Whether a path is there, where the call is at work. */
const there = (call: Call, path: string): Probe =>
  isHere(call) ? { probe: 'file', path } : commandProbe([...call.wrap, 'test', '-e', path], { name: path });
const notThere = (call: Call, path: string): Probe =>
  isHere(call)
    ? { probe: 'file', path, expect: '!exists' }
    : commandProbe([...call.wrap, 'test', '-e', path], { expect: 'exitCode == 1' });

const base = (path: string): string => path.replace(/\/+$/, '').replace(/^.*\//, '');

const makesFile = (
  call: Call,
  paths: readonly string[],
  draft: Pick<Draft, 'id' | 'name'>,
  isFolder = false,
): Outcome | undefined => {
  if (paths.length === 0 || !paths.every(isPlain)) return undefined;
  return {
    kind: 'step',
    draft: {
      ...draft,
      action: actionOf(call),
      health: paths.map((path) => there(call, path)),
      undo: {
        run: [...call.wrap, 'rm', isFolder ? '-rf' : '-f', '--', ...paths],
        absent: paths.map((path) => notThere(call, path)),
      },
      makes: `file/${paths[0]}`,
    },
  };
};

const keeps = (outcome: Outcome | undefined): Outcome | undefined => {
  if (outcome?.kind !== 'step') return outcome;
  const { undo, makes, ...draft } = outcome.draft;
  void undo;
  void makes;
  return { kind: 'step', draft: { ...draft, leavesNothing: true } };
};

/** A folder that others may have put things into goes only when it is empty. */
const mkdir: Rule = (call) => {
  const paths = operands(call.args, ['-m', '--mode']);
  const outcome = makesFile(call, paths, {
    id: slug(`folder ${base(paths[0] ?? '')}`),
    name: `Folder ${paths.join(', ')}`,
  });
  if (outcome?.kind !== 'step') return outcome;
  const absent = paths.map(
    (path): Probe =>
      isHere(call)
        ? { probe: 'file', path, expect: '!exists' }
        : commandProbe([...call.wrap, 'test', '-e', path], { expect: 'exitCode == 1' }),
  );
  return {
    ...outcome,
    draft: { ...outcome.draft, undo: { run: [...call.wrap, 'rmdir', '--ignore-fail-on-non-empty', ...paths], absent } },
  };
};

const copy: Rule = (call) => {
  const words = operands(call.args, ['-t', '-S', '-m', '-o', '-g']);
  const to = words.at(-1) ?? '';
  const sources = words.slice(0, -1);
  const isInto = to.endsWith('/') || sources.length > 1 || /^(\.|\.\.|~)$/.test(to);
  if (!sources.every(isPlain)) return undefined;
  const paths = isInto ? sources.map((source) => joinPath(to.replace(/\/+$/, '') || '/', base(source))) : [to];
  const more = { id: slug(`${base(paths[0] ?? '')}`), name: `${sources.map(base).join(', ')} at ${to}` };
  if (call.program === 'mv') return keeps(makesFile(call, paths, more));
  // Where it overwrites what was there before there is no way back that would be right.
  return isInto || /^\/etc\//.test(to) || to.startsWith('~')
    ? keeps(makesFile(call, paths, more))
    : makesFile(call, paths, more, has(call.args, '-r', '-R', '-a'));
};

const symlink: Rule = (call) => {
  const words = operands(call.args);
  const to = words.length === 1 ? base(words[0] ?? '') : (words.at(-1) ?? '');
  return makesFile(call, [to], { id: slug(`link ${base(to)}`), name: `Link ${to}` });
};

const mode: Rule = (call) => {
  const [wanted = '', ...paths] = operands(call.args);
  if (paths.length === 0 || !paths.every(isPlain)) return undefined;
  const isRun = /^[ugoa]*\+x$/.test(wanted);
  const health = paths.map((path) =>
    isRun ? commandProbe([...call.wrap, 'test', '-x', path], { name: `${path} can be run` }) : there(call, path),
  );
  const octal = /^[0-7]{3,4}$/.test(wanted)
    ? paths.map((path) =>
        commandProbe([...call.wrap, 'stat', '--format', '%a', path], {
          expect: `exitCode == 0 && stdout.trim() == ${JSON.stringify(wanted.replace(/^0(?=\d{3})/, ''))}`,
        }),
      )
    : undefined;
  return {
    kind: 'step',
    draft: {
      id: slug(`mode ${base(paths[0] ?? '')}`),
      name: `${paths.join(', ')} may be ${isRun ? 'run' : wanted}`,
      action: actionOf(call),
      health: octal ?? health,
      leavesNothing: true,
    },
  };
};

const owner: Rule = (call) => {
  const [wanted = '', ...paths] = operands(call.args);
  if (paths.length === 0 || !paths.every(isPlain) || !/^[\w-]+(:[\w-]*)?$/.test(wanted)) return undefined;
  const [user = ''] = wanted.split(':');
  const format = /^\d+$/.test(user) ? '%u' : '%U';
  return {
    kind: 'step',
    draft: {
      id: slug(`owner ${base(paths[0] ?? '')}`),
      name: `${paths.join(', ')} of ${wanted}`,
      action: actionOf(call),
      leavesNothing: true,
      health: paths.map((path) =>
        commandProbe([...call.wrap, 'stat', '--format', format, path], {
          expect: `exitCode == 0 && stdout.trim() == ${quoted(user)}`,
        }),
      ),
    },
  };
};

/** What `echo`, `printf`, `cat` and `tee` write. */
export const written = (call: Call): Outcome | undefined => {
  const { writes } = call;
  if (writes === undefined || !isPlain(writes.file)) return undefined;
  const path = writes.file;
  const draft = { id: slug(`file ${base(path)}`), name: `File ${path}` };
  if (!writes.isAdded && !/^(\/etc|\/proc|\/sys|~)/.test(path)) return makesFile(call, [path], draft);
  const text = call.stdin ?? (/^(echo|printf)$/.test(call.program) ? operands(call.args).join(' ') : undefined);
  const line = text?.split('\n').find((each) => each.trim() !== '');
  if (line === undefined || !isHere(call) || line.includes('\\') || /[$`]/.test(line))
    return keeps(makesFile(call, [path], draft));
  return {
    kind: 'step',
    draft: {
      ...draft,
      name: `${path} says so`,
      action: actionOf(call),
      health: [
        commandProbe([...call.wrap, 'grep', '--quiet', '--fixed-strings', '--', line.trim(), path], { name: path }),
      ],
      leavesNothing: true,
    },
  };
};

const remove: Rule = (call) => {
  const paths = operands(call.args);
  if (paths.some((path) => /^(\/|\/\*|~\/?|\$HOME\/?|\.\/?|\*)$/.test(path)))
    return left('takes away more than the lab');
  const things = paths.map((path) => `file/${path}`);
  if (!paths.every(isPlain))
    return {
      kind: 'removes',
      things,
      draft: {
        id: slug(`no ${base(paths[0] ?? '')}`),
        name: call.text,
        action: { shell: call.text },
        satisfied: 'once',
        leavesNothing: true,
      },
    };
  return {
    kind: 'removes',
    things,
    draft: {
      id: slug(`no ${base(paths[0] ?? '')}`),
      name: `${paths.join(', ')} gone`,
      action: actionOf(call),
      health: paths.map((path) => notThere(call, path)),
      leavesNothing: true,
    },
  };
};

const clone = (call: Call, world: World): Outcome | undefined => {
  const [, url = '', named] = operands(call.args, ['-b', '--branch', '--depth', '-c', '--config', '-o', '--origin']);
  const folder = named ?? base(url).replace(/\.git$/, '');
  if (url === '' || !isPlain(folder)) return undefined;
  const branch = option(call.args, '-b', '--branch');
  const isOwn = world.clonedInto === undefined && world.clusters.length === 0;
  const to = isOwn && world.cwd === '' ? labFolder : world.path(folder);
  if (isOwn && world.cwd === '') world.clonedInto = folder;
  if (isOwn && world.base === folder) return absorbed('the texts lie in that clone');
  const name = `Clone of ${base(url).replace(/\.git$/, '')}`;
  // What was cloned may hold work by then; it stays.
  const more = { id: slug(`clone ${base(folder)}`), name, leavesNothing: true, timeout: '10m' } as const;
  const depth = option(call.args, '--depth');
  const flags = [
    ...(branch === undefined ? [] : ['--branch', branch]),
    ...(depth === undefined ? [] : ['--depth', depth]),
    ...(has(call.args, '--recursive', '--recurse-submodules') ? ['--recurse-submodules'] : []),
  ];
  return {
    kind: 'step',
    draft: {
      ...more,
      action: { run: ['git', 'clone', ...flags, '--', url, to], cwd: '${{ project.dir }}' },
      health: [
        commandProbe(['git', '-C', to, 'rev-parse', '--verify', '--quiet', 'HEAD'], { name: 'the clone is there' }),
      ],
    },
  };
};

const git: Rule = (call, world) => {
  const [verb, ref] = operands(call.args);
  if (verb === 'clone') return clone(call, world);
  if (verb === 'checkout' || verb === 'switch')
    return ref === undefined
      ? undefined
      : {
          kind: 'step',
          draft: {
            id: slug(`checkout ${ref}`),
            name: `Branch or tag ${ref}`,
            action: actionOf(call),
            leavesNothing: true,
            health: [
              commandProbe(
                ['bash', '-c', 'test "$(git rev-parse HEAD)" = "$(git rev-parse --verify "$1^{commit}")"', 'bash', ref],
                { name: `at ${ref}` },
              ),
            ],
          },
        };
  if (verb === 'pull' || verb === 'submodule' || verb === 'fetch')
    return onceDone(call, slug(`git ${verb}`), `git ${call.args.join(' ')}`);
  return undefined;
};

/** A download to a file; what goes into a shell is the rule of installers. */
export const download: Rule = (call) => {
  if (call.piped.length > 0) return undefined;
  const { args, program } = call;
  const url = operands(args, [
    '-o',
    '--output',
    '-O',
    '--output-document',
    '-H',
    '--header',
    '-X',
    '--request',
    '-d',
    '--data',
    '-u',
    '--user',
    '-P',
    '--directory-prefix',
    '-m',
    '--max-time',
    '--connect-timeout',
    '-w',
    '--retry',
  ]).find((each) => /^https?:/.test(each));
  if (url === undefined || has(args, '-X', '--request', '-d', '--data')) return undefined;
  const named =
    program === 'wget'
      ? option(args, '-O', '--output-document')
      : (option(args, '-o', '--output') ??
        (args.some((arg) => /^-[a-zA-Z]*o$/.test(arg))
          ? args[args.findIndex((arg) => /^-[a-zA-Z]*o$/.test(arg)) + 1]
          : undefined));
  const isRemoteName =
    program === 'wget' || args.some((arg) => /^-[a-zA-Z]*O[a-zA-Z]*$/.test(arg) || arg === '--remote-name');
  const file = named ?? (isRemoteName ? base(url.replace(/[?#].*$/, '')) : undefined);
  if (file === undefined || file === '-' || /^\/dev\//.test(file)) return undefined;
  const outcome = makesFile(call, [file], { id: slug(`download ${base(file)}`), name: `Download of ${base(file)}` });
  return outcome?.kind === 'step'
    ? { ...outcome, draft: { ...outcome.draft, timeout: '10m', retry: { attempts: 3, delay: '5s' } } }
    : outcome;
};

const tar: Rule = (call) => {
  const [mode = ''] = call.args;
  if (!/x/.test(mode) && !has(call.args, '--extract')) return undefined;
  return onceDone(call, slug(`unpack ${base(operands(call.args)[1] ?? operands(call.args)[0] ?? '')}`), call.text);
};

const sedInPlace: Rule = (call) =>
  call.args.some((arg) => /^(-i|--in-place|-[a-z]*i)/.test(arg))
    ? onceDone(call, slug(`edit ${base(operands(call.args).at(-1) ?? '')}`), `Change in ${operands(call.args).at(-1)}`)
    : undefined;

export const fileRules: Readonly<Record<string, Rule>> = {
  ...{
    mkdir,
    cp: copy,
    mv: copy,
    install: copy,
    ln: symlink,
    chmod: mode,
    chown: owner,
    rm: remove,
    rmdir: remove,
    git,
    tar,
    unzip: (call) => onceDone(call, 'unpack', call.text),
    sed: sedInPlace,
  },
  touch: (call) =>
    makesFile(call, operands(call.args, ['-d', '-t', '-r']), {
      id: slug(`file ${base(operands(call.args)[0] ?? '')}`),
      name: `File ${operands(call.args).join(', ')}`,
    }),
  cd: () => absorbed('steps name their folder'),
};
