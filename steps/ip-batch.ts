// Gathers `ip` commands of steps that run side by side into one process: while one batch is under way, the next fills up.
import type { Host } from '../src/engine/ports.ts';
import { type StepContext, StepError } from '../src/engine/step-type.ts';
import { entry, needCapsule } from './capsule-world.ts';

interface Order {
  readonly commands: readonly string[];
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** `existing`: something of that name was there already, and was left as it is. */
type Result = 'done' | 'existing';

interface Gathering {
  orders: Order[];
  underWay: boolean;
}

const gatherings = new WeakMap<Host, Gathering>();

/** Runs ip commands in the capsule, in order; resolves when they are done. @throws StepError with the first that failed. */
export const ipBatch = (context: StepContext, commands: readonly string[]): Promise<Result> => {
  if (commands.length === 0) return Promise.resolve('done');
  const gathering = gatherings.get(context.host) ?? { orders: [], underWay: false };
  gatherings.set(context.host, gathering);
  return new Promise((resolve, reject) => {
    gathering.orders.push({ commands, resolve, reject });
    if (!gathering.underWay) void drain(context, gathering);
  });
};

const drain = async (context: StepContext, gathering: Gathering): Promise<void> => {
  gathering.underWay = true;
  // Those that are ready in this instant still come along.
  await Promise.resolve();
  while (gathering.orders.length > 0) {
    const orders = gathering.orders;
    gathering.orders = [];
    try {
      settle(orders, await failures(context, orders));
    } catch (error) {
      for (const order of orders) order.reject(error);
    }
  }
  gathering.underWay = false;
};

/** What failed, by number of the line. With -force the lines after a failed one are run all the same. */
const failures = async (context: StepContext, orders: readonly Order[]): Promise<ReadonlyMap<number, string>> => {
  const argv = [...entry(context.host, await needCapsule(context)), 'ip', '-force', '-batch', '-'];
  const stdin = `${orders.flatMap((order) => order.commands).join('\n')}\n`;
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

const settle = (orders: readonly Order[], failed: ReadonlyMap<number, string>): void => {
  let line = 0;
  for (const { commands, resolve, reject } of orders) {
    const wrong = commands.flatMap((command, at) => {
      const why = failed.get(line + at + 1);
      return why === undefined ? [] : [{ command, why }];
    });
    line += commands.length;
    const real = wrong.find(({ why }) => !/File exists/.test(why));
    if (real) reject(new StepError(real.why, { command: `ip ${real.command}` }));
    else resolve(wrong.length > 0 ? 'existing' : 'done');
  }
};
