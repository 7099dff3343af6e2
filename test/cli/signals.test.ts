import { describe, expect, it } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject, type Project, until } from './rig/project.ts';

const program = useProgram();

/** A step that is at work until the file `go` is there, and one after it. */
const files = (trap = '') => ({
  'workflows/tiny/variant.yaml': 'name: tiny\n',
  'workflows/tiny/deploy.yaml': `name: deploy
steps:
  - id: slow
    grace: ${trap === '' ? '5s' : '1h'}
    shell: |
      ${trap === '' ? 'true' : trap}
      echo $$ > pid.new; mv pid.new pid
      while [ ! -e go ]; do sleep 0.05; done
      touch finished
    health: [{ probe: file, path: finished, within: 0s }]
  - id: next
    shell: touch next
`,
});

const isAlive = (project: Project): boolean => {
  try {
    process.kill(Number(project.read('pid')), 0);
    return true;
  } catch {
    return false;
  }
};

/** The program with its step at work, what it has said so far, and a way to press Ctrl-C that waits for the answer. */
const atWork = async (project: Project) => {
  const { child, ended } = project.start(['run', 'deploy']);
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until(() => project.has('pid') || child.exitCode !== null);
  const press = async (answer: RegExp): Promise<void> => {
    child.kill('SIGINT');
    await until(() => answer.test(said) || child.exitCode !== null);
    // What it said last may still be on its way.
    if (child.exitCode !== null) await ended;
    expect(said).toMatch(answer);
  };
  return { ended, press };
};

const first = /SIGINT: starting nothing new, letting what runs finish; Ctrl-C again ends it/;
const second = /SIGINT: ending what runs; Ctrl-C again leaves at once/;
const third = /SIGINT: leaving now; `npx lab resume` finds out how things stand/;

describe('Ctrl-C', () => {
  it('once lets what runs finish, starts nothing new, and the run is continued', async () => {
    const project = openProject(program, files());
    const { ended, press } = await atWork(project);
    await press(first);
    expect(isAlive(project)).toBe(true);
    project.write('go', '');
    expect(await ended).toMatchObject({ code: 130 });
    expect([project.has('finished'), project.has('next')]).toEqual([true, false]);
    expect(await project.lab('resume')).toMatchObject({ code: 0 });
    expect(project.has('next')).toBe(true);
  });

  it('twice ends what runs', async () => {
    const project = openProject(program, files());
    const { ended, press } = await atWork(project);
    await press(first);
    await press(second);
    expect(await ended).toMatchObject({ code: 130 });
    expect([isAlive(project), project.has('finished'), project.has('next')]).toEqual([false, false, false]);
  });

  it('three times leaves at once, whatever what runs does about it, and says so', async () => {
    const project = openProject(program, files("trap '' INT TERM"));
    const { ended, press } = await atWork(project);
    await press(first);
    await press(second);
    expect(isAlive(project)).toBe(true);
    await press(third);
    expect(await ended).toMatchObject({ code: 130 });
    await until(() => !isAlive(project));
    project.write('go', '');
    expect(await project.lab('resume')).toMatchObject({ code: 0 });
  });
});
