// The machine of a rehearsal: nothing is started, asked or written. Actions have their effect in the rehearsal's world; what real
// tools would have answered comes from a transcript where there is one.
import type { CommandRequest, CommandResult, Host } from '../engine/ports.ts';
import { StepError } from '../engine/step-type.ts';
import { commandQuestion, generalText, httpQuestion, type Places, stepOf, tagVariable } from './question.ts';
import { standInProgram } from './stand-in-registry.ts';
import { ownerVariable } from './stand-in-workflow.ts';
import type { Transcript, TranscriptAnswer } from './transcript.ts';
import type { World } from './world.ts';

export interface StandInHostParts {
  /** For what only reads the project: the content of files that a definition covers. */
  readonly real: Host;
  readonly clock: Host['clock'];
  readonly world: World;
  readonly places: Places;
  readonly transcript?: Transcript;
  /** Called before an action, and after it has had its effect: the moments at which a program may die. */
  readonly boundary: (name: string) => void;
}

export const standInHost = (parts: StandInHostParts): Host => {
  const { real, clock, world, places, transcript, boundary } = parts;
  const recorded = <T>(type: TranscriptAnswer['type'], asked: string, otherwise: () => T): T => {
    if (!transcript) return otherwise();
    const found = transcript.answerTo(type, generalText(asked, places));
    if (!found)
      throw new StepError(`the transcript does not tell what ${type} answers to ${generalText(asked, places)}`);
    return (found.answer ?? undefined) as T;
  };
  const run = async (
    type: 'command' | 'script',
    asked: string,
    request: Omit<CommandRequest, 'argv'>,
  ): Promise<CommandResult> => {
    const undone = request.env[ownerVariable];
    if (undone !== undefined) {
      world.undo(undone);
      return wellDone;
    }
    const address = stepOf(request.env, places.run);
    if (address === undefined) return { ...wellDone, ...recorded(type, asked, () => ({})) };
    boundary(`before the action of ${address}`);
    request.onSpawn?.(real.self());
    const told = transcript?.answerTo(type, generalText(asked, places), address);
    if (told) await clock.sleep(told.ms);
    const works = world.act(address);
    boundary(`after the action of ${address}`);
    if (world.dead) return { ...wellDone, exitCode: null, ended: 'cancelled' };
    const result = works ? { ...wellDone, ...(told?.answer as Partial<CommandResult> | undefined) } : failed;
    if (result.stdout !== '') await request.onOutput?.('stdout', new TextEncoder().encode(result.stdout));
    if (result.stderr !== '') await request.onOutput?.('stderr', new TextEncoder().encode(result.stderr));
    return result;
  };
  return {
    ...real,
    clock,
    command: (request) =>
      run('command', request.argv[0] === standInProgram ? standInProgram : commandQuestion(request), request),
    script: (script, request) => run('script', script, request),
    http: async (request) =>
      recorded('http', httpQuestion(request), () => ({ ok: true, status: 200, headers: {}, body: '', durationMs: 1 })),
    tcp: async (...args) => recorded('tcp', JSON.stringify(args.slice(0, 2)), () => ({ ok: true, durationMs: 1 })),
    unixSocket: async (path, text) => recorded('unixSocket', JSON.stringify([path, text]), () => ''),
    readFile: async (path) => recorded('readFile', path, () => undefined),
    stat: async (path) => recorded('stat', path, () => undefined),
    list: async (path) => recorded('list', path, () => []),
    writeFile: async () => {},
    removeFile: async () => {},
    findByEnvironment: async (name, value) =>
      name === tagVariable ? [] : recorded('findByEnvironment', JSON.stringify([name, value]), () => []),
    isAlive: () => false,
    endGroup: async () => {},
    waitForEnd: async () => {},
  };
};

const wellDone: CommandResult = {
  exitCode: 0,
  signal: null,
  stdout: '',
  stderr: '',
  truncated: false,
  durationMs: 1,
  ended: 'exit',
};

const failed: CommandResult = { ...wellDone, exitCode: 1, stderr: 'this failure was asked for (--fail)\n' };
