// Renders read by real programs: SR Linux configurations by yanglint, manifests by kubectl; no server is needed.
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { documentsIn } from './json-schema.ts';
import type { Rendered } from './renders.ts';

const run = promisify(execFile);

export const hasTool = (tool: string): boolean => {
  try {
    execFileSync('sh', ['-c', 'command -v "$0"', tool], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** @returns the faults Nokia's models find, by the check that comes with them. */
export const routerFaults = async (
  check: string,
  release: string,
  files: readonly Rendered[],
): Promise<readonly string[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-srlinux-'));
  try {
    const paths = files.map(({ name, text }) => write(join(folder, name), text));
    const { stdout } = await run(check, [release, ...paths]);
    return stdout.split('\n').filter((line) => line !== '' && !line.endsWith(': valid'));
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !line.endsWith(': valid'));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** @returns fields of built-in kinds that kubectl does not know: what it reads into its own types and gives back is compared. */
export const kubectlFaults = async (text: string): Promise<readonly string[]> => {
  const faults = await Promise.all(documentsIn(text).map((document) => oneFaults(document as Manifest)));
  return faults.flat();
};

interface Manifest {
  readonly kind: string;
  readonly apiVersion: string;
}

const oneFaults = async (manifest: Manifest): Promise<readonly string[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-kubectl-'));
  const file = write(join(folder, 'manifest.yaml'), stringify(manifest));
  const typed = { Deployment: ['set', 'resources', '--requests=cpu=1m'], Service: ['set', 'selector'] }[manifest.kind];
  const argv = typed
    ? [...typed, '--local', '-f', file, ...(manifest.kind === 'Service' ? ['lab=check'] : []), '-o', 'json']
    : ['annotate', '--local', '-f', file, 'lab=check', '-o', 'json'];
  try {
    const { stdout } = await run('kubectl', argv, { env: { ...process.env, KUBECONFIG: '/dev/null' } });
    return lost(manifest, JSON.parse(stdout)).map((path) => `${manifest.kind}: kubectl does not know ${path}`);
  } catch (error) {
    return [`${manifest.kind}: ${String((error as { stderr?: string }).stderr ?? error).trim()}`];
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Paths of the first value that the second one lacks; the selector is what kubectl was told to change. */
const lost = (before: unknown, after: unknown, path = ''): string[] => {
  if (path === '.spec.selector' || typeof before !== 'object' || before === null) return [];
  if (typeof after !== 'object' || after === null) return [path];
  return Object.entries(before).flatMap(([key, value]) => {
    const inner = `${path}.${key}`;
    return key in after ? lost(value, (after as Record<string, unknown>)[key], inner) : [inner];
  });
};

const write = (path: string, text: string): string => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};
