// What the journals of a soaked lab tell: which steps were done when the program died, and which ran again although nothing was wrong.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The journals of all runs, oldest first. */
export const journals = (state) => {
  const runs = join(state, 'runs');
  return existsSync(runs)
    ? readdirSync(runs)
        .sort()
        .map((run) => join(runs, run, 'journal.jsonl'))
    : [];
};

/** All whole lines; what a death cut off does not count. */
const eventsOf = (journal) =>
  readFileSync(journal, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

/** The steps that are recorded as done in the newest run, and how many events it has. */
export const record = (state) => {
  const journal = journals(state).at(-1);
  if (journal === undefined || !existsSync(journal)) return { events: 0, done: new Set() };
  const events = eventsOf(journal);
  const done = new Set();
  for (const event of events)
    if (event.type === 'step.finished')
      done[event.outcome === 'changed' || event.outcome === 'satisfied' ? 'add' : 'delete'](event.address);
  return { journal, events: events.length, done };
};

/** What a step rests on, at any distance, as the run was planned. */
const belowOf = (events) => {
  const planned = new Map(
    events.flatMap((event) => (event.type === 'run.planned' ? event.steps : [])).map((step) => [step.address, step]),
  );
  const below = (address, found = new Set()) => {
    for (const need of planned.get(address)?.needs ?? []) {
      if (found.has(need)) continue;
      found.add(need);
      below(need, found);
    }
    return found;
  };
  return below;
};

/** Steps that were done, that nothing was found wrong with, and that ran all the same. */
export const needless = (before, state) => {
  const journal = journals(state).find((each) => each === before.journal) ?? journals(state).at(-1);
  if (journal === undefined) return [];
  const events = eventsOf(journal);
  const after = events.filter((event) => event.seq > before.events);
  const broken = new Set(
    after.flatMap((event) =>
      event.type === 'step.judged' && event.evidence.some((each) => !each.holds) ? [event.address] : [],
    ),
  );
  const ran = after.filter((event) => event.type === 'step.started').map((event) => event.address);
  // What rests on a step that ran was looked at once more after it, and that look is told nowhere.
  const below = belowOf(events);
  const shaken = (address) => [...below(address)].some((each) => ran.includes(each));
  return ran.filter((address) => before.done.has(address) && !broken.has(address) && !shaken(address));
};
