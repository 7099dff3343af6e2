import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { compile } from '../../src/core/expression.ts';
import { type Ended, Lab, until } from '../faults/rig/lab.ts';
import { useProgram } from '../faults/rig/program.ts';
import { build } from '../faults/rig/workflows.ts';

const program = useProgram();
const patient = { timeout: 120_000 };
const told = (ended: Ended): string => `${ended.code}\n${ended.stdout}\n${ended.stderr}`;

/** What a shell would act on, were it read as its text. */
const nasty = `$(touch pwned) \`touch pwned\`; touch pwned & | > pwned '"\\ * ? ~ {a,b} $HOME !! #\ttab -n --help`;

describe('a value with the characters of a shell', patient, () => {
  it('reaches every kind of command as text', async () => {
    const value = '${{ inputs.v }}';
    const lab = new Lab(program.main, {
      build: `name: build
inputs: { v: { type: string, required: true } }
env: { GLOBAL: "${value}" }
steps:
  - { id: argv, run: [sh, -c, 'printf %s "$1" > world/argv', sh, "${value}"] }
  - id: shell
    shell: |
      printf %s ${value} > world/shell
      printf %s "${value}" > world/quoted
  - { id: stdin, run: [sh, -c, 'cat > world/stdin'], stdin: "${value}" }
  - { id: env, run: [sh, -c, 'printf %s "$OWN" > world/env; printf %s "$GLOBAL" > world/global'], env: { OWN: "${value}" } }
  - { id: output, run: [printf, '%s', "${value}"], outputs: { said: stdout } }
  - { id: again, run: [sh, -c, 'printf %s "$1" > world/again', sh, "\${{ steps.output.outputs.said }}"] }
  - id: each
    foreach: { item: "\${{ [inputs.v] }}" }
    run: [sh, -c, 'printf %s "$1" > world/each', sh, "\${{ item }}"]
  - id: probe
    health: [{ probe: command, run: [printf, '%s', "${value}"], expect: stdout == inputs.v, within: 0s }]
`,
    });
    const ended = await lab.run(['run', 'build', '--set', `v=${nasty}`]);
    expect(ended.code, told(ended)).toBe(0);
    for (const name of ['argv', 'shell', 'quoted', 'stdin', 'env', 'again', 'each'])
      expect([name, readFileSync(join(lab.world, name), 'utf8')]).toEqual([name, nasty]);
    expect(existsSync(join(lab.dir, 'pwned'))).toBe(false);
    expect(existsSync(join(lab.world, 'pwned'))).toBe(false);
  });

  it('reaches an undo as text, also long after the file is gone', async () => {
    const lab = new Lab(program.main, {
      build: `name: build
deploys: true
inputs: { v: { type: string, required: true } }
steps:
  - id: makes
    run: [touch, world/made]
    health: [{ probe: file, path: world/made }]
    creates: [{ kind: file, name: made }]
    undo: { shell: "printf %s \${{ inputs.v }} > world/undone; rm world/made", absent: [{ probe: file, path: world/made, expect: exists == false }] }
`,
      clear: 'name: clear\nundoes: build\n',
    });
    expect((await lab.run(['run', 'build', '--set', `v=${nasty}`])).code).toBe(0);
    const ended = await lab.run(['run', 'clear']);
    expect(ended.code, told(ended)).toBe(0);
    expect(readFileSync(join(lab.world, 'undone'), 'utf8')).toBe(nasty);
  });
});

describe('a name that would be a path', patient, () => {
  it('is refused for workflows, variants and runs', async () => {
    const lab = new Lab(program.main, { build });
    mkdirSync(join(lab.dir, 'outside'));
    writeFileSync(join(lab.dir, 'outside', 'variant.yaml'), 'name: outside\n');
    writeFileSync(join(lab.dir, 'outside', 'build.yaml'), build);
    const refused = [
      ['run', '../../outside/build'],
      ['run', 'build', '--variant', '../outside'],
      ['resume', '../../../etc'],
      ['logs', '../../../etc/passwd'],
      ['logs', 'last', '../../state.json'],
    ];
    for (const args of refused) {
      const ended = await lab.run(args);
      expect([2, 3, 5, 6], `${args.join(' ')}: ${told(ended)}`).toContain(ended.code);
      expect(ended.stderr).not.toContain('mistake in lab');
    }
    expect(lab.deeds()).toEqual([]);
  });

  it('as the key of a child makes a log in the folder of the run, and nowhere else', async () => {
    const lab = new Lab(program.main, {
      build: `name: build
steps:
  - id: each
    foreach: { item: ['../../../escaped', '/tmp/escaped', '..', 'a/b', "nul\\0byte"] }
    run: [echo, "\${{ item }}"]
`.replace(', "nul\\0byte"', ''),
    });
    const ended = await lab.run(['run', 'build']);
    expect(ended.code, told(ended)).toBe(0);
    const [run = ''] = lab.runs();
    expect(readdirSync(join(lab.stateDir, 'runs', run, 'logs'))).toHaveLength(4);
    expect(readdirSync(lab.dir).sort()).toEqual(['state', 'workflows', 'world']);
    expect(existsSync('/tmp/escaped')).toBe(false);
  });
});

