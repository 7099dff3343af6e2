// `lab bundle [RUN]`: one file with all that a report of a mistake needs, and no secret. Changes nothing in the state.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { arch, platform, release, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createMasker } from '../../core/mask.ts';
import { readTail } from '../../store/read-log.ts';
import { runFolder } from '../../store/runs.ts';
import { lookAtState, openContext } from '../context.ts';
import { CliError, exitCode } from '../exit-code.ts';
import { entryOf } from '../find-run.ts';
import { eventsOf } from '../history.ts';
import type { CommonOptions } from '../options.ts';
import { print } from '../print.ts';
import { version } from '../version-of-lab.ts';

export interface BundleOptions extends CommonOptions {
  readonly out?: string;
}

/** The last lines of each log; what is older rarely tells, and may be gigabytes. */
const logLines = 5000;

export const bundleCommand = async (named: string | undefined, options: BundleOptions): Promise<number> => {
  const context = await openContext(options);
  const state = await lookAtState(context);
  const entry = await entryOf(context.stateDir, state, named ?? 'last');
  const events = await eventsOf(context.stateDir, entry.id);
  if (events.length === 0) throw new CliError(exitCode.usage, `Run ${entry.id} has no journal: it never began.`);
  const masker = createMasker(secretsAround(process.env), (text) => Buffer.from(text).toString('base64'));
  const folder = mkdtempSync(join(tmpdir(), 'lab-bundle-'));
  const out = resolve(options.out ?? `${entry.id}.tar.gz`);
  try {
    const put = (name: string, text: string): void =>
      writeFileSync(join(folder, name), masker.text(text), { mode: 0o600 });
    put('journal.jsonl', events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    put('versions.json', json({ lab: version, node: process.version, system: `${platform()} ${release()} ${arch()}` }));
    put('run.json', json(entry));
    put('plan.json', json(events.filter((event) => event.type === 'run.planned' || event.type === 'step.judged')));
    await putLogs(runFolder(context.stateDir, entry.id).logs, join(folder, 'logs'), put);
    execFileSync('tar', ['--create', '--gzip', '--owner=0', '--group=0', '--file', out, '--directory', folder, '.']);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  print(
    `Run ${entry.id} is packed into ${out}.\nTo look at it: npx lab replay ${out}\nSecrets are masked; look through it all the same before you send it.`,
  );
  return exitCode.ok;
};

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const putLogs = async (logs: string, to: string, put: (name: string, text: string) => void): Promise<void> => {
  mkdirSync(to, { mode: 0o700 });
  if (!existsSync(logs)) return;
  for (const name of readdirSync(logs)) {
    if (!name.endsWith('.log')) continue;
    const lines = await readTail(join(logs, name), logLines);
    put(join('logs', name), lines.map((line) => `${line}\n`).join(''));
  }
};

/** Journal and logs were masked when they were written; this is for what looks like a secret in this environment besides. */
const secretsAround = (env: Readonly<NodeJS.ProcessEnv>): readonly string[] =>
  Object.entries(env).flatMap(([name, value]) =>
    /TOKEN|SECRET|PASSW|API_?KEY|CREDENTIAL/i.test(name) && value !== undefined && value.length >= 8 ? [value] : [],
  );
