// A project in memory, loaded with a small catalogue; and diagnostics drawn as text, as the fixtures hold them.
import { z } from 'zod';
import type { Diagnostic } from '../../src/core/diagnostic.ts';
import type { Catalogue, LoadRequest } from '../../src/parse/context.ts';
import { type LoadedWorkflow, loadWorkflow } from '../../src/parse/load.ts';

export const catalogue: Catalogue = {
  steps: new Map([
    [
      'demo.cluster',
      {
        input: z.strictObject({
          profile: z.string(),
          nodes: z.int().min(1).optional(),
          driver: z.enum(['docker', 'podman']).optional(),
          options: z.strictObject({ memory: z.string().optional(), cpus: z.int().optional() }).optional(),
        }),
        outputs: { ip: 'the address of the first node', version: 'of Kubernetes' },
      },
    ],
    ['demo.nothing', { input: z.strictObject({}) }],
    [
      'demo.template',
      {
        input: z.strictObject({ from: z.string(), to: z.string() }),
        files: ({ from }: { from: string }) => [from],
      },
    ],
  ]),
  probes: new Map([
    [
      'command',
      {
        input: z.strictObject({ run: z.union([z.array(z.string()), z.string()]) }),
        values: { exitCode: '', stdout: '', stderr: '', json: '', lines: '' },
      },
    ],
    [
      'http',
      {
        input: z.strictObject({ url: z.string(), method: z.enum(['GET', 'POST']).optional() }),
        values: { status: '', body: '' },
      },
    ],
  ]),
};

export type Files = Readonly<Record<string, string>>;

export const requestFor = (files: Files, change: Partial<LoadRequest> = {}): LoadRequest => {
  const projectDir = '/project';
  const paths = Object.keys(files).map((file) => `${projectDir}/${file}`);
  return {
    projectDir,
    workflowsDir: `${projectDir}/workflows`,
    variant: 'v',
    workflow: 'deploy',
    read: async (path) => files[path.slice(projectDir.length + 1)],
    list: async (folder) => [
      ...new Set(
        paths
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1).split('/')[0] ?? ''),
      ),
    ],
    catalogue,
    models: new Map([['fabric', {}]]),
    ...change,
  };
};

export const load = (files: Files, change: Partial<LoadRequest> = {}): Promise<LoadedWorkflow> =>
  loadWorkflow(requestFor(files, change));

/** A variant without anything, and one workflow of it. */
export const withWorkflow = (deploy: string): Files => ({
  'workflows/v/variant.yaml': 'name: v\n',
  'workflows/v/deploy.yaml': deploy,
});

/** `file:line:column code: message`, then the line, the caret and what else is known. */
export const draw = (diagnostics: readonly Diagnostic[]): string => diagnostics.map(drawOne).join('\n');

const drawOne = ({ file, line, column, length, code, message, ...rest }: Diagnostic): string =>
  [
    `${file}:${line}:${column} ${code}: ${message}`,
    `  | ${rest.sourceLine}`,
    `  | ${' '.repeat(column - 1)}${'^'.repeat(Math.max(1, length))}`,
    ...(rest.expected === undefined ? [] : [`  expected: ${rest.expected}`]),
    ...(rest.hint === undefined ? [] : [`  hint: ${rest.hint}`]),
    ...(rest.related ?? []).map((each) => `  see ${each.file}:${each.line}:${each.column}: ${each.message}`),
    '',
  ].join('\n');
