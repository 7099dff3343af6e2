// What a build does to the programs that are there already.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
// @ts-expect-error: a script has no types
import { makeCurrent } from '../../scripts/program-folders.mjs';

let programs: string;
beforeEach(() => {
  programs = mkdtempSync(join(tmpdir(), 'lab-programs-'));
});
afterEach(() => rmSync(programs, { recursive: true, force: true }));

const built = (name: string): void => {
  const folder = join(programs, name);
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, 'api.js'), `module.exports = '${name}';\n`);
};
const present = (...names: string[]): readonly string[] => names.filter((name) => existsSync(join(programs, name)));

describe('a build', () => {
  it('leaves the program that it takes the place of to those who run it, until the next', () => {
    for (const name of ['program-a', 'program-b', 'program-c']) {
      built(name);
      makeCurrent(programs, name);
    }
    expect(readFileSync(join(programs, 'current'), 'utf8')).toBe('program-c\nprogram-b\n');
    expect(present('program-a', 'program-b', 'program-c')).toEqual(['program-b', 'program-c']);
    expect(createRequire(import.meta.url)(join(programs, 'api.js'))).toBe('program-c');
  });

  it('can be used by whoever may use the folder it is in', () => {
    built('program-a');
    makeCurrent(programs, 'program-a');
    expect(statSync(join(programs, 'program-a')).mode).toBe(statSync(programs).mode);
  });

  it('removes what a killed build left behind, when it can be none of now', () => {
    for (const name of ['program-left', 'program-at-work', 'program-a']) built(name);
    const longAgo = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
    for (const name of ['program-left', 'program-a']) utimesSync(join(programs, name), longAgo, longAgo);
    makeCurrent(programs, 'program-a');
    expect(present('program-left', 'program-at-work', 'program-a')).toEqual(['program-at-work', 'program-a']);
  });

  it('is none the worse for a folder that another build removes meanwhile', () => {
    symlinkSync(join(programs, 'nowhere'), join(programs, 'program-gone'));
    built('program-a');
    makeCurrent(programs, 'program-a');
    expect(readFileSync(join(programs, 'current'), 'utf8')).toBe('program-a\n');
  });
});
