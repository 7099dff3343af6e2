import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ended, Lab } from '../faults/rig/lab.ts';
import { useProgram } from '../faults/rig/program.ts';

const program = useProgram();
const patient = { timeout: 120_000 };
const told = (ended: Ended): string => `${ended.code}\n${ended.stdout}\n${ended.stderr}`;

/** All that is kept, and the names it is kept under. */
const kept = (lab: Lab): string =>
  (existsSync(lab.stateDir) ? readdirSync(lab.stateDir, { recursive: true, withFileTypes: true }) : [])
    .flatMap((entry) => [entry.name, entry.isFile() ? readFileSync(join(entry.parentPath, entry.name), 'latin1') : ''])
    .join('\n');

const token = 'verysecrettoken';
process.env['PLACES_TOKEN'] = token;
const secrets = 'secrets: { tok: { env: PLACES_TOKEN } }';

describe('a secret', patient, () => {
  it('of thirty kilobytes is masked like any other', async () => {
    const lab = new Lab(program.main, {
      build: 'name: build\nsecrets: { big: { file: world/big } }\nsteps:\n  - { id: cat, run: [cat, world/big] }\n',
    });
    const big = Array.from({ length: 3000 }, (_, at) => `${at}-${(at * 7919).toString(36)}`).join('');
    writeFileSync(join(lab.world, 'big'), big);
    const ended = await lab.run(['run', 'build']);
    expect(ended.code, told(ended)).toBe(0);
    expect(told(ended)).toContain('cat | ***');
    expect(told(ended) + kept(lab)).not.toContain(big.slice(1000, 1020));
  });

  it.each([
    ['foreach: { k: ["${{ secrets.tok }}"] }', 3],
    [`foreach: { k: [1] }\n    key: '"id-" + secrets.tok'`, 3],
    ['foreach: { k: "${{ steps.list.outputs.l }}" }', 1],
    ['foreach: { k: [1] }\n    needs: ["each[${{ secrets.tok }}]"]', 3],
  ])('in an address (%s) is refused with words, and told nowhere', async (where, code) => {
    const lab = new Lab(program.main, {
      build: `name: build\n${secrets}\nsteps:
  - { id: list, run: [echo, '["tok-\${{ secrets.tok }}"]'], outputs: { l: json } }
  - id: each
    ${where}
    run: [echo, hello]
`,
    });
    const ended = await lab.run(['run', 'build']);
    expect(ended.code, told(ended)).toBe(code);
    expect(told(ended)).toMatch(/holds a secret/);
    const others = await Promise.all([
      lab.run(['status']),
      lab.run(['plan', 'build']),
      lab.run(['report', '--out', 'world/page.html']),
    ]);
    const page = readdirSync(lab.world).map((name) => readFileSync(join(lab.world, name), 'utf8'));
    expect([told(ended), ...others.map(told), kept(lab), ...page].join('\n')).not.toContain(token);
  });

  it('as what a map holds is handed to its child, whose key is the name it has there', async () => {
    const lab = new Lab(program.main, {
      build: `name: build\n${secrets}\nsteps:
  - id: each
    foreach: { k: { first: "\${{ secrets.tok }}" } }
    shell: printf %s \${{ k.value }} > world/\${{ key }}
`,
    });
    const ended = await lab.run(['run', 'build']);
    expect(ended.code, told(ended)).toBe(0);
    expect(readFileSync(join(lab.world, 'first'), 'utf8')).toBe(token);
  });

  it('in a fact or an output is withheld, and who asks for it is told why', async () => {
    const lab = new Lab(program.main, {
      build: `name: build
deploys: true
${secrets}
steps:
  - id: out
    run: [echo, '{"t": "tok-\${{ secrets.tok }}", "plain": "abc"}']
    outputs: { t: json.t, plain: json.plain }
facts: { t: steps.out.outputs.t, plain: steps.out.outputs.plain }
`,
      fact: 'name: fact\nsteps:\n  - { id: v, run: [sh, -c, "echo $1 > world/used", sh, "${{ deployed.facts.t }}"] }\n',
      output:
        'name: output\nsteps:\n  - { id: v, run: [sh, -c, "echo $1 > world/used", sh, "${{ deployed.out.t }}"] }\n',
      plain:
        'name: plain\nsteps:\n  - { id: v, run: [sh, -c, "echo $1 > world/used", sh, "${{ deployed.facts.plain }}"] }\n',
    });
    const built = await lab.run(['run', 'build']);
    expect(built.code, told(built)).toBe(0);
    expect(told(built)).toContain('(holds a secret, which is kept nowhere)');
    for (const [name, path] of [
      ['fact', 'deployed.facts.t'],
      ['output', 'deployed.out.t'],
    ] as const) {
      const ended = await lab.run(['run', name]);
      expect(ended.code, told(ended)).toBe(1);
      expect(told(ended)).toContain(`${path} holds a secret, which is kept nowhere`);
    }
    expect(readdirSync(lab.world)).toEqual([]);
    expect((await lab.run(['run', 'plain'])).code).toBe(0);
    expect(readFileSync(join(lab.world, 'used'), 'utf8')).toBe('abc\n');
    expect((await lab.run(['status'])).stdout).toContain('(holds a secret, which is kept nowhere)');
  });

  it('coloured in its middle is shown and kept by nobody', async () => {
    const lab = new Lab(program.main, {
      build: `name: build\n${secrets}\nsteps:
  - { id: paints, run: [sh, -c, 'printf "very\\033[31msecret\\033[0mtoken\\n"; printf "very\\033[1msecrettoken\\n" >&2; exit 3'] }
`,
    });
    const ended = await lab.run(['run', 'build']);
    const json = await lab.run(['resume', '--json']);
    expect(ended.code, told(ended)).toBe(1);
    expect(told(ended)).toContain('paints | ***');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as whoever looks at it would see it
    const seen = (told(ended) + told(json) + kept(lab)).replace(/(?:\x1b|\\u001b)\[\d*m/g, '');
    expect(seen).not.toContain(token);
  });

  it.each([
    ['world', 'it is a folder, and a file is needed'],
    ['world/none', 'there is no such file'],
    ['world/binary', 'is not UTF-8 text'],
  ])('in the file %s is refused with its name', async (file, why) => {
    const lab = new Lab(program.main, {
      build: `name: build\nsecrets: { x: { file: ${file} } }\nsteps:\n  - { id: only, run: ["true"] }\n`,
    });
    mkdirSync(lab.world, { recursive: true });
    writeFileSync(join(lab.world, 'binary'), Buffer.from([0xff, 0xfe, 1]));
    const ended = await lab.run(['run', 'build']);
    expect(ended.code, told(ended)).toBe(2);
    expect(ended.stderr).toContain('secret x: ');
    expect(ended.stderr).toContain(why);
  });
});