describe('a symbolic link', patient, () => {
  it('in the place of the state folder is refused, and nothing is written behind it', async () => {
    const lab = new Lab(program.main, { build });
    mkdirSync(join(lab.dir, 'elsewhere'));
    symlinkSync(join(lab.dir, 'elsewhere'), lab.stateDir);
    expect((await lab.run(['run', 'build'])).code).toBe(5);
    expect(readdirSync(join(lab.dir, 'elsewhere'))).toEqual([]);
    expect(lab.deeds()).toEqual([]);
  });

  it('in the place of a report, a bundle or a recording is not written through', async () => {
    const lab = new Lab(program.main, { build });
    expect((await lab.run(['run', 'build'])).code).toBe(0);
    const [link, victim] = [join(lab.dir, 'link'), join(lab.dir, 'victim')];
    writeFileSync(victim, 'mine');
    symlinkSync(victim, link);
    for (const args of [
      ['report', '--out', link],
      ['report', '--bundle', '--out', link],
      ['run', 'build', '--record', link],
    ])
      expect((await lab.run(args)).code, args.join(' ')).toBe(2);
    expect(readFileSync(victim, 'utf8')).toBe('mine');
  });

  it('in the way of a file that a step or `render` makes is not followed out of its folder', async () => {
    const lab = new Lab(program.main, {
      build: 'name: build\nsteps: [{ id: page, uses: template, with: { template: page.liquid, to: out/page } }]\n',
    });
    const elsewhere = mkdtempSync(join(tmpdir(), 'lab-elsewhere-'));
    onTestFinished(() => rmSync(elsewhere, { recursive: true, force: true }));
    writeFileSync(join(elsewhere, 'page'), 'mine');
    writeFileSync(join(lab.dir, 'page.liquid'), 'ours');
    const variant = 'name: tiny\nrender: [{ template: page.liquid, to: page }]\n';
    writeFileSync(join(lab.dir, 'workflows', 'tiny', 'variant.yaml'), variant);
    const run = async (): Promise<void> => {
      const ended = await lab.run(['run', 'build']);
      expect([ended.code, ended.stdout + ended.stderr]).toEqual([
        1,
        expect.stringContaining('leads out of the project'),
      ]);
    };
    const render = async (): Promise<void> => {
      const ended = await lab.run(['render', '--out', 'out']);
      expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('leads out of the folder')]);
    };
    symlinkSync(elsewhere, join(lab.dir, 'out'));
    await run();
    rmSync(join(lab.dir, 'out'));
    mkdirSync(join(lab.dir, 'out'));
    symlinkSync(join(elsewhere, 'page'), join(lab.dir, 'out', 'page'));
    await run();
    await render();
    expect(readFileSync(join(elsewhere, 'page'), 'utf8')).toBe('mine');
    rmSync(join(lab.dir, 'out', 'page'));
    expect((await lab.run(['run', 'build'])).code).toBe(0);
    expect((await lab.run(['render', '--out', 'out'])).code).toBe(0);
  });

  it.each(['../page', 'out/../../page', "${{ '../' + 'page' }}"])('no file of a step is %s', async (to) => {
    const step = `{ id: page, uses: template, with: { template: page.liquid, to: "${to}" } }`;
    const lab = new Lab(program.main, { build: `name: build\nsteps: [${step}]\n` });
    writeFileSync(join(lab.dir, 'page.liquid'), 'ours');
    const ended = await lab.run(['run', 'build']);
    expect([1, 3], ended.stdout).toContain(ended.code);
    expect(ended.stdout + ended.stderr).toContain('a file elsewhere is named by its absolute path');
    expect(existsSync(join(lab.dir, '..', 'page'))).toBe(false);
  });

  it('in the place of the state file or a journal is not written through', async () => {
    const lab = new Lab(program.main, { build });
    mkdirSync(lab.stateDir, { mode: 0o700 });
    const target = join(lab.dir, 'target');
    writeFileSync(target, 'precious');
    symlinkSync(target, join(lab.stateDir, 'state.json'));
    await lab.run(['run', 'build']);
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });
});

