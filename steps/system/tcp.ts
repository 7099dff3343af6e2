// The tcp probe: does something accept connections there.
import * as z from 'zod';
import { defineProbe } from '../../src/engine/step-type.ts';

const input = z.strictObject({
  host: z.string().default('127.0.0.1').describe('Name or address'),
  port: z.int().min(1).max(65_535).describe('The port'),
});

export const tcpProbe = defineProbe({
  name: 'tcp',
  summary: 'Connects to a port; holds when the connection is accepted',
  input,
  values: {
    open: 'whether it was accepted',
    code: "the system's error code, empty when open",
    durationMs: 'how long it took',
  },
  describe: ({ host, port }) => `tcp ${host}:${port}`,
  async look({ host, port }, context) {
    const answer = await context.host.tcp(host, port, context.timeoutMs ?? 10_000);
    const values = answer.ok
      ? { open: true, code: '', durationMs: answer.durationMs }
      : { open: false, code: answer.code, durationMs: -1 };
    return { holds: answer.ok, saw: answer.ok ? 'open' : answer.code, values };
  },
});
