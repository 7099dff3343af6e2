// Most calls are read without commander: what is understood that way is what commander understands, and the rest is left to it.
import { describe, expect, it } from 'vitest';
import { readPlainly } from '../../src/cli/program/plain.ts';
import { readFully } from '../../src/cli/program/program.ts';

/** Every command with what it may be called with, as people write it. */
const plain = [
  'run go',
  'run go --no-tty --state-dir /tmp/state',
  'run --project /p go --json --quiet',
  'run go --set a=1 --set b=2 --yes',
  'run go --set a=1 b=2 --state-dir s',
  'run go --redo a,b,,c --redo d --assume x --reason because',
  'run go --new --survivors wait --record file --variant one --inputs file --defaults',
  'run go --only a --from b --until c',
  'run go --state-dir one --state-dir two',
  'resume',
  'resume 20260101-120000-deploy-1a2b --plan',
  'adopt',
  'plan',
  'plan go --json',
  'why step',
  'why step go --json',
  'status',
  'status --json --watch',
  'logs',
  'logs last',
  'logs last step --lines 20 --follow',
  'runs --json',
  'list',
  'validate --variant one',
  'doctor',
  'graph --format mermaid --children',
  'graph go --topology',
  'schema variant',
  'completion bash',
  'render --out dir',
  'new mine --from other',
  'report last --out file',
  'ui --port 8080',
  'rehearse go --twice --fail step --transcript t --stand-ins s',
  'replay file --no-tty',
];

/** What has to be told, or may be meant in another way. */
const left = [
  '',
  'nonesuch',
  '--version',
  '--project p run go',
  'help run',
  'run',
  'run --help',
  'run go more',
  'run go --nonesuch',
  'run go -y',
  'run go --state-dir=s',
  'run go --state-dir',
  'run go --variant --json',
  'run go --survivors never',
  'run --set a=1 go',
  'plan --set a=1 --state-dir s go',
  'run go -- more',
  'run go -1',
  'logs -n 20',
  'redo a b',
  'exec place ls',
  'rehearse go --crash 3',
  'render',
  'new mine',
  'report --out -',
];

const words = (call: string): readonly string[] => (call === '' ? [] : call.split(' '));

describe('the words of a call', () => {
  it.each(plain)('%s: mean what commander takes them for', async (call) => {
    const asked = await readFully(words(call));
    if (typeof asked === 'number') throw new Error('commander refuses it');
    const understood = readPlainly(words(call));
    expect(understood?.operands).toEqual(asked.operands);
    expect(understood?.options).toEqual(asked.options);
    expect(String(understood?.load)).toBe(String(asked.load));
  });

  it.each(left)('%s: are left to commander', (call) => {
    expect(readPlainly(words(call))).toBeUndefined();
  });

  it('are read by commander when they are not plain', async () => {
    expect(await readFully(words('exec place -- ls -l'))).toMatchObject({ operands: ['place', ['ls', '-l']] });
    expect(await readFully(words('plan --set a=1 --state-dir s go'))).toMatchObject({
      options: { set: ['a=1', 'go'] },
    });
  });
});
