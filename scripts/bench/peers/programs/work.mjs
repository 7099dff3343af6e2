// What the programs of the durable engines share: the steps, how one is performed, and the id of the run that this folder holds.
// Started again in the same folder, they go on with the same run.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

export const { steps } = JSON.parse(readFileSync('work.json', 'utf8'));

/** Made by the first run in this folder. */
export const runId = () => {
  const isAgain = existsSync('run-id');
  if (!isAgain) writeFileSync('run-id', randomUUID());
  return { isAgain, id: readFileSync('run-id', 'utf8') };
};

/** A step that fails ends the program as a crash does: only then is the run continued when the program is started again. */
export const perform = ({ argv: [program, ...args] }) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve(code) : process.exit(1)));
  });
