import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/core/event.ts';
import type { Appended, Journal } from '../../src/engine/ports.ts';
import { Recorder } from '../../src/engine/run/recorder.ts';
import { ManualClock } from '../rig/manual-clock.ts';

const finished = (address: string): EventBody => ({
  ...{ type: 'step.finished', address, outcome: 'satisfied', outputs: {}, evidence: [] },
  ...{ attempts: 0, durationMs: 0, creates: [] },
});
const notice = (message: string): EventBody => ({ type: 'notice', level: 'info', code: 'x', message });
const nameOf = (event: EventBody): string => ('address' in event ? event.address : event.type);

/** Its syncs are made, or fail, when the test says so. */
class HeldJournal implements Journal {
  private seq = 0;
  private readonly syncs: { resolve: () => void; reject: (error: Error) => void; durable: Promise<void> }[] = [];
  private isGathering = false;

  append(body: EventBody, at: number): Appended {
    this.seq += 1;
    const event = { seq: this.seq, at, ...body };
    if (body.type !== 'step.finished') return { event };
    if (!this.isGathering) this.syncs.push(held());
    this.isGathering = true;
    return { event, durable: this.syncs.at(-1)?.durable as Promise<void> };
  }

  /** What is appended from now on is for the next sync. */
  cut(): void {
    this.isGathering = false;
  }

  sync(number: number): void {
    this.syncs[number]?.resolve();
  }

  fail(number: number): void {
    this.syncs[number]?.reject(new Error('disk full'));
  }

  async close(): Promise<void> {}
}

const held = () => {
  let resolve = (): void => {};
  let reject = (_: Error): void => {};
  const durable = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { resolve, reject, durable };
};

const open = () => {
  const journal = new HeldJournal();
  const passed: string[] = [];
  const broken: unknown[] = [];
  const recorder = new Recorder({
    ...{ journal, clock: new ManualClock(), past: [] },
    onBroken: (error) => broken.push(error),
  });
  recorder.listen((event) => passed.push(nameOf(event)));
  return { journal, passed, broken, recorder };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the recorder', () => {
  it('passes facts on in the order of the journal, once those before them are durable', async () => {
    const { journal, passed, recorder } = open();
    const all = [finished('a'), finished('b'), notice('between')].map((body) => recorder.emit(body));
    journal.cut();
    all.push(recorder.emit(finished('c')));
    journal.sync(1);
    await turn();
    expect(passed).toEqual([]);
    journal.sync(0);
    await Promise.all(all);
    expect(passed).toEqual(['a', 'b', 'notice', 'c']);
    await recorder.emit(notice('after'));
    expect(passed).toHaveLength(5);
  });

  it('gives one promise for all that become durable together', () => {
    const { recorder } = open();
    expect(recorder.emit(finished('a'))).toBe(recorder.emit(finished('b')));
  });

  it('passes nothing on that could not be kept, refuses all that follows, and tells once', async () => {
    const { journal, passed, broken, recorder } = open();
    const first = recorder.emit(finished('a'));
    journal.fail(0);
    await expect(first).rejects.toThrow('disk full');
    await expect(recorder.emit(finished('b'))).rejects.toThrow('disk full');
    expect([passed, broken.length]).toEqual([[], 1]);
  });

  it('refuses all that follows a fact the journal does not take', async () => {
    const { journal, passed, broken, recorder } = open();
    const before = recorder.emit(finished('a'));
    journal.append = () => {
      throw new TypeError('no JSON');
    };
    await expect(recorder.emit(notice('x'))).rejects.toThrow(TypeError);
    journal.sync(0);
    await before;
    expect([passed, broken.length]).toEqual([['a'], 1]);
    await expect(recorder.emit(notice('y'))).rejects.toThrow(TypeError);
  });
});
