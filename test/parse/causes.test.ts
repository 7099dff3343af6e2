import { describe, expect, it } from 'vitest';
import { loadCauses } from '../../src/parse/causes.ts';

const load = (text?: string) =>
  loadCauses({
    ...{ projectDir: '/p', workflowsDir: '/p/workflows', catalogue: { steps: new Map(), probes: new Map() } },
    ...{ models: new Map(), list: async () => [] },
    read: async (path) => (path === '/p/workflows/causes.yaml' ? text : undefined),
  });

describe("a project's own causes", () => {
  it('are read as they stand; no file is none', async () => {
    const cause = { id: 'vpn', output: 'tun0: .* lost', exitCode: 3, cause: 'The VPN fell.', remedy: 'Start it.' };
    expect(await load(JSON.stringify({ causes: [cause] }))).toEqual({ ok: true, causes: [cause] });
    expect(await load()).toEqual({ ok: true, causes: [] });
  });

  it('that are wrong are told at their place', async () => {
    const loaded = await load(
      [
        'causes:',
        '  - { id: a, output: "(", cause: c, remedy: r }',
        '  - { id: b, cause: c, remedy: r }',
        '  - { id: d, outptu: x, kind: exti, cause: c, remedy: r }',
      ].join('\n'),
    );
    const found = loaded.ok ? [] : loaded.diagnostics;
    expect(found.map(({ file, line, column }) => `${file}:${line}:${column}`)).toEqual(
      expect.arrayContaining([
        'workflows/causes.yaml:2:22',
        'workflows/causes.yaml:4:14',
        'workflows/causes.yaml:4:31',
      ]),
    );
    const words = found.map(({ message, hint = '' }) => `${message} ${hint}`).join('\n');
    expect(words).toContain('invalid regular expression');
    expect(words).toContain('`output`, `exitCode`, `uses` and `kind`');
    expect(words).toContain('did you mean `output`?');
  });
});
