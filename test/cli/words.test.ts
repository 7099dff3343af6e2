import { describe, expect, it } from 'vitest';
import { withCommandApart } from '../../src/cli/program/program.ts';
import { needsDeployed } from '../../src/session/rehearsal.ts';
import { RunModel } from '../../src/view/run-model.ts';
import { summary } from '../../src/view/summary.ts';

describe('the command of exec', () => {
  it.each([
    ['exec leaf1 vtysh -c show', 'exec leaf1 -- vtysh -c show'],
    ['exec --state-dir s leaf1 --defaults ip -6 route', 'exec --state-dir s leaf1 --defaults -- ip -6 route'],
    ['exec --state-dir=s leaf1 ls', 'exec --state-dir=s leaf1 -- ls'],
    ['exec leaf1 -- vtysh -c show', 'exec leaf1 -- vtysh -c show'],
    ['exec leaf1 --state-dir s', 'exec leaf1 --state-dir s'],
    ['exec --help', 'exec --help'],
    ['run deploy --only a', 'run deploy --only a'],
  ])('has its own options without a --: %s', (typed, read) => {
    expect(withCommandApart(typed.split(' ')).join(' ')).toBe(read);
  });
});

describe('a rehearsal of a workflow', () => {
  const step = (more: object) => ({ workflow: { name: 'w', steps: [{ id: 'a', run: ['x'], ...more }] } });

  it.each([
    [{ run: ['x', '${{ deployed.facts.url }}'] }],
    [{ if: 'deployed.facts.url != ""' }],
    [{ health: [{ probe: 'command', run: ['x'], expect: 'stdout == deployed.facts.url' }] }],
    [{ outputs: { url: 'deployed.facts.url' } }],
  ])('builds what is deployed first where an expression reads it: %j', (more) => {
    expect(needsDeployed(step(more))).toBe(true);
  });

  it.each([
    [{ name: 'deployed' }],
    [{ run: ['helm', 'list', '--deployed'] }],
    [{ health: [{ probe: 'command', run: ['helm'], expect: 'json.info.status == "deployed"' }] }],
    [{ shell: 'echo ${{ inputs.deployed }}' }],
  ])('takes a mere word for none: %j', (more) => {
    expect(needsDeployed(step(more))).toBe(false);
  });
});

it('a fact is never cut in the ending: it may be a command to copy', () => {
  const model = new RunModel();
  const fact = 'npx lab exec client4 -- curl -s http://192.168.33.10/a/long/path/that/has/no/room/in/eighty/columns';
  const end = { type: 'run.finished', outcome: 'succeeded', counts: {}, durationMs: 1, facts: { try: fact } } as const;
  model.add({ ...end, seq: 1, at: 1 });
  const lines = summary(model, { color: false, columns: 60, now: 1 }).split('\n');
  const told = lines.slice(lines.findIndex((line) => line.includes('try')));
  expect(told.join(' ').replace(/\s+/g, ' ')).toContain(fact);
});
