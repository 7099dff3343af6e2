// docs/step-types.md as a reader would follow it: its files in an empty folder, and its commands with the program that is shipped.
import { describe, expect, it } from 'vitest';
import { openProject } from '../cli/rig/project.ts';
import { useProgram } from '../faults/rig/program.ts';
import { blocksOf, commandsIn } from './rig/blocks.ts';

const program = useProgram();
const blocks = blocksOf('docs/step-types.md');
const files = Object.fromEntries(blocks.flatMap(({ file, text }) => (file === undefined ? [] : [[file, text]])));
const open = () => openProject(program, files);

interface Planned {
  readonly steps: readonly { readonly address: string; readonly verdict: string; readonly changes?: unknown }[];
}

describe('the page about step types', () => {
  it('names the files of a whole project', () => {
    expect(Object.keys(files)).toEqual([
      'workflows/web/variant.yaml',
      'workflows/web/deploy.yaml',
      'workflows/web/teardown.yaml',
      'steps/certificate.ts',
      'steps/certificate-days.js',
    ]);
  });

  it('shows commands that all succeed, one after the other', async () => {
    const project = open();
    const commands = commandsIn(blocks);
    expect(commands.length).toBeGreaterThan(5);
    for (const [npx, lab, ...args] of commands) {
      expect([npx, lab]).toEqual(['npx', 'lab']);
      const ended = await project.lab(...args);
      expect(ended, args.join(' ')).toMatchObject({ code: 0, stderr: '' });
    }
    expect(project.has('tls')).toBe(false);
  });
});

describe('the step type of that page', () => {
  it('makes what it says once, is healed, remade for another host, and undone with proof', async () => {
    const project = open();
    const made = await project.lab('run', 'deploy', '--no-tty');
    expect(made.stdout).toMatch(/changed +certificate .*\n(.*\n)*.*fingerprint +([0-9A-F]{2}:){8}/);
    const pem = project.read('tls/certificate.pem');
    const again = await project.lab('run', 'deploy', '--no-tty');
    expect(again.stdout).toMatch(/already true certificate .*\n(.*\n)*.*fingerprint +([0-9A-F]{2}:){8}/);
    expect(project.read('tls/certificate.pem')).toBe(pem);
    project.write('tls/key.pem', '-----BEGIN PRIVATE KEY-----\nbroken\n-----END PRIVATE KEY-----\n');
    const plan = await project.lab('plan', '--set', 'host=www.shop.example', '--json');
    const [step] = (JSON.parse(plan.stdout) as Planned).steps;
    expect(step).toMatchObject({
      ...{ address: 'certificate', verdict: 'redo' },
      changes: [{ path: 'with.host', from: 'shop.example', to: 'www.shop.example' }],
    });
    const healed = await project.lab('run', 'deploy', '--no-tty');
    expect(healed.stdout).toMatch(/changed +certificate/);
    project.remove('tls/key.pem');
    const down = await project.lab('run', 'teardown', '--no-tty');
    expect(down.stdout).toContain('certificate: removed certificate tls');
    expect(down.code).toBe(0);
    expect(project.has('tls')).toBe(false);
  });

  it('refuses an input that its schema does not know, at its place', async () => {
    const project = open();
    project.write(
      'workflows/web/deploy.yaml',
      (files['workflows/web/deploy.yaml'] ?? '').replace('days: 90', 'day: 90'),
    );
    const { code, stderr } = await project.lab('run', 'deploy');
    expect(code).toBe(3);
    expect(stderr).toMatch(/workflows\/web\/deploy.yaml:6:\d+: error: unknown key `day`/);
    expect(stderr).toContain('did you mean `days`?');
  });
});

describe('the probe type of that page', () => {
  it('tells what it saw where it does not hold', async () => {
    const project = open();
    project.write(
      'workflows/web/deploy.yaml',
      (files['workflows/web/deploy.yaml'] ?? '').replace('days: 90', 'days: 7'),
    );
    const { code, stdout } = await project.lab('run', 'deploy', '--no-tty');
    expect(code).toBe(1);
    expect(stdout).toMatch(/days left of tls\/certificate\.pem: \d days left — it expires soon/);
  });
});
