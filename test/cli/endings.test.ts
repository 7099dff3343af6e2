import { describe, expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject, tinyFiles } from './rig/project.ts';

const program = useProgram();

describe('a run that failed', () => {
  it('tells the cause the project knows of, and a command that goes on, whatever state folder was named', async () => {
    const project = openProject(program, {
      ...tinyFiles,
      'workflows/causes.yaml':
        'causes:\n  - { id: gate, output: "^boo", cause: Something stood in the gate., remedy: Remove the file broken. }\n',
      'workflows/tiny/deploy.yaml':
        'name: deploy\nsteps:\n  - { id: first, run: [echo, one], satisfied: once }\n  - { id: gate, shell: "test ! -e broken || { echo boo; exit 3; }" }\n',
    });
    project.write('broken', '');
    const failed = await project.lab('run', 'deploy', '--variant', 'tiny', '--state-dir', 'other folder');
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('cause       Something stood in the gate.');
    expect(failed.stdout).toContain('remedy      Remove the file broken.');
    const [, words = ''] = /go on with: npx lab (.*)$/m.exec(failed.stdout) ?? [];
    expect(words).toBe("--state-dir 'other folder' resume");

    const elsewhere = ['--state-dir', 'other folder'];
    const plan = await project.lab(...elsewhere, 'plan');
    expect(plan.stdout).toMatch(/^run \S+-deploy-\S+ \(deploy, variant tiny\) is unfinished, and would be continued$/m);
    expect(plan.stdout).toMatch(/= keep +first +it finished/);
    expect(JSON.parse((await project.lab(...elsewhere, 'plan', '--json')).stdout).run).toMatch(/-deploy-/);
    expect((await project.lab(...elsewhere, 'plan', '--new')).code).toBe(2);
    expect((await project.lab(...elsewhere, 'why', 'gate')).stdout).not.toContain('because first');
    const status = await project.lab(...elsewhere, 'status');
    expect(status.stdout).toContain("To continue: npx lab --state-dir 'other folder' resume");
    const none = await project.lab(...elsewhere, 'resume', '--variant', 'other');
    expect(none).toMatchObject({ code: 6 });
    expect(none.stderr).toContain("npx lab --state-dir 'other folder' list");

    project.remove('broken');
    const resumed = await project.lab(...elsewhere, 'resume', '--variant', 'tiny');
    expect(resumed).toMatchObject({ code: 0 });
    expect(resumed.stdout).toContain('1 changed, 1 kept');
  });

  it('or succeeded is healed by the next one where something no longer holds, and says so', async () => {
    const project = openProject(program);
    await project.lab('run', 'deploy', '--variant', 'tiny');
    project.remove('world/base');
    const healed = await project.lab('run', 'deploy');
    expect(healed.stdout).toMatch(/healed +base \(The base\)/);
    expect(healed.stdout).toMatch(/Succeeded: deploy in [^:]+: 1 healed, /);
    const asked = await project.lab('run', 'deploy', '--redo', 'base');
    expect(asked.stdout).toMatch(/Succeeded: deploy in [^:]+: 1 changed, /);
  });

  it('is not begun while the file of causes is wrong', async () => {
    const project = openProject(program);
    project.write('workflows/causes.yaml', 'causes: [{ id: x, output: "(", cause: c, remedy: r }]\n');
    const refused = await project.lab('run', 'deploy');
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.stderr).toMatch(/workflows\/causes\.yaml:1:\d+.*invalid regular expression/);
    expect(project.runs()).toEqual([]);
    expect(await project.lab('validate')).toMatchObject({ code: 3 });
  });
});
