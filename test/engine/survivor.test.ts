import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import type { StepSpec } from '../../src/core/workflow.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { ManualClock } from '../rig/manual-clock.ts';
import { making, runIn, type Setting, startIn, workflow } from '../rig/run-in.ts';
import { World } from '../rig/world.ts';

type Processes = NonNullable<Setting['processes']>;

const command = { id: 'a', run: ['build', 'it'], health: [{ probe: 'is', fact: 'a', within: '0s' }] };
const steps = workflow([command]);
const pid = 1001;

/** A run that was killed while its command was at work. */
const killed = async (): Promise<readonly RunEvent[]> => {
  const { journal } = await runIn(steps, { commands: () => 0 });
  return journal.slice(
    0,
    journal.findIndex(({ type }) => type === 'step.acted'),
  );
};

/** The same, and what was started directly is gone. */
const leaderGone = async (): Promise<readonly RunEvent[]> =>
  (await killed()).map((event) =>
    event.type === 'step.spawned' ? { ...event, process: { ...event.process, pid: 999 } } : event,
  );

const alive = (env: Readonly<Record<string, string>> = { LAB_STEP: 'run-1/a', LAB_SPAWN: '1' }): Processes =>
  new Map([[pid, { env, command: 'build it' }]]);

/** Continues it on a machine with these processes; the command, when it is run, makes the fact true. */
const resumed = async (
  past: readonly RunEvent[],
  processes: Processes,
  more: Setting & {
    readonly decision?: Awaited<ReturnType<Engine['survivor']>>;
    /** What happens while it is asked about. */
    readonly meanwhile?: () => void;
  } = {},
) => {
  const { decision = 'wait', meanwhile, ...setting } = more;
  const world = setting.world ?? new World();
  const asked: object[] = [];
  let ran = 0;
  const together: number[] = [];
  const result = await runIn(steps, {
    ...{ resume: past, world, processes, ...setting },
    commands: () => {
      ran += 1;
      together.push(processes.size);
      world.facts.set('a', true);
      return 0;
    },
    survivor: async (description) => {
      asked.push(description);
      meanwhile?.();
      return decision;
    },
  });
  return { ...result, asked, commands: ran, together };
};

describe('a process that outlived its killed run', () => {
  it('is named, waited for, and what it did decides', async () => {
    const processes = alive();
    const world = new World();
    const meanwhile = (): void => {
      world.facts.set('a', true);
      processes.delete(pid);
    };
    const { asked, finish, commands } = await resumed(await killed(), processes, { world, meanwhile });
    expect(asked).toEqual([{ address: 'a', pid, command: 'build it' }]);
    expect(finish('a')).toMatchObject({ outcome: 'satisfied', reason: 'the process that had survived finished it' });
    expect(commands).toBe(0);
  });

  it('and ended between the look at the world and the search for it, has done its work', async () => {
    const world = new World();
    const processes: Processes = {
      has: () => false,
      // biome-ignore lint/correctness/useYield: there is none any more
      *[Symbol.iterator]() {
        world.facts.set('a', true);
      },
    } as unknown as Processes;
    const { finish, commands } = await resumed(await killed(), processes, { world });
    expect(finish('a')).toMatchObject({ outcome: 'satisfied', reason: 'it holds' });
    expect(commands).toBe(0);
  });

  it('and did not do its work, is followed by an attempt, and not accompanied by one', async () => {
    const processes = alive();
    const { finish, commands, together } = await resumed(await killed(), processes, { decision: 'end' });
    expect(finish('a')).toMatchObject({ outcome: 'changed', attempts: 2 });
    expect([commands, together]).toEqual([1, [0]]);
  });

  it('is ended when its time limit is over', async () => {
    const limited = workflow([{ ...command, timeout: '5s' }]);
    const processes = alive();
    const world = new World();
    const ran = await runIn(limited, {
      ...{ resume: await killed(), world, processes, survivor: async () => 'wait' as const },
      commands: () => {
        world.facts.set('a', true);
        return 0;
      },
    });
    expect([ran.outcomes, processes.size, ran.clock.monotonic()]).toEqual([{ a: 'changed' }, 0, 5000]);
  });

  it('and is left alone, keeps the step from running', async () => {
    const { finish, commands } = await resumed(await killed(), alive(), { decision: 'leave' });
    expect(finish('a')).toMatchObject({ outcome: 'failed', failure: { kind: 'survivor', pid, command: 'build it' } });
    expect(commands).toBe(0);
  });

  it('is known by its number and start time: a stranger with its number is none', async () => {
    const past = (await killed()).map((event) =>
      event.type === 'step.spawned' ? { ...event, process: { ...event.process, bootId: 'another boot' } } : event,
    );
    const { asked, finish } = await resumed(past, alive({}));
    expect([asked, finish('a').outcome]).toEqual([[], 'changed']);
  });

  it('is found by its environment when the run died before it was written down', async () => {
    const past = (await killed()).filter(({ type }) => type !== 'step.spawned');
    const processes = alive();
    const { asked, commands } = await resumed(past, processes, { decision: 'end' });
    expect([asked, commands]).toEqual([[{ address: 'a', pid, command: 'build it' }], 1]);
  });

  it('of another step or run is none of its business', async () => {
    const past = (await killed()).filter(({ type }) => type !== 'step.spawned');
    for (const tag of ['run-1/b', 'run-2/a']) {
      const { asked } = await resumed(past, alive({ LAB_STEP: tag, LAB_SPAWN: '1' }));
      expect(asked).toEqual([]);
    }
  });

  it('and was started by what ended well before the next, is what the step left running, and stays', async () => {
    const past = await leaderGone();
    const [spawned] = past.filter(({ type }) => type === 'step.spawned');
    const processes = alive({ LAB_STEP: 'run-1/a', LAB_SPAWN: '1' });
    const second = spawned ? [{ ...spawned, seq: spawned.seq + 1 }] : [];
    const { asked } = await resumed([...past, ...second], processes);
    expect([asked, processes.size]).toEqual([[], 1]);
  });

  it('and was left by a leader that is gone, is found by its mark, and not accompanied', async () => {
    const processes = alive();
    const { asked, commands, together } = await resumed(await leaderGone(), processes, { decision: 'end' });
    expect([asked, commands, together]).toEqual([[{ address: 'a', pid, command: 'build it' }], 1, [0]]);
  });

  it('and was left by a leader that is gone, may go on when the work of the step is done', async () => {
    const processes = alive();
    const world = new World();
    world.facts.set('a', true);
    const { asked, commands, finish } = await resumed(await leaderGone(), processes, { world });
    expect([asked, commands, processes.size, finish('a').outcome]).toEqual([[], 0, 1, 'satisfied']);
  });

  it('and was left by a leader that is gone, is waited for until the work of the step is done', async () => {
    const processes = alive();
    const world = new World();
    const clock = new ManualClock({ automatic: true });
    const meanwhile = (): void => void clock.sleep(7000).then(() => world.facts.set('a', true));
    const { asked, commands, finish } = await resumed(await leaderGone(), processes, { world, clock, meanwhile });
    expect([asked.length, commands, processes.size, finish('a').outcome]).toEqual([1, 0, 1, 'satisfied']);
    expect(clock.monotonic()).toBeLessThan(10_000);
  });

  it('and was left by a leader that is gone, is ended after a minute where the step has no time limit', async () => {
    const clock = new ManualClock({ automatic: true });
    const { finish, together } = await resumed(await leaderGone(), alive(), { clock });
    expect([finish('a').outcome, together, clock.monotonic()]).toEqual(['changed', [0], 60_000]);
  });

  it('is left to the next run when this one is stopped while waiting for it', async () => {
    const started = startIn(steps, {
      ...{ resume: await killed(), processes: alive(), commands: () => 0 },
      survivor: async () => {
        setImmediate(() => started.stop.ask('stop', 'SIGINT'));
        return 'wait';
      },
    });
    expect((await started.ended).outcome).toBe('interrupted');
    expect(started.ran().all('step.started')).toEqual([]);
  });

  it('is also there for a new run that knows of it', async () => {
    const past = await killed();
    const { asked, commands } = await resumed([], alive(), { earlier: [past], decision: 'end' });
    expect([asked, commands]).toEqual([[{ address: 'a', pid, command: 'build it' }], 1]);
  });
});