describe('keys that name prototypes', patient, () => {
  it('are data in what tools print, and no input or step', async () => {
    const lab = new Lab(program.main, {
      build: `name: build
steps:
  - id: prints
    run: [echo, '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}, "a": 1}']
    outputs: { all: json, a: json.a }
  - { id: reads, run: [echo, "\${{ steps.prints.outputs.all }}", "\${{ steps.prints.outputs.a }}"], needs: [prints] }
  - { id: asks, if: 'steps.prints.outputs.exists(k, k == "polluted")', run: [touch, world/polluted] }
`,
    });
    const ended = await lab.run(['run', 'build']);
    expect(ended.code, told(ended)).toBe(0);
    expect(existsSync(join(lab.world, 'polluted'))).toBe(false);
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const set = await lab.run(['run', 'build', '--new', '--set', `${name}=x`]);
      expect(set.code, told(set)).toBe(2);
      lab.write('other', `name: other\nsteps:\n  - { id: ${name}, run: ["true"] }\n`);
      expect([0, 3]).toContain((await lab.run(['run', 'other'])).code);
    }
  });
});

describe('a file made to exhaust', patient, () => {
  const bomb = `a: &a [x, x, x, x, x, x, x, x, x, x]
${[...'bcdefghi'].map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[index]}`).join(', ')}]`).join('\n')}
name: build
steps: []
`;
  const files: Readonly<Record<string, string>> = {
    'aliases that multiply': bomb,
    'five megabytes': `name: build\nsteps: [] # ${'x'.repeat(5_000_000)}\n`,
    'a hundred thousand levels': `name: build\nsteps: ${'['.repeat(100_000)}`,
    'ten thousand levels of expression': `name: build\nsteps: [{ id: a, if: "${'('.repeat(10_000)}true", run: ["true"] }]\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    it(`by ${name} is told with exit 3`, async () => {
      const ended = await new Lab(program.main, { build: text }).run(['validate']);
      expect(ended.code, told(ended).slice(0, 2000)).toBe(3);
      expect(told(ended).length).toBeLessThan(20_000);
    });
  }
});

describe('a workflow that is no plain file', patient, () => {
  it('is not read, for it may never end', async () => {
    const lab = new Lab(program.main, { build });
    symlinkSync('/dev/zero', join(lab.dir, 'workflows', 'tiny', 'endless.yaml'));
    const endless = await lab.run(['run', 'endless']);
    expect(endless.code, told(endless)).toBe(3);
    expect(endless.stderr).toContain('endless.yaml is no plain file');
  });

  it('is refused by its size before all of it is read', async () => {
    const lab = new Lab(program.main, { build });
    const file = join(lab.dir, 'workflows', 'tiny', 'huge.yaml');
    writeFileSync(file, 'name: huge\n');
    truncateSync(file, 20_000_000_000);
    const huge = await lab.run(['run', 'huge']);
    expect(huge.code, told(huge).slice(0, 2000)).toBe(3);
    expect(told(huge)).toContain('larger than 4 MiB');
  });
});

describe('an expression that would burn time', () => {
  const outcome = (source: string, scope: Readonly<Record<string, unknown>> = {}): unknown => {
    const compiled = compile(source);
    if (!compiled.ok) return compiled.message;
    try {
      return compiled.expression.evaluate(scope);
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('by loops in loops over ranges is refused while it runs', () => {
    const source = 'range(10000).map(a, range(10000).map(b, range(10000).exists(c, c == a + b)))';
    expect(outcome(source)).toContain('more than 1000000 elements in all');
  });

  it('by a regular expression that would take for ever ends at once', () => {
    const scope = { text: `${'a'.repeat(100_000)}!` };
    expect(outcome('text.matches("^(a+)+$") || text.find("^(a|aa)+$") != ""', scope)).toBe(false);
  });

  it('by texts that multiply is refused while it runs', () => {
    const chain = `text${'.replace("a", "aaaa")'.repeat(30)}`;
    expect(outcome(`size(${chain})`, { text: 'aaaa' })).toContain('it makes texts of more than 128 MiB in all');
  });

  it('by loops in loops over a long list is refused before it starts', () => {
    const list = Array.from({ length: 5000 }, (_, index) => index);
    expect(outcome('l.map(a, l.map(b, l.exists(c, c == -1)))', { l: list })).toContain('could take hours');
  });

  it('is not one that looks through a big lab', () => {
    const links = Array.from({ length: 8000 }, (_, index) => ({ leaf: index % 128 }));
    const leaves = Array.from({ length: 128 }, (_, index) => ({ index }));
    expect(outcome('size(links.filter(l, leaves.exists(e, e.index == l.leaf)))', { links, leaves })).toBe(8000);
  });
});

describe('secrets', patient, () => {
  it('are in no file of the state and on no screen, whatever a step does with them', async () => {
    process.env['TEST_SECRET'] = 'open sesame & "more"';
    const lab = new Lab(program.main, {
      build: `name: build
secrets: { KEY: { env: TEST_SECRET } }
steps:
  - id: leaks
    shell: |
      printf '%s\\n' \${{ secrets.KEY }}; printf '%s' \${{ secrets.KEY }} | base64
      printf '%s\\n' \${{ secrets.KEY }} >&2
    outputs: { said: stdout }
  - { id: argues, run: [echo, "\${{ secrets.KEY }}"] }
  - { id: fails, run: [sh, -c, 'echo "$1" >&2; exit 3', sh, "\${{ secrets.KEY }}"] }
  - { id: never, run: ["true"] }
`,
    });
    const ended = await lab.run(['run', 'build']);
    expect(ended.code, told(ended)).toBe(1);
    const json = await lab.run(['resume', '--json']);
    const all = [told(ended), told(json), ...filesBelow(lab.stateDir).map((file) => readFileSync(file, 'utf8'))].join(
      '\n',
    );
    expect(all).toContain('***');
    expect(all).not.toContain('open sesame');
    expect(all).not.toContain(Buffer.from('open sesame & "more"').toString('base64').slice(0, 24));
  });
});

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('what a tool prints', patient, () => {
  it('does not command the terminal', async () => {
    const lab = new Lab(program.main, {
      build: `name: build\nsteps:\n  - { id: paints, run: [printf, '\\033]0;pwned\\007\\033[2J\\033[8mhidden\\n'] }\n  - { id: "fails", run: [sh, -c, "printf '\\\\033[2Jgone\\\\n' >&2; exit 1"] }\n`,
    });
    const ended = await lab.run(['run', 'build']);
    expect(ended.code, told(ended)).toBe(1);
    expect(told(ended)).toContain('hidden');
    expect(told(ended)).not.toContain('\u001b]0;');
    expect(told(ended)).not.toContain('\u001b[2J');
  });
});

describe('the log of a step', patient, () => {
  it.each([
    ['no secret', ''],
    ['a secret', 'secrets: { k: { env: TEST_SECRET } }\n'],
  ])('has the bytes, whatever they are, in a run with %s', async (_, secrets) => {
    process.env['TEST_SECRET'] = 'open sesame';
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_byte, at) => (at * 31 + (at >> 8)) % 256));
    const lab = new Lab(program.main, {
      build: `name: build\n${secrets}steps:\n  - { id: cat, run: [cat, world/bytes] }\n`,
    });
    writeFileSync(join(lab.world, 'bytes'), Buffer.concat([bytes, Buffer.from('open sesame\n')]));
    const ended = await lab.run(['run', 'build']);
    expect(ended.code, told(ended)).toBe(0);
    const log = readFileSync(join(lab.stateDir, 'runs', lab.runs()[0] ?? '', 'logs', 'cat.1.log'));
    const end = secrets === '' ? 'open sesame\n' : '***\n';
    expect(log.equals(Buffer.concat([bytes, Buffer.from(end)]))).toBe(true);
  });
});

describe('a stranger who carries the tag of a step', patient, () => {
  it('is neither waited for nor ended', async () => {
    const slow = `name: build
steps:
  - id: only
    shell: |
      echo "start only" >> world/deeds
      test -e world/go || { touch world/go; exec sleep 0.2; }
      touch world/only
    health: [{ probe: file, path: world/only }]
`;
    const lab = new Lab(program.main, { build: slow });
    const first = lab.start(['run', 'build']);
    await until(() => lab.deeds().length === 1);
    first.process.kill('SIGKILL');
    await first.ended;
    const env = { ...process.env, LAB_STEP: `${lab.runs()[0]}/only` };
    const stranger = spawn('sleep', ['300'], { env, stdio: 'ignore' });
    onTestFinished(() => {
      stranger.kill('SIGKILL');
    });
    const resumed = await lab.run(['resume', '--survivors', 'end']);
    expect(resumed.code, told(resumed)).toBe(0);
    expect(stranger.exitCode).toBeNull();
    expect(stranger.signalCode).toBeNull();
  });
});
