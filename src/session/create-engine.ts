// Puts the engine together for a workflow that was opened: ports, limits, the values expressions read, and the answers to questions.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { ExpressionError, type Scope } from '../core/expression.ts';
import { resolveValue, textOf } from '../core/template.ts';
import type { Engine } from '../engine/engine.ts';
import { createLimiter } from '../engine/limiter.ts';
import { Pace } from '../engine/pace.ts';
import type { Host } from '../engine/ports.ts';
import { SharedAnswers } from '../engine/shared-answers.ts';
import { StopControl } from '../engine/stop.ts';
import { addressScope } from '../history/deployed.ts';
import { CliError, exitCode } from '../project/exit-code.ts';
import type { Opened } from '../project/open-workflow.ts';

export interface EngineParts {
  readonly host: Host;
  readonly stateDir: string;
  readonly run: string;
  /** What the deployed workflow's steps yielded, by address, and its facts. */
  readonly deployed?: {
    readonly outputs: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
    readonly facts: Readonly<Record<string, unknown>>;
  };
}

/** It looks; to act, it needs `emit`, `openLog` and the answers to questions of the run that it acts for. */
export const createEngine = (opened: Opened, parts: EngineParts): Engine => {
  const { workflow, variant, project, inputs, secrets, model, masker, registry } = opened;
  const limit = typeof workflow.concurrency === 'number' ? workflow.concurrency : workflow.concurrency?.limit;
  const groups = typeof workflow.concurrency === 'object' ? (workflow.concurrency.groups ?? {}) : {};
  const cores = availableParallelism();
  const scope: Scope = {
    inputs,
    secrets,
    ...(variant.model !== undefined && { [variant.model]: model }),
    deployed: addressScope(parts.deployed),
    run: { id: parts.run, workflow: workflow.name },
    variant: { name: variant.name },
    project: { dir: project.dir },
    state: { dir: parts.stateDir },
  };
  const own = variables({ ...variant.env, ...workflow.env }, scope);
  const cwd = workflow.cwd === undefined ? '' : keyText('cwd', workflow.cwd, scope);
  return {
    host: parts.host,
    registry,
    masker,
    shared: new SharedAnswers(() => parts.host.clock.monotonic()),
    pace: new Pace(parts.host.clock),
    stop: new StopControl(),
    limits: {
      actions: createLimiter(limit ?? Math.max(4, 2 * cores)),
      looks: createLimiter(Math.max(8, 4 * cores)),
      groups: new Map(Object.entries(groups).map(([name, size]) => [name, createLimiter(size)])),
    },
    emit: async () => {},
    openLog: () => Promise.reject(new Error('a look has no log')),
    run: parts.run,
    projectDir: project.dir,
    cwd: resolve(project.dir, cwd),
    stateDir: parts.stateDir,
    scope,
    env: { ...processEnv(), ...own },
    variables: own,
    enter: variant.enter,
    model,
    consent: async () => false,
    survivor: async () => 'wait',
    random: Math.random,
  };
};

/** What variant and workflow put into the environment of every step. @throws CliError when an expression of theirs fails. */
const variables = (env: Readonly<Record<string, unknown>>, scope: Scope): Record<string, string> =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, keyText(`env.${name}`, value, scope)]));

const keyText = (key: string, value: unknown, scope: Scope): string => {
  try {
    return textOf(resolveValue(value, scope));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new CliError(exitCode.file, `${key}: ${error.message}`, error);
  }
};

const processEnv = (): Record<string, string> =>
  Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
