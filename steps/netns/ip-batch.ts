// Gathers `ip` commands of steps that run side by side into one process.
import type { Host } from '../../src/engine/ports.ts';
import { type StepContext, StepError } from '../../src/engine/step-type.ts';
import { Gathering, type Settled } from '../shared/gathering.ts';
import { entry, entryFlags, needCapsule } from './capsule-entry.ts';

/** `existing`: something of that name was there already, and was left as it is. */
type Result = 'done' | 'existing';

type IpBatch = (context: StepContext, commands: readonly string[]) => Promise<Result>;

/** How commands are run that gather with others run the same way. */
const batchesThrough = (enter: (host: Host, capsule: number) => readonly string[]): IpBatch => {
  const batches = new Gathering<readonly string[], Result>(async (context, orders) => {
    const argv = [...enter(context.host, await needCapsule(context)), 'ip', '-force', '-batch', '-'];
    return settle(orders, await failures(context, argv, orders));
  });
  return (context, commands) => (commands.length === 0 ? Promise.resolve('done') : batches.ask(context, commands));
};

/** Runs ip commands in the capsule, in order; resolves when they are done. @throws StepError with the first that failed. */
export const ipBatch = batchesThrough(entry);

/** The same in the network of the host itself, with the capsule's names: the socket of a tunnel that is made so stays on the host. */
export const ipBatchFromHost = batchesThrough((host, capsule) => [...entryFlags(host, capsule), '--']);

/** What failed, by number of the line. With -force the lines after a failed one are run all the same. */
const failures = async (
  context: StepContext,
  argv: readonly string[],
  orders: readonly (readonly string[])[],
): Promise<ReadonlyMap<number, string>> => {
  const stdin = `${orders.flat().join('\n')}\n`;
  const { exitCode, stderr } = await context.command(argv, { stdin, quiet: true });
  return exitCode === 0 ? new Map() : failedLines(stderr);
};

/** `ip` prints what is wrong, then `Command failed -:LINE`. */
export const failedLines = (stderr: string): ReadonlyMap<number, string> => {
  const failed = new Map<number, string>();
  let said = 'ip gave no reason';
  for (const line of stderr.split('\n')) {
    const number = /^Command failed .*:(\d+)$/.exec(line)?.[1];
    if (number !== undefined) failed.set(Number(number), said);
    else if (line.trim() !== '') said = line.trim();
  }
  return failed;
};

const settle = (
  orders: readonly (readonly string[])[],
  failed: ReadonlyMap<number, string>,
): readonly Settled<Result>[] => {
  let line = 0;
  return orders.map((commands) => {
    const wrong = commands.flatMap((command, at) => {
      const why = failed.get(line + at + 1);
      return why === undefined ? [] : [{ command, why }];
    });
    line += commands.length;
    const real = wrong.find(({ why }) => !/File exists/.test(why));
    if (real) return { error: new StepError(real.why, { command: `ip ${real.command}` }) };
    return { result: wrong.length > 0 ? 'existing' : 'done' };
  });
};
