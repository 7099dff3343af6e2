// How the person called this program, so that a command that is told to be typed next is about the same project and state.

import type { CommonOptions } from '../project/options.ts';
import { commandLine } from '../view/command-line.ts';

/** `npx lab`, with the options that name project and state folder when they were given. */
export const labCall = ({ project, stateDir }: CommonOptions): string =>
  commandLine([
    ...['npx', 'lab'],
    ...(project === undefined ? [] : ['--project', project]),
    ...(stateDir === undefined ? [] : ['--state-dir', stateDir]),
  ]);

/** The text with every `npx lab COMMAND` in it as the person has to type it; one that names its folders already stays. */
export const asCalled = (text: string, options: CommonOptions): string =>
  text.replace(/\bnpx lab(?= [a-z])(?![^\n]*--(?:project|state-dir)\b)/g, () => labCall(options));
