// dist/ has a folder for each build; `current` names the one that is to be used, and the one before it.
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const dayMs = 24 * 60 * 60 * 1000;

/** From now on `folder` is the program; the one it takes the place of stays for those who run it, and the one before that goes. */
export const makeCurrent = (programs, folder) => {
  const [replaced, outdated] = named(programs);
  const used = replaced === undefined ? [folder] : [folder, replaced];
  // Whoever may use the folder of all may use this one: it was made for its owner only.
  chmodSync(join(programs, folder), statSync(programs).mode & 0o7777);
  // Other projects' editors and types find it under one name.
  replace(programs, 'api.js', `module.exports = require('./${folder}/api.js');\n`);
  replace(programs, 'package.json', '{ "type": "commonjs" }\n');
  replace(programs, 'current', used.map((each) => `${each}\n`).join(''));
  if (outdated !== undefined) remove(programs, outdated);
  for (const left of abandoned(programs, used)) remove(programs, left);
};

const named = (programs) => {
  try {
    return readFileSync(join(programs, 'current'), 'utf8').trimEnd().split('\n');
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
};

/** In one go: who starts meanwhile finds the old or the new. */
const replace = (programs, name, text) => {
  const file = join(programs, name);
  writeFileSync(`${file}.tmp`, text);
  renameSync(`${file}.tmp`, file);
};

/** Of builds that were killed; one of today may still be at work. */
const abandoned = (programs, used) =>
  readdirSync(programs).filter(
    (name) =>
      name.startsWith('program-') &&
      !used.includes(name) &&
      Date.now() - statSync(join(programs, name)).mtimeMs > dayMs,
  );

const remove = (programs, name) => rmSync(join(programs, name), { recursive: true, force: true });
