// Checks every file the SR Linux variants render against the schemas of the tools that read it.
// usage: npx jiti scripts/check-schemas.ts [FOLDER]     without FOLDER: $LAB_SCHEMAS
import { checksFor, type SchemaCheck, schemasFolder } from './schemas/checks.ts';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const main = async (): Promise<number> => {
  const named = process.argv[2] ?? process.env['LAB_SCHEMAS'];
  const folder = schemasFolder(named);
  if (folder !== undefined) return checkAll(folder);
  const why = named === undefined ? 'no folder was given (argument or LAB_SCHEMAS)' : `${named} is not there`;
  say(`schema checks skipped: ${why}`);
  return named === undefined ? 0 : 2;
};

const checkAll = async (folder: string): Promise<number> => {
  let failed = 0;
  for (const check of checksFor(folder)) if (!(await passes(check))) failed += 1;
  say(failed === 0 ? 'every file fits' : `${failed} checks failed`);
  return failed === 0 ? 0 : 1;
};

const passes = async ({ name, lacks, faults }: SchemaCheck): Promise<boolean> => {
  if (lacks !== undefined) {
    say(`skipped   ${name}: this host lacks ${lacks}`);
    return true;
  }
  const found = await faults();
  say(`${found.length === 0 ? 'ok       ' : 'FAILED   '} ${name}`);
  for (const fault of found) say(`          ${fault}`);
  return found.length === 0;
};

process.exitCode = await main();
