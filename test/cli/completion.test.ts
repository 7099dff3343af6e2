import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject, type Project, tinyFiles } from './rig/project.ts';
import { openInTerminal } from './rig/terminal.ts';

const program = useProgram();
const patience = { timeout: 20_000, interval: 50 };
const files = {
  ...tinyFiles,
  'workflows/tiny/variant.yaml': `name: tiny
inputs:
  size: { type: integer, default: 1, minimum: 1, maximum: 9, description: How many parts }
  mode: { type: enum, values: [fast, slow], default: fast }
`,
};

const words = async (project: Project, ...typed: readonly string[]): Promise<readonly string[]> => {
  const { stdout } = await project.lab('__complete', '--', ...typed);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t')[0] ?? '');
};

describe('what may stand at the cursor', () => {
  it('is known of commands, workflows, steps, runs, inputs, values and options, written either way', async () => {
    const project = openProject(program, files);
    await project.lab('run', 'deploy', '--variant', 'tiny');
    const [run = ''] = project.runs();
    expect(await words(project, 'ru')).toEqual(['run', 'runs']);
    expect(await words(project, 'run', 'de')).toEqual(['deploy']);
    expect(await words(project, 'redo', 'part[')).toEqual(['part[a]']);
    expect(await words(project, 'redo', 'base', 'ga')).toEqual(['gate']);
    expect(await words(project, 'plan', '--only', 'base,on')).toEqual(['base,once']);
    expect(await words(project, 'resume', '')).toEqual([]);
    expect(await words(project, 'logs', run.slice(0, 4))).toEqual([run]);
    expect(await words(project, 'logs', run, 'on')).toEqual(['once']);
    expect(await words(project, 'run', 'deploy', '--set', '')).toEqual(['size=', 'mode=']);
    expect(await words(project, 'run', 'deploy', '--set', 'mode=')).toEqual(['mode=fast', 'mode=slow']);
    expect(await words(project, 'run', 'deploy', '--set=mode=s')).toEqual(['--set=mode=slow']);
    expect(await words(project, 'run', 'deploy', '--variant', 'o')).toEqual(['other']);
    expect(await words(project, 'graph', '--format', 's')).toEqual(['svg']);
    expect(await words(project, 'run', '--no')).toEqual(['--no-tty']);
    project.write('workflows/tiny/deploy.yaml', '{ broken');
    expect(await words(project, 'redo', '')).toEqual([]);
  });
});

interface Shell {
  readonly name: string;
  readonly argv: readonly string[];
  readonly load: string;
}

const shells: readonly Shell[] = [
  { name: 'bash', argv: ['--norc', '--noprofile'], load: 'source <(lab completion bash)' },
  { name: 'zsh', argv: ['-f'], load: 'autoload -Uz compinit; compinit -u; source <(lab completion zsh)' },
  { name: 'fish', argv: ['--no-config'], load: 'lab completion fish | source' },
];
const isInstalled = ({ name }: Shell): boolean => existsSync(`/usr/bin/${name}`) || existsSync(`/bin/${name}`);

/** A shell in a terminal, with `lab` on its path. */
const openShell = ({ name, argv }: Shell, project: Project) => {
  mkdirSync(join(project.dir, 'bin'));
  const lab = join(project.dir, 'bin/lab');
  writeFileSync(lab, `#!/bin/sh\nexec "${process.execPath}" "${program.main}" "$@"\n`);
  chmodSync(lab, 0o755);
  const env = { PATH: `${join(project.dir, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: project.dir, LANG: 'C.UTF-8' };
  return openInTerminal({ file: name, argv, cwd: project.dir, env, columns: 120, rows: 30 });
};

describe('completion in a shell', () => {
  for (const shell of shells)
    it.skipIf(!isInstalled(shell))(
      `completes steps, quoted or not, inputs and lists of steps in ${shell.name}`,
      async () => {
        const project = openProject(program, files);
        const { type, seen } = openShell(shell, project);
        // Only what the shell computed is awaited: the line as it was typed says nothing yet.
        type(
          `${shell.load}; echo loaded $((40 + 2))\r`.replace(
            '$((40 + 2))',
            shell.name === 'fish' ? '(math 40 + 2)' : '$((40 + 2))',
          ),
        );
        await vi.waitFor(() => expect(seen()).toContain('loaded 42'), patience);
        for (const [typed, completed] of [
          ['lab run dep', 'lab run deploy'],
          ['lab run deploy --set mode=s', 'lab run deploy --set mode=slow'],
          ['lab plan --only base,gat', 'lab plan --only base,gate'],
          ["lab redo 'part[a", "lab redo 'part[a]"],
          ['lab redo part\\[a', 'lab redo part\\[a\\]'],
        ] as const) {
          type(`${typed}\t`);
          await vi.waitFor(() => expect(seen()).toContain(completed), patience);
          // Ctrl-U leaves an empty line, whatever the shell.
          type('\u0015');
          await vi.waitFor(() => expect(seen()).not.toContain(completed), patience);
        }
      },
    );
});
