// A project of its own whose variant `real` deploys some steps to a cluster, with the step types that come with lab.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Lab, openLabThrough, outcomesOf } from '../../rig/lab.ts';
import { type Cluster, clusterPrograms } from './cluster.ts';
import type { Program } from './programs.ts';

export const repository = fileURLToPath(new URL('../../..', import.meta.url));

export interface Project extends Lab {
  /** Deploys these steps, written as in a workflow. @throws with what was said when that fails. */
  deploy(steps: string): Promise<Readonly<Record<string, string>>>;
  /** The same, of which nothing is expected. */
  tryDeploy(steps: string): ReturnType<Lab['run']>;
  /** @throws with what was said when something could not be taken away. */
  teardown(): Promise<void>;
}

/** `manifests` is a folder that the project has a copy of, under that name. */
export const openProject = (
  cluster: Cluster,
  { programs = [], manifests }: { readonly programs?: readonly Program[]; readonly manifests?: string } = {},
): Project => {
  const root = mkdtempSync(join(tmpdir(), 'lab-project-'));
  const folder = join(root, 'workflows/real');
  // What kubectl and helm keep of a cluster goes with the project.
  const env = `env: { KUBECONFIG: "${cluster.kubeconfig}", HOME: "${root}" }\n`;
  mkdirSync(folder, { recursive: true });
  cpSync(join(repository, 'assets'), join(root, 'assets'), { recursive: true });
  if (manifests !== undefined) cpSync(manifests, join(root, 'manifests'), { recursive: true });
  writeFileSync(join(folder, 'variant.yaml'), 'name: real\n');
  writeFileSync(join(folder, 'deploy.yaml'), `name: deploy\n${env}steps: []\n`);
  writeFileSync(join(folder, 'teardown.yaml'), `name: teardown\nundoes: deploy\n${env}`);
  const path = [...[...programs, ...clusterPrograms].map(({ bin }) => bin), process.env['PATH']].join(':');
  const lab = openLabThrough({ through: [], path, project: root });
  const tryDeploy: Project['tryDeploy'] = (steps) => {
    writeFileSync(join(folder, 'deploy.yaml'), `name: deploy\n${env}steps:\n${steps.trimEnd()}\n`);
    return lab.run('run', 'deploy', '--json');
  };
  const wellEnded = ({ code, stdout, stderr }: Awaited<ReturnType<Lab['run']>>): string => {
    if (code !== 0) throw new Error(`exit code ${code}\n${stderr}\n${stdout.split('\n').slice(-12).join('\n')}`);
    return stdout;
  };
  return {
    ...lab,
    tryDeploy,
    deploy: async (steps) => outcomesOf(wellEnded(await tryDeploy(steps))),
    teardown: async () => void wellEnded(await lab.run('run', 'teardown', '--json')),
    async [Symbol.asyncDispose]() {
      await lab[Symbol.asyncDispose]();
      rmSync(root, { recursive: true, force: true });
    },
  };
};
