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
  const replace = replacing(programs, folder);
  replace('package.json', '{ "type": "commonjs" }\n');
  // Other projects' editors and types find it under one name.
  replace('api.js', `module.exports = require('./${folder}/api.js');\n`);
  replace('current', used.map((each) => `${each}\n`).join(''));
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

/** In one go: who starts meanwhile finds the old or the new. The draft is in the build's own folder, where no other build writes. */
const replacing = (programs, folder) => (name, text) => {
  const draft = join(programs, folder, 'draft');
  writeFileSync(draft, text);
  renameSync(draft, join(programs, name));
};

/** Of builds that were killed; one of today may still be at work, and remove the same. */
const abandoned = (programs, used) =>
  readdirSync(programs).filter((name) => {
    if (!name.startsWith('program-') || used.includes(name)) return false;
    const since = statSync(join(programs, name), { throwIfNoEntry: false })?.mtimeMs;
    return since !== undefined && Date.now() - since > dayMs;
  });

const remove = (programs, name) => rmSync(join(programs, name), { recursive: true, force: true });
