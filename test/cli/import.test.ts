// `lab import` on real files: what it writes and when, and what it refuses.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject } from './rig/project.ts';

const program = useProgram();

it('writes a variant that is right, and replaces none without the word for it', async () => {
  const project = openProject(program);
  project.write(
    'README.md',
    '# My lab\n\n## Deploy\n\n    docker network create mine\n\n## Clean up\n\n    docker system prune -af\n',
  );
  const { code, stdout } = await project.lab('import', 'README.md');
  expect(code).toBe(0);
  expect(stdout).toContain('1 of 1 command became steps that prove themselves');
  expect(stdout).toContain('README.md:9  docker system prune -af');
  expect((await project.lab('validate', '--variant', 'my-lab')).code).toBe(0);
  project.write('workflows/my-lab/deploy.yaml', 'name: deploy\nsteps: []\n');
  const again = await project.lab('import', 'README.md');
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('--overwrite');
  expect(project.read('workflows/my-lab/deploy.yaml')).toBe('name: deploy\nsteps: []\n');
  expect((await project.lab('import', 'README.md', '--overwrite')).code).toBe(0);
  expect(project.read('workflows/my-lab/deploy.yaml')).toContain('# README.md:5  docker network create mine');
});

it('only looks with --check, begins a project with --into, and refuses what it can’t read', async () => {
  const project = openProject(program);
  project.write('README.md', '# Looked at\n\n## Deploy\n\n    docker network create mine\n');
  expect((await project.lab('import', '--check', 'README.md')).code).toBe(0);
  expect(existsSync(join(project.dir, 'workflows/looked-at'))).toBe(false);
  expect((await project.lab('import', 'README.md', '--into', 'apart')).code).toBe(0);
  expect((await project.lab('validate', '--project', 'apart')).code).toBe(0);
  expect(project.read('apart/workflows/looked-at/variant.yaml')).toContain('default: ..');
  project.write('notes.json', '{}');
  for (const file of ['notes.json', 'nowhere.md']) {
    const refused = await project.lab('import', file);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(file);
  }
});
