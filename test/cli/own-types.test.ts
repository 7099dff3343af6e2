// Step types, probe types and models of a project: found in its folders, and every mistake in them told with its place.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type StepContext, StepError } from '../../src/engine/step-type.ts';
import { findProject } from '../../src/project/project.ts';
import { type Known, loadRegistry } from '../../src/project/registry.ts';

const step = (name: string): string =>
  `defineStep({ name: '${name}', summary: 's', input: z.strictObject({}), async run() { return {}; } })`;
const probe = (name: string): string =>
  `defineProbe({ name: '${name}', summary: 's', input: z.strictObject({}), values: {}, describe: () => '', async look() { return { holds: true, saw: '', values: {} }; } })`;
const head = "import { defineProbe, defineStep, z } from 'lab';\n";

const load = (files: Readonly<Record<string, string>>): Promise<Known> => {
  const dir = mkdtempSync(join(tmpdir(), 'lab-own-types-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  mkdirSync(join(dir, 'workflows'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return loadRegistry(findProject(dir), join(dir, 'state'));
};

/** What is said of one file, as its first lines without the hint. */
const told = async (name: string, text: string): Promise<string> => {
  const error: unknown = await load({ [`steps/${name}`]: text }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: 'CliError', code: 3 });
  return (error as Error).message;
};

describe('the types of a project', () => {
  it('are all exports of its steps/ and models/ that are types, in JavaScript and in TypeScript', async () => {
    const known = await load({
      'steps/one.ts': `${head}const both: unknown[] = [];\nexport const a = ${step('own.a')};\nexport const b = ${probe('own.b')};\n`,
      'steps/two.js': `${head}import { name } from './deep/names.js';\nexport default defineStep({ ...${step('x')}, name });\n`,
      'steps/three.mjs': `${head}export const c = ${step('own.c')};\n`,
      'steps/deep/names.js': "export const name = 'own.named';\n",
      'steps/types.d.ts': 'export type Nothing = never;\n',
      'steps/README.md': 'not a module',
      'steps/helpers.ts': 'export const port = 1;\nexport const tool = { run: (): number => 1 };\n',
      'models/m.ts': `${head}export const m = { name: 'own', inputs: z.strictObject({}), build: () => ({ n: 1 }) };\n`,
    });
    expect([...known.steps.keys()].filter((name) => name.startsWith('own'))).toEqual(['own.a', 'own.c', 'own.named']);
    expect(known.probes.has('own.b')).toBe(true);
    expect(known.models.get('own')?.build({})).toEqual({ n: 1 });
    expect(known.probes.has('command')).toBe(true);
  });

  it('may have every key of their contract', async () => {
    const glancing = probe('own.b').replace('defineProbe({', "defineProbe({ glance: () => 'same',");
    const whole = step('own.a').replace(
      'defineStep({',
      "defineStep({ outputs: {}, check: async () => ({ holds: true, saw: '' }), undo: async () => undefined, creates: () => [], absent: async () => ({ holds: true, saw: '' }), files: () => [], renders: () => [], describe: () => '',",
    );
    const known = await load({ 'steps/all.js': `${head}export const a = ${whole};\nexport const b = ${glancing};\n` });
    expect(known.probes.get('own.b')?.glance?.({}, {} as StepContext)).toBe('same');
    expect(known.steps.has('own.a')).toBe(true);
  });

  it('throw errors that are known as those of this program', async () => {
    const text = `import { StepError } from 'lab';\n${head}export const a = { ...${step('own.a')}, run() { throw new StepError('no'); } };\n`;
    const run = (await load({ 'steps/a.ts': text })).steps.get('own.a')?.run;
    expect(() => run?.({}, {} as StepContext)).toThrow(StepError);
  });

  it('may be exported by two names', async () => {
    const known = await load({
      'steps/a.js': `${head}const a = ${step('own.a')};\nexport { a };\nexport default a;\n`,
    });
    expect(known.steps.has('own.a')).toBe(true);
  });
});

describe('a mistake in a type of a project is told', () => {
  it.each([
    [
      'what it lacks',
      `export const a = { name: 'own.a', summary: 's', run() {} };`,
      'steps/x.js:2:1: error: the step type lacks `input`',
    ],
    [
      'what is of another kind',
      `export const a = { ...${probe('own.a')}, values: 'rows' };`,
      '`values` of the probe type is not what it must be',
    ],
    [
      'a key it does not know',
      `export const a = { ...${step('own.a')}, chek: async () => ({ holds: true, saw: '' }) };`,
      'did you mean `check`?',
    ],
    [
      'a schema of another make',
      `export const a = { ...${step('own.a')}, input: { safeParse() {} } };`,
      'it must be a zod schema',
    ],
    [
      'a name that comes with lab',
      `export const a = ${probe('file')};`,
      'steps/x.js:2:1: error: there is a probe type named `file` already, among those that come with `lab`',
    ],
    [
      'a function that lab does not have',
      'export const a = defineStp({});',
      'steps/x.js:2:1: error: `lab` exports no function `defineStp`',
    ],
  ])('%s', async (_, text, expected) => {
    expect(await told('x.js', `import { defineProbe, defineStep, defineStp, z } from 'lab';\n${text}\n`)).toContain(
      expected,
    );
  });

  it('with file, line and column of a syntax error, also in TypeScript', async () => {
    const text = `${head}interface A {\n  b: string;\n}\nexport const a = defineStep({\n  name: 'a'\n  summary: 's',\n});\n`;
    expect(await told('x.ts', text)).toContain(
      `steps/x.ts:7:3: error: Unexpected token, expected "," [syntax]\n7 |   summary: 's',\n  |   ^\n`,
    );
  });

  it('with the line that threw while it was loaded', async () => {
    const text = `${head}type A = string;\nconst broken = (): A => {\n  throw new Error('no database');\n};\nbroken();\n`;
    expect(await told('x.ts', text)).toContain(`steps/x.ts:4:3: error: it could not be loaded: no database`);
  });

  it('with what was thrown, when that is no error', async () => {
    expect(await told('x.mjs', 'await Promise.reject({ code: 3 });\n')).toContain('it threw { code: 3 }');
  });

  it('with the line that imports what is not there', async () => {
    const text = `${head}import { x } from './nothere.ts';\nexport const y = x;\n`;
    expect(await told('x.ts', text)).toContain(`steps/x.ts:2:1: error: Cannot find module './nothere.ts'`);
  });

  it('together with all others', async () => {
    const error = await load({
      'steps/a.js': `${head}export const a = ${step('own.a')};\n`,
      'steps/b.js': `${head}export const b = ${step('own.a')};\n`,
      'steps/c.js': 'export const = 1;\n',
      'models/d.js': "export const d = { name: 'd', inputs: 1, build() {} };\n",
    }).catch((thrown: unknown) => (thrown as Error).message);
    expect(error).toContain('steps/b.js:2:1: error: there is a step type named `own.a` already, in steps/a.js');
    expect(error).toContain('steps/c.js:1:14: error:');
    expect(error).toContain('models/d.js:1:1: error: `inputs` of the model is not what it must be');
    expect(error).toContain('3 mistakes; nothing was run.');
  });
});