describe('what an attempt left', () => {
  /** Each attempt leaves a process; how many there were when it began. */
  const leaving = async (answer: 'late' | number, more: Partial<StepSpec> = {}) => {
    const processes: Processes = new Map();
    const together: number[] = [];
    const clock = new ManualClock({ automatic: true });
    const spec = { ...command, health: [], timeout: '2s', retry: { attempts: 3, delay: '10ms' }, ...more };
    const asked: object[] = [];
    const result = await runIn(workflow([spec]), {
      ...{ processes, clock },
      commands: ({ env }) => {
        together.push(processes.size);
        processes.set(500 + together.length, { env, command: 'its child' });
        return answer === 'late' ? new Promise(() => {}) : answer;
      },
      survivor: async (description) => {
        asked.push(description);
        return 'wait';
      },
    });
    return { ...result, together, asked, processes };
  };

  it('that timed out is named and ended before the next begins', async () => {
    const { together, asked } = await leaving('late');
    expect(together).toEqual([0, 0, 0]);
    expect(asked).toEqual([501, 502].map((each) => ({ address: 'a', pid: each, command: 'its child' })));
  });

  it('that failed is named and ended before the next begins', async () => {
    expect((await leaving(1)).together).toEqual([0, 0, 0]);
  });

  it('whose action ended well is meant to stay, whatever its health', async () => {
    const { together, asked } = await leaving(0, { health: [{ probe: 'is', fact: 'a', within: '0s' }] });
    expect([together, asked]).toEqual([[0, 1, 2], []]);
  });

  it('that was the last one is found by the next run', async () => {
    const { journal, processes } = await leaving('late');
    const { asked, together } = await resumed(journal.slice(0, -1), processes, { decision: 'end' });
    expect(asked).toEqual([{ address: 'a', pid: 503, command: 'its child' }]);
    expect(together).toEqual([0]);
  });
});

describe('what an action left that ended well', () => {
  it('is meant to stay, also when the step is found missing at the end of the run', async () => {
    const { journal } = await runIn(steps, { commands: () => 0, world: new World() });
    const finished = journal.filter(({ type }) => type === 'step.finished').at(-1);
    const lost = finished ? [{ ...finished, seq: finished.seq + 1, outcome: 'failed' as const }] : [];
    const made = finished ? { ...finished, outcome: 'changed' as const } : undefined;
    const past = journal.slice(0, -1).map((event) => (event === finished && made ? made : event));
    const processes = alive();
    const { asked } = await resumed([...past, ...lost] as RunEvent[], processes);
    expect([asked, processes.size]).toEqual([[], 1]);
  });
});

describe('after a step that ended', () => {
  it('nobody looks for processes', async () => {
    const first = await runIn(workflow([making('a')]));
    const again = await runIn(workflow([making('a')]), {
      world: first.world,
      resume: first.journal,
      processes: alive(),
    });
    expect(again.all('step.survived')).toEqual([]);
  });
});
