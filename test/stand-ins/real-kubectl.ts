// Real kubectl as judge of how it is called: against a server that refuses every connection it gets no further than that, or says what it does not know.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const kubectl = '/usr/bin/kubectl';
export const hasKubectl = existsSync(kubectl);

/** Calls that differ in more than names: the verb, the kinds of its arguments, and its flags. */
export const shapesOf = (calls: readonly (readonly string[])[]): readonly (readonly string[])[] => {
  const byShape = new Map(
    calls.map((argv) => [argv.filter((arg) => arg.startsWith('-') || /^[a-z]+$/.test(arg)).join(' '), argv]),
  );
  return [...byShape.values()];
};

/** @returns what real kubectl has against each call, beyond that nobody answers it. */
export const complaintsAbout = async (
  calls: readonly (readonly string[])[],
  cluster: string,
): Promise<readonly string[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-kubectl-'));
  const config = join(folder, 'config');
  const server = { name: cluster, cluster: { server: 'https://127.0.0.1:1' } };
  const context = { name: cluster, context: { cluster, user: 'nobody' } };
  const users = [{ name: 'nobody', user: { token: 'none' } }];
  await writeFile(
    config,
    JSON.stringify({ apiVersion: 'v1', kind: 'Config', clusters: [server], contexts: [context], users }),
  );
  try {
    const found: string[] = [];
    for (const argv of calls) {
      const complaint = await complaintOf(argv, { KUBECONFIG: config, HOME: folder, PATH: '/usr/bin:/bin' });
      if (complaint !== undefined) found.push(`${argv.join(' ')}: ${complaint}`);
    }
    return found;
  } finally {
    await rm(folder, { recursive: true });
  }
};

const complaintOf = async ([, ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<string | undefined> => {
  try {
    await promisify(execFile)(kubectl, args, { env, timeout: 10_000 });
    return undefined;
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    return /127\.0\.0\.1:1 was refused|connection refused/.test(stderr) ? undefined : stderr.trim() || String(error);
  }
};
