// Changes files that `lab` reads, one at a time and by chance, and looks at how it takes them: a documented exit code, words instead of a
// stack, no bare control characters, no "undefined", and all that in time. `npm run fuzz -- --cases 500 --seed 7`
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    cases: { type: 'string', default: '200' },
    only: { type: 'string' },
    main: { type: 'string', default: resolve(import.meta.dirname, '../bin/lab.js') },
  },
});
const limitMs = 60_000;

/** mulberry32: small, and the same everywhere. */
const randomFrom = (seed) => {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

const workflow = `name: deploy
inputs:
  count: { type: integer, default: 2, minimum: 1 }
  word: { type: string, default: hello }
steps:
  - id: first
    run: [sh, -c, "echo 7"]
    satisfied: once
    outputs: { n: int(stdout) }
    creates: [{ kind: file, name: first }]
    undo: { run: ["true"] }
  - id: each
    foreach: { item: "\${{ [1, 2] }}" }
    shell: test "\${{ item }}" = "\${{ item }}"
    timeout: 5s
    health: [{ probe: command, run: ["true"], expect: exitCode == 0, within: 1s }]
  - id: last
    needs: [first]
    if: inputs.count > 1
    shell: echo "\${{ inputs.word }} \${{ steps.first.outputs.n }}"; exit 3
facts: { n: steps.first.outputs.n }
`;
const files = {
  'workflows/v/deploy.yaml': workflow,
  'workflows/v/teardown.yaml': 'name: teardown\nundoes: deploy\n',
  'workflows/v/variant.yaml': 'name: v\ndescription: A variant\n',
  'workflows/causes.yaml': 'causes:\n  - id: three\n    cause: it said three\n    remedy: say two\n    exitCode: 3\n',
  'inputs.yaml': 'count: 3\nword: other\n',
  'stand-ins.yaml': 'first: { n: 7 }\neach: { ip: 10.0.0.2 }\n',
};

const env = { PATH: process.env.PATH, HOME: tmpdir(), NO_COLOR: '1' };
const lab = (dir, words) =>
  spawnSync(process.execPath, [values.main, ...words], {
    cwd: dir,
    env,
    encoding: 'utf8',
    timeout: limitMs,
    input: '',
  });

const makeProject = () => {
  const dir = mkdtempSync(join(tmpdir(), 'lab-fuzz-'));
  mkdirSync(join(dir, 'workflows/v'), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const first = lab(dir, ['run', 'deploy', '--no-tty', '--record', 'transcript.jsonl']);
  if (first.status !== 1) throw new Error(`the project of the fuzzer does not run: ${first.stdout}${first.stderr}`);
  const [run] = readdirSync(join(dir, 'state/runs'));
  lab(dir, ['report', '--bundle']);
  const bundle = readdirSync(dir).find((name) => name.endsWith('.gz'));
  if (bundle === undefined) throw new Error('no bundle was written');
  cpSync(join(dir, 'state/runs', run, 'journal.jsonl'), join(dir, 'events.jsonl'));
  return { dir, run, bundle };
};

/** What is changed, and the commands that read it. */
const kindsOf = ({ run, bundle }) => ({
  workflow: ['workflows/v/deploy.yaml', [['validate'], ['plan', 'deploy'], ['run', 'deploy', '--no-tty', '--new']]],
  variant: ['workflows/v/variant.yaml', [['validate'], ['list']]],
  causes: ['workflows/causes.yaml', [['validate'], ['run', 'deploy', '--no-tty', '--new']]],
  inputs: ['inputs.yaml', [['plan', 'deploy', '--inputs', 'inputs.yaml']]],
  'stand-ins': ['stand-ins.yaml', [['rehearse', 'deploy', '--stand-ins', 'stand-ins.yaml']]],
  transcript: ['transcript.jsonl', [['rehearse', 'deploy', '--transcript', 'transcript.jsonl']]],
  events: [
    'events.jsonl',
    [
      ['replay', 'events.jsonl'],
      ['replay', 'events.jsonl', '--json'],
    ],
  ],
  bundle: [bundle, [['replay', bundle]]],
  journal: [
    `state/runs/${run}/journal.jsonl`,
    [['status'], ['resume', '--no-tty'], ['runs'], ['logs'], ['why', 'last']],
  ],
  state: ['state/state.json', [['status'], ['plan', 'deploy'], ['run', 'teardown', '--no-tty']]],
  told: [`state/runs/${run}/told`, [['plan', 'deploy'], ['status']]],
});

const oddValues = [
  null,
  true,
  -1,
  1e308,
  '',
  'x',
  '\u001b]52;c;eA==\u0007',
  [],
  {},
  [null],
  { kind: 'exmt' },
  '9'.repeat(400),
];

/** One value somewhere in it becomes another, or is gone. */
const changeValue = (value, random) => {
  const places = [];
  const walk = (at) => {
    for (const key of Object.keys(at)) {
      places.push([at, key]);
      if (typeof at[key] === 'object' && at[key] !== null) walk(at[key]);
    }
  };
  walk(value);
  if (places.length === 0) return value;
  const [owner, key] = places[random(places.length)];
  if (random(4) === 0) delete owner[key];
  else owner[key] = oddValues[random(oddValues.length)];
  return value;
};

const changeLine = (text, random) => {
  const lines = text.split('\n');
  const at = random(Math.max(1, lines.length - 1));
  try {
    lines[at] = JSON.stringify(changeValue(JSON.parse(lines[at]), random));
  } catch {
    lines.splice(at, random(2), lines[random(lines.length)]);
  }
  return lines.join('\n');
};

const changeBytes = (bytes, random) => {
  const changed = Buffer.from(bytes);
  const at = random(Math.max(1, changed.length));
  switch (random(4)) {
    case 0:
      return changed.subarray(0, at);
    case 1:
      return Buffer.concat([changed.subarray(0, at), changed.subarray(at + 1 + random(40))]);
    case 2:
      return Buffer.concat([
        changed.subarray(0, at),
        Buffer.from(['\u001b[31m', '\u0000', '\t', '{', '*a', '&a', '\r', ': '][random(8)]),
        changed.subarray(at),
      ]);
    default:
      changed[at] = random(256);
      return changed;
  }
};

const change = (bytes, random) =>
  random(2) === 0 && bytes[0] !== 0x1f
    ? Buffer.from(changeLine(bytes.toString('utf8'), random))
    : changeBytes(bytes, random);

const documented = new Set([0, 1, 2, 3, 4, 5, 6]);
const complaintAbout = ({ status, signal, stdout, stderr }, json) => {
  const text = `${stdout}\n${stderr}`;
  if (signal !== null) return `took more than ${limitMs} ms, or died of ${signal}`;
  if (!documented.has(status)) return `exit code ${status}`;
  if (/\n\s+at .*:\d+:\d+/.test(text)) return 'a stack';
  if (/\bundefined\b|\[object Object\]|\bNaN\b/.test(stderr)) return 'a word of the machine';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are looked for
  if (!json && /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/.test(text)) return 'a control character';
  return undefined;
};

const seed = Number(values.seed);
const cases = Number(values.cases);
process.stdout.write(`seed ${seed}, ${cases} cases\n`);
const project = makeProject();
const { dir } = project;
const kinds = Object.entries(kindsOf(project)).filter(([kind]) => values.only === undefined || kind === values.only);
let bad = 0;
try {
  for (let number = 0; number < cases; number += 1) {
    const random = randomFrom(seed * 7919 + number);
    const [kind, [file, commands]] = kinds[number % kinds.length];
    const words = commands[random(commands.length)];
    const work = mkdtempSync(join(tmpdir(), 'lab-fuzz-case-'));
    try {
      cpSync(dir, work, { recursive: true });
      writeFileSync(join(work, file), change(readFileSync(join(dir, file)), random));
      const ended = lab(work, words);
      const complaint = complaintAbout(ended, words.includes('--json'));
      if (complaint === undefined) continue;
      bad += 1;
      const kept = readFileSync(join(work, file));
      const place = join(tmpdir(), `lab-fuzz-${seed}-${number}-${kind}`);
      writeFileSync(place, kept);
      process.stdout.write(
        `case ${number} (${kind}): lab ${words.join(' ')}: ${complaint}; the file is ${place}\n${JSON.stringify((ended.stderr || ended.stdout).slice(0, 500))}\n`,
      );
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
process.stdout.write(`${cases - bad} of ${cases} were taken well\n`);
process.exitCode = bad === 0 ? 0 : 1;
