// Damages a standing lab, one fault in each step at a time, and demands: `status` sees it, one `run deploy` heals it, no other step acts.
import { faultsOf, filesIn, listing, oneOfEach, sharedOut } from './faults.mjs';

/**
 * `lab` runs the program: resolves with code and output. `take`: `each` fault of each namespace, one of each `item` of a role, or one of each
 * `kind`. Resolves with what was damaged and what did not hold.
 */
export const damageAndHeal = async ({ lab, take, shuffle, limit, say }) => {
  const printed = await lab(['exec', 'client1', '--', 'sh', '-c', listing]);
  const all = faultsOf(filesIn(printed.stdout));
  const taken = take === 'each' ? [...all.values()].flat() : take === 'item' ? sharedOut(all) : oneOfEach(all);
  const queues = byOwner(shuffle(taken), limit);
  const report = { faults: 0, rounds: 0, impossible: [], unseen: [], unhealed: [], touched: [] };
  while (queues.some((queue) => queue.length > 0)) {
    const faults = queues.flatMap((queue) => queue.splice(0, 1));
    report.rounds += 1;
    await round(faults, report, { lab, say });
  }
  return report;
};

/** Steps that share a device are damaged one after the other: what the one does may look like harm to the other. */
const byOwner = (faults, limit) => {
  const queues = new Map();
  for (const fault of faults.slice(0, limit)) {
    const device = /\[(.*)\]/.exec(fault.owner)?.[1] ?? fault.owner;
    queues.set(device, [...(queues.get(device) ?? []), fault]);
  }
  return [...queues.values()];
};

const round = async (faults, report, { lab, say }) => {
  const script = faults.map(({ script: one }, at) => `( ${one} ) >/dev/null 2>&1 && echo did ${at}`).join('\n');
  const { stdout } = await lab(['exec', 'client1', '--', 'sh', '-c', `${script}\ntrue`]);
  const did = new Set([...stdout.matchAll(/^did (\d+)$/gm)].map(([, at]) => Number(at)));
  const made = faults.filter((_, at) => did.has(at));
  report.impossible.push(...faults.filter((_, at) => !did.has(at)).map(({ what }) => what));
  report.faults += made.length;
  if (made.length === 0) return;
  const status = await lab(['status', '--json']);
  const seen = failing(status.stdout);
  const missed = made.filter(({ owner }) => !seen.has(owner));
  if (missed.length > 0) say(missed.map(({ owner, what }) => `  unseen by ${owner}: ${what}`).join('\n'));
  report.unseen.push(...missed.map(({ owner, what }) => `${owner}: ${what}`));
  const healed = await lab(['run', 'deploy', '--json', '--no-tty']);
  const outcomes = outcomesOf(healed.stdout);
  const owners = new Set(made.map(({ owner }) => owner));
  const other = Object.entries(outcomes).filter(([address, outcome]) => outcome === 'changed' && !owners.has(address));
  if (other.length > 0)
    say(
      `  ${other.map(([address]) => address).join(', ')} acted, by one of:\n  ${made.map(({ what }) => what).join('\n  ')}`,
    );
  report.touched.push(
    ...other.map(([address]) => `${address}, by one of: ${made.map(({ what }) => what).join(' | ')}`),
  );
  const still = healed.code === 0 ? failing((await lab(['status', '--json'])).stdout) : new Set(['the deploy failed']);
  if (still.size > 0) {
    const why = healed.stdout
      .split('\n')
      .filter((line) => line.includes('"failed"'))
      .join('\n')
      .slice(0, 600);
    say(`  ${[...still].join(', ')}\n  ${made.map(({ what }) => what).join('\n  ')}\n  ${why}`);
    report.unhealed.push(`${[...still].join(', ')}, after: ${made.map(({ what }) => what).join(' | ')} ${why}`);
    await lab(['run', 'teardown', '--yes', '--quiet']);
    await lab(['run', 'deploy', '--variant', 'frr-netns', '--yes', '--quiet']);
  }
  say(
    `round ${report.rounds}: ${made.length} faults, ${missed.length} unseen, ${other.length} other steps, ${still.size > 0 ? 'NOT healed' : 'healed'}`,
  );
};

const failing = (json) =>
  new Set(
    JSON.parse(json).steps.flatMap(({ address, holds, state }) => ((holds ?? state === 'holds') ? [] : [address])),
  );

const outcomesOf = (ndjson) =>
  Object.fromEntries(
    ndjson
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
      .flatMap((event) => (event.type === 'step.finished' ? [[event.address, event.outcome]] : [])),
  );
