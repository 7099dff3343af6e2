// docs/commands.md against the program: the documents that commands print, and the exit codes.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitCode } from '../../src/project/exit-code.ts';
import { openProject } from '../cli/rig/project.ts';
import { useProgram } from '../faults/rig/program.ts';

const program = useProgram();
const page = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

/** By command, the keys at the top of the document it prints. */
const [, documents = ''] = page('docs/commands.md').split('| command | document |');
const documented = Object.fromEntries(
  [...documents.matchAll(/^\| `(\w+)` \| (.*) \|$/gm)].map(([, command = '', cell = '']) => {
    const [top = ''] = cell.replace(/\([^)]*\)/g, '').split(/ with |: each|; |: `/);
    return [command, [...top.matchAll(/`(\w+)`/g)].map(([, key]) => key)];
  }),
);

describe('the page of commands', () => {
  it('names the keys of every document that is printed', async () => {
    const project = openProject(program);
    project.write('greeting.liquid', 'Hello, {{ inputs.size }}');
    const variant = project.read('workflows/tiny/variant.yaml');
    project.write('workflows/tiny/variant.yaml', `${variant}render: [{ template: greeting.liquid, to: greeting }]\n`);
    project.write('README.md', '# Read\n\n## Deploy\n\n    docker network create read\n');
    await project.lab('run', 'deploy');
    const arguments_: Readonly<Record<string, readonly string[]>> = {
      why: ['base'],
      render: ['--out', 'rendered'],
      new: ['fresh', '--from', 'tiny'],
      import: ['README.md', '--name', 'read'],
    };
    expect(Object.keys(documented)).toContain('plan');
    for (const [command, keys] of Object.entries(documented)) {
      const { stdout, stderr } = await project.lab(command, ...(arguments_[command] ?? []), '--json');
      expect(stderr, command).toBe('');
      const printed = Object.keys(JSON.parse(stdout) as object);
      expect([...printed].sort(), command).toEqual([...keys].sort());
    }
  });

  it.each(['docs/commands.md', 'README.md'])('and %s name every exit code', (name) => {
    const text = page(name);
    for (const code of Object.values(exitCode))
      if (typeof code === 'number') expect(text).toMatch(new RegExp(`(^|[\\s|])${code}[ |]`, 'm'));
  });
});
