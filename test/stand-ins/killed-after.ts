// A run that is killed each time one of its steps has ended, and resumed, until nothing is left to kill it after.
import type { ChildProcess } from 'node:child_process';
import type { Ended, StandInHost } from './rig.ts';

export interface KilledRun {
  readonly ended: Ended;
  /** After which steps it was killed, in that order. */
  readonly kills: readonly string[];
}

const nothingToResume = 6;

/** `after` says of a step, foreach child or not, whether the run dies when it has ended; once for each. */
export const runKilledAfter = async (
  host: StandInHost,
  args: readonly string[],
  after: (address: string) => boolean,
): Promise<KilledRun> => {
  const kills: string[] = [];
  for (let next = ['run', ...args]; ; next = ['resume', '--survivors', 'end']) {
    const { child, ended } = host.start(...next, '--json');
    const killedBy = killAtEnd(child, (address) => after(address) && !kills.includes(address));
    const end = await ended;
    const step = killedBy();
    // The run before may have been over by the time the kill arrived: then there is nothing to resume, and all is to be as it should.
    if (end.code === nothingToResume) return { ended: await host.lab('run', ...args, '--json'), kills };
    if (step === undefined || end.signal === null) return { ended: end, kills };
    kills.push(step);
  }
};

/** Kills the program at the first line that tells of the end of such a step; says which it was. */
const killAtEnd = (child: ChildProcess, isMeant: (address: string) => boolean): (() => string | undefined) => {
  let text = '';
  let step: string | undefined;
  child.stdout?.on('data', (part: string) => {
    text += part;
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const event = line.startsWith('{') ? (JSON.parse(line) as { type?: string; address?: string }) : {};
      if (step !== undefined || event.type !== 'step.finished' || !isMeant(event.address ?? '')) continue;
      step = event.address;
      child.kill('SIGKILL');
    }
  });
  return () => step;
};
