// One file with all that a report of a mistake needs, and no secret: what the bundle of a run holds, and how it is read again.
import { existsSync, readdirSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { RunEvent } from '../core/event.ts';
import { createMasker, maskShapes, maskShapesIn, namesSecret } from '../core/mask.ts';
import { version } from '../project/version-of-lab.ts';
import { readTail } from '../store/read-log.ts';
import { runFolder } from '../store/runs.ts';
import type { RunEntry } from '../store/state.ts';
import { type Member, memberOf, tarOf } from './tar.ts';

/** The last lines of each log; what is older rarely tells, and may be gigabytes. */
const logLines = 5000;
/** Of a bundle, also unpacked. A journal of ten thousand steps stays below; more is no journal of ours, and would only fill the memory. */
export const maximumBytes = 128 * 1024 * 1024;
const journalName = 'journal.jsonl';

export interface Evidence {
  readonly stateDir: string;
  readonly entry: RunEntry;
  readonly events: readonly RunEvent[];
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/** A gzipped tar archive, masked. */
export const bundleOf = async ({ stateDir, entry, events, env }: Evidence): Promise<Buffer> => {
  const masker = createMasker(secretsAround(env), (text) => Buffer.from(text).toString('base64'));
  const folder = `lab-${entry.id}`;
  const text = (name: string, content: string): Member => ({
    name: `${folder}/${name}`,
    content: maskShapes(masker.text(content)),
  });
  // Masked before it is written as JSON, so that it stays JSON.
  const masked = (value: unknown): unknown => maskShapesIn(masker.value(value));
  const json = (name: string, value: unknown): Member => ({
    name: `${folder}/${name}`,
    content: `${JSON.stringify(masked(value), null, 2)}\n`,
  });
  const told = events.filter(({ type }) => type === 'run.planned' || type === 'step.judged');
  const system = `${platform()} ${release()} ${arch()}`;
  const journal = events.map((event) => `${JSON.stringify(masked(event))}\n`).join('');
  return gzipSync(
    tarOf([
      { name: `${folder}/${journalName}`, content: journal },
      json('versions.json', { lab: version, node: process.version, system }),
      json('run.json', entry),
      json('plan.json', told),
      ...(await logsOf(runFolder(stateDir, entry.id).logs)).map(({ name, content }) => text(name, content)),
    ]),
  );
};

/** The journal in a bundle; undefined when there is none. Nothing of it gets onto the disk. @throws Error for what is no archive */
export const journalIn = (bundle: Buffer): string | undefined => memberOf(unpacked(bundle), journalName);

const unpacked = (bundle: Buffer): Buffer => {
  try {
    return gunzipSync(bundle, { maxOutputLength: maximumBytes });
  } catch (error) {
    const tooMuch = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw tooMuch ? new Error(`it unpacks to more than ${maximumBytes} bytes, as no bundle does`) : error;
  }
};

const logsOf = async (folder: string): Promise<readonly Member[]> => {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.log'));
  return Promise.all(
    names.map(async (name) => {
      const lines = await readTail(join(folder, name), logLines);
      return { name: `logs/${name}`, content: lines.map((line) => `${line}\n`).join('') };
    }),
  );
};

/** Journal and logs were masked when they were written; this is for what looks like a secret in this environment besides. */
const secretsAround = (env: Readonly<NodeJS.ProcessEnv>): readonly string[] =>
  Object.entries(env).flatMap(([name, value]) =>
    namesSecret(name) && value !== undefined && value.length >= 8 ? [value] : [],
  );
