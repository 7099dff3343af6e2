// Texts in other languages than ours, and files that other steps make: told before anything runs.
import { describe, expect, it } from 'vitest';
import { templateFault } from '../../src/host/render.ts';
import { bashFaults } from '../../src/host/script.ts';
import { load, withWorkflow } from './project.ts';

const mistakes = async (workflow: string, files: Readonly<Record<string, string>> = {}): Promise<readonly string[]> => {
  const loaded = await load({ ...withWorkflow(workflow), ...files }, { scriptFaults: bashFaults, templateFault });
  return loaded.ok
    ? []
    : loaded.diagnostics.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
};

const deploy = (steps: string): string => `name: deploy\nsteps:\n${steps}`;

describe('scripts', () => {
  it('that bash can not read are told with the line and what bash says, of steps and of their undo', async () => {
    const steps = `  - id: a
    shell: |
      echo hi
      if true; then
        echo \${{ variant }}
      fi
      done
  - id: b
    shell: "echo \\"a"
    undo: { shell: 'rm (' }
`;
    expect(await mistakes(deploy(steps))).toEqual([
      "workflows/v/deploy.yaml:9:7: bash: syntax error near unexpected token `done'",
      'workflows/v/deploy.yaml:11:13: bash: unexpected EOF while looking for matching `"\'',
      expect.stringMatching(/^workflows\/v\/deploy\.yaml:12:21: bash: syntax error near unexpected token/),
    ]);
  });

  it('that bash would put no value into are told as well', async () => {
    const steps = "  - id: a\n    shell: |\n      cat <<'E'\n      ${{ variant }}\n      E\n";
    expect(await mistakes(deploy(steps))).toEqual([
      expect.stringContaining('a here-document whose end word is quoted'),
    ]);
  });

  it('that are right are left alone: values anywhere, patterns they allow themselves', async () => {
    const steps = `  - id: a
    shell: |
      shopt -s extglob
      ls !(a) "\${{ variant }}" '\${{ variant }}' $(( \${{ 1 }} + 1 )) \${x:-\${{ variant }}}
      cat <<E
      \${{ variant }}
      E
`;
    expect(await mistakes(deploy(steps))).toEqual([]);
  });

  it('are only read: nothing of them is run', async () => {
    expect(await bashFaults(['echo run >&2; exit 3', '$(exit 1'])).toEqual([
      undefined,
      { line: expect.any(Number), message: expect.stringContaining('unexpected EOF') },
    ]);
  });
});

describe('templates', () => {
  it('are told where their syntax is wrong', async () => {
    const steps = '  - id: a\n    uses: demo.template\n    with: { from: assets/a.liquid, to: x }\n';
    expect(await mistakes(deploy(steps), { 'assets/a.liquid': 'hi\n  {% if a %}\n' })).toEqual([
      'assets/a.liquid:2:3: tag {% if a %} not closed',
    ]);
  });
});

describe('a file that is not there', () => {
  const reads = '    uses: demo.template\n    with: { from: build/out.yaml, to: x }\n';

  it('is right when a step before names it', async () => {
    expect(await mistakes(deploy(`  - id: make\n    shell: date > ./build/out.yaml\n  - id: a\n${reads}`))).toEqual([]);
  });

  it.each([
    ['only one after it does', `  - id: a\n${reads}  - id: make\n    shell: date > build/out.yaml\n`],
    ['one beside it does', `  - id: make\n    shell: date > build/out.yaml\n  - id: a\n    needs: []\n${reads}`],
    ['one names another that ends alike', `  - id: make\n    shell: date > old-build/out.yaml\n  - id: a\n${reads}`],
    ['one names another that begins alike', `  - id: make\n    shell: date > build/out.yaml.old\n  - id: a\n${reads}`],
  ])('is told when %s', async (_, steps) => {
    expect(await mistakes(deploy(steps))).toEqual([expect.stringContaining('there is no file build/out.yaml')]);
  });
});
