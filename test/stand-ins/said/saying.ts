// Makes a step or probe type look at a scripted host, and gives back what it says.
import { readFileSync } from 'node:fs';
import type { Host } from '../../../src/engine/ports.ts';
import type { StepContext } from '../../../src/engine/step-type.ts';
import { fabric } from '../../../src/fabric/fabric.ts';
import { type Answer, scripted } from '../../steps/scripted-context.ts';

/** Answers by what a command line contains, the first that fits; a command that is in none answers nothing, and well. */
export type Script = readonly (readonly [part: string, answer: Answer])[];
export const onHost = (script: Script, host: Partial<Host> = {}): StepContext & { logged: readonly string[] } => {
  const { context, logged } = scripted((line) => script.find(([part]) => line.includes(part))?.[1], host);
  return { ...context, logged };
};
export const json = (value: unknown): Answer => ({ stdout: JSON.stringify(value) });
export const list = (...items: unknown[]): Answer => json({ items });

/** What a step type's look saw, a probe's, or the error of either. */
export const saw = async (look: Promise<{ saw: string }> | undefined): Promise<string> => {
  try {
    return (await look)?.saw ?? '';
  } catch (error) {
    return String((error as Error).message);
  }
};
export const refusal = async (run: () => unknown): Promise<string> => {
  try {
    await run();
    return '';
  } catch (error) {
    return String((error as Error).message);
  }
};

export const cluster = 'cluster1';
const workflow = (name: string): string =>
  readFileSync(new URL(`../../../workflows/srl-cilium/${name}.yaml`, import.meta.url), 'utf8');
export const message = (part: string): string =>
  `${workflow('deploy')}\n${workflow('verify')}`.replace(/\s+/g, ' ').match(`${part}[^.]*`)?.[0] ?? '';

export const objects = (kind: string, name: string, more: object = {}) => ({ kind, metadata: { name }, ...more });
export const model = fabric();

/** What lab says, by how the page quotes it. */
export type Said = Readonly<Record<string, () => Promise<string>>>;
export const container = (name: string, running: boolean) => ({
  Id: name,
  Name: `/${name}`,
  State: { Status: running ? 'running' : 'exited', Running: running },
  Config: { Labels: {} },
});
