import { describe, expect, it, vi } from 'vitest';
import { useProgram } from '../faults/rig/program.ts';
import { openProject, type Project } from './rig/project.ts';
import { type InTerminal, openInTerminal } from './rig/terminal.ts';

const program = useProgram();
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 20 });

/** A step that asks before it acts, and one that fails until `mended` is there. */
const asking = (): Project =>
  openProject(program, {
    'steps/paint.ts': `import { defineStep, StepError, z } from 'lab';
export const paint = defineStep({
  name: 'paint',
  summary: 'Paints once it may',
  input: z.strictObject({}),
  async run(_, context) {
    if (!(await context.consent('Paint the wall?'))) throw new StepError('nobody agreed');
    return {};
  },
});
`,
    'workflows/v/variant.yaml': 'name: v\n',
    'workflows/v/deploy.yaml': `name: deploy
steps:
  - { id: wall, uses: paint }
  - { id: mend, shell: test -e mended }
`,
  });

const inTerminal = (project: Project, ...argv: readonly string[]): InTerminal =>
  openInTerminal({
    ...{ file: process.execPath, argv: [program.main, ...argv], cwd: project.dir },
    env: { PATH: process.env['PATH'] ?? '', HOME: project.dir, TERM: 'xterm-256color', LANG: 'C.UTF-8' },
  });

describe('what a step asks before it acts', () => {
  it('is asked at the terminal, also when the run is continued', async () => {
    const project = asking();
    const first = inTerminal(project, 'run', 'deploy');
    await until(() => expect(first.seen()).toContain('Paint the wall? [y/N]'));
    first.type('n\r');
    expect(await first.ended).toBe(1);
    expect(first.history().join('\n')).toContain('nobody agreed');
    const second = inTerminal(project, 'resume');
    await until(() => expect(second.seen()).toContain('Paint the wall? [y/N]'));
    project.write('mended', '');
    second.type('y\r');
    expect(await second.ended).toBe(0);
  });

  it('needs --yes where nobody can be asked, also when the run is continued', async () => {
    const project = asking();
    expect((await project.lab('run', 'deploy')).stdout).toContain('nobody agreed');
    expect((await project.lab('resume')).stdout).toContain('nobody agreed');
    expect((await project.lab('resume', '--yes')).stdout).toContain('changed      wall');
  });

  it('is left unanswered by Ctrl-C, which stops the run', async () => {
    const run = inTerminal(asking(), 'run', 'deploy');
    await until(() => expect(run.seen()).toContain('Paint the wall? [y/N]'));
    run.type('\u0003');
    expect(await run.ended).toBe(130);
  });
});

describe('the question whether to go on with a run', () => {
  it('ends with 130 at Ctrl-C, and nothing runs', async () => {
    const project = asking();
    await project.lab('run', 'deploy');
    const run = inTerminal(project, 'run', 'deploy');
    await until(() => expect(run.seen()).toContain('Continue it, or start a new one?'));
    run.type('\u0003');
    expect(await run.ended).toBe(130);
    expect(run.history().join('\n')).not.toContain('mistake');
    expect(project.runs()).toHaveLength(1);
  });
});
