import { describe, expect, it } from 'vitest';
import { host, listen, surroundings } from './support.ts';

const MiB = 2 ** 20;
/** Well above the kept output, the pieces on their way and what the collector leaves lying about; far below what is printed. */
const allowedGrowth = 120 * MiB;

/** The most our memory grew while something ran. */
const growthDuring = async <T>(run: () => Promise<T>): Promise<{ readonly value: T; readonly growth: number }> => {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 10);
  try {
    return { value: await run(), growth: most - before };
  } finally {
    clearInterval(timer);
  }
};

const starts = {
  command: (script: string, more = {}) => host.command({ argv: ['sh', '-c', script], ...surroundings, ...more }),
  script: (script: string, more = {}) => host.script(`set +o pipefail\n${script}`, { ...surroundings, ...more }),
};

describe.each(Object.entries(starts))('output of a %s', (_, start) => {
  it('of 200 MB is survived, its last MiB kept', async () => {
    const { value, growth } = await growthDuring(() => start('yes 0123456789abcde | head -c 200000000; echo end'));
    expect(value).toMatchObject({ ended: 'exit', exitCode: 0, truncated: true });
    expect(value.stdout.length).toBe(MiB);
    expect(value.stdout.endsWith('0123456789abcde\nend\n')).toBe(true);
    expect(growth).toBeLessThan(allowedGrowth);
  });

  it('that is one line of 100 MB is survived', async () => {
    const { value, growth } = await growthDuring(() => start('head -c 100000000 /dev/zero | tr "\\0" x'));
    expect(value).toMatchObject({ exitCode: 0, truncated: true, stdout: 'x'.repeat(MiB) });
    expect(growth).toBeLessThan(allowedGrowth);
  });

  it('that is no UTF-8 is survived', async () => {
    const value = await start("printf 'a\\377\\376b\\303'; printf '\\200\\n' >&2");
    expect(value).toMatchObject({ stdout: 'a��b�', stderr: '�\n', truncated: false });
  });

  it('that is random bytes is survived', async () => {
    const value = await start('head -c 5000000 /dev/urandom', { keepBytes: 1000 });
    expect(value).toMatchObject({ exitCode: 0, truncated: true });
    expect(value.stdout.length).toBeLessThanOrEqual(1000);
  });

  it('that is closed early does not end it', async () => {
    expect(await start('echo before; exec >&- 2>&-; sleep 0.05; exit 4')).toMatchObject({
      stdout: 'before\n',
      exitCode: 4,
    });
  });
});

describe('a slow consumer', () => {
  it('holds the child back, and memory stays bounded', async () => {
    let passOn: () => void = () => {};
    let waiting: Promise<void> | undefined;
    let pieces = 0;
    let written = 0;
    const { value, growth } = await growthDuring(async () => {
      const running = host.command({
        // Says on stderr how far it came: what it could write before it was held back.
        argv: ['sh', '-c', 'for i in $(seq 100); do head -c 1000000 /dev/zero; echo . >&2; done'],
        ...surroundings,
        onOutput: (stream) => {
          if (stream === 'stderr') {
            written++;
            return;
          }
          pieces++;
          waiting = new Promise((resolve) => {
            passOn = resolve;
          });
          return waiting;
        },
      });
      // The first piece is not given back: nothing more than a pipe can hold comes out of the child.
      await whenStill(() => pieces + written);
      expect(pieces).toBe(1);
      expect(written).toBeLessThan(3);
      const pump = setInterval(() => passOn(), 0);
      const result = await running;
      clearInterval(pump);
      return result;
    });
    expect(value).toMatchObject({ ended: 'exit', exitCode: 0 });
    expect(written).toBe(100);
    expect(growth).toBeLessThan(allowedGrowth);
  });

  it('gets everything in order, one piece at a time, also after the child has ended', async () => {
    let at = 0;
    let inHand = 0;
    const heard = listen();
    const result = await host.command({
      argv: ['seq', '1', '60000'],
      ...surroundings,
      onOutput: async (stream, chunk) => {
        expect(++inHand).toBe(1);
        at++;
        await new Promise((resolve) => setTimeout(resolve, 20));
        void heard.onOutput(stream, chunk);
        inHand--;
      },
    });
    expect(at).toBeGreaterThan(1);
    expect(heard.text()).toBe(result.stdout);
    expect(result.stdout.endsWith('\n60000\n')).toBe(true);
  });

  it('of one stream does not hold the other back', async () => {
    let free: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      free = resolve;
    });
    const heard = listen();
    const running = host.command({
      argv: ['sh', '-c', 'echo first; sleep 0.05; for i in 1 2 3; do echo err $i >&2; done'],
      ...surroundings,
      onOutput: (stream, chunk) => (stream === 'stdout' ? held : heard.onOutput(stream, chunk)),
    });
    await heard.said(/err 3/);
    free();
    expect((await running).stdout).toBe('first\n');
  });

  it('that fails ends the child, and its error is thrown', async () => {
    const running = host.command({
      argv: ['yes'],
      ...surroundings,
      onOutput: async () => {
        throw new Error('no space left on device');
      },
    });
    await expect(running).rejects.toThrow('no space left on device');
  });

  it('that throws at once ends the child as well', async () => {
    const running = host.script('echo hello; sleep 1000', {
      ...surroundings,
      onOutput: () => {
        throw new Error('no more');
      },
    });
    await expect(running).rejects.toThrow('no more');
  });
});

/** Resolves once a number above 0 has stayed the same for a while. */
const whenStill = async (value: () => number): Promise<void> => {
  let last = -1;
  for (let same = 0; same < 5; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    same = value() === last && last > 0 ? same + 1 : 0;
    last = value();
  }
};
