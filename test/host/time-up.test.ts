// A program that was stopped for longer than a time limit (Ctrl-Z, a debugger) is here one whose event loop stands still.
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clock } from '../../src/host/clock.ts';
import { host, listen, surroundings } from './support.ts';

const standStill = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** Accepts from a thread of the kernel: connections are there without our event loop. */
const listening = async (): Promise<number> => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as { port: number }).port;
};

describe('a time limit that passes while the program stands still', () => {
  it.each(['command', 'script'])('counts after the end of a %s that is there already', async (kind) => {
    const heard = listen();
    const request = { ...surroundings, ...heard, timeoutMs: 500 };
    const script = 'echo go; sleep 0.1; echo done';
    const running =
      kind === 'command' ? host.command({ argv: ['sh', '-c', script], ...request }) : host.script(script, request);
    await heard.said(/go/);
    standStill(900);
    expect(await running).toMatchObject({ ended: 'exit', exitCode: 0, stdout: 'go\ndone\n' });
  });

  it('counts after a connection that is there already', async () => {
    const port = await listening();
    const connecting = host.tcp('127.0.0.1', port, 50);
    standStill(200);
    expect(await connecting).toMatchObject({ ok: true });
  });

  it('and was slept through lets what happened meanwhile be heard first', async () => {
    const port = await listening();
    const order: string[] = [];
    const slept = clock.sleep(50).then(() => order.push('slept'));
    const connected = host.tcp('127.0.0.1', port, 10_000).then(() => order.push('connected'));
    standStill(200);
    await Promise.all([slept, connected]);
    expect(order).toEqual(['connected', 'slept']);
  });
});
