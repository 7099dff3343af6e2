// Gathers what steps that run side by side want of one program into one process: while one is under way, the next fills up.
import type { Host } from '../../src/engine/ports.ts';
import type { StepContext } from '../../src/engine/step-type.ts';

interface Order<Wish, Result> {
  readonly wish: Wish;
  readonly context: StepContext;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** What one wish came to: a result, or the error of that wish alone. */
export type Settled<Result> = { readonly result: Result } | { readonly error: unknown };

/** Fulfils wishes together, in order. What it throws is the error of all of them. */
type Errand<Wish, Result> = (context: StepContext, wishes: readonly Wish[]) => Promise<readonly Settled<Result>[]>;

interface Line<Wish, Result> {
  orders: Order<Wish, Result>[];
  underWay: boolean;
}

export class Gathering<Wish, Result> {
  private readonly lines = new WeakMap<Host, Line<Wish, Result>>();
  private readonly errand: Errand<Wish, Result>;
  constructor(errand: Errand<Wish, Result>) {
    this.errand = errand;
  }

  /** Fulfilled by a process that starts after this call. */
  ask(context: StepContext, wish: Wish): Promise<Result> {
    const line = this.lines.get(context.host) ?? { orders: [], underWay: false };
    this.lines.set(context.host, line);
    return new Promise((resolve, reject) => {
      line.orders.push({ wish, context, resolve, reject });
      if (!line.underWay) void this.drain(line);
    });
  }

  private async drain(line: Line<Wish, Result>): Promise<void> {
    line.underWay = true;
    // Those that get ready in the same turn of the event loop still come along.
    await new Promise((resolve) => setImmediate(resolve));
    while (line.orders.length > 0) await this.fulfil(line.orders.splice(0));
    line.underWay = false;
  }

  private async fulfil(orders: readonly Order<Wish, Result>[]): Promise<void> {
    const [first] = orders;
    if (!first) return;
    try {
      const all = await this.errand(
        first.context,
        orders.map(({ wish }) => wish),
      );
      for (const [at, { resolve, reject }] of orders.entries()) {
        const settled = all[at] ?? { error: new Error('no answer') };
        if ('error' in settled) reject(settled.error);
        else resolve(settled.result);
      }
    } catch (error) {
      for (const order of orders) order.reject(error);
    }
  }
}
