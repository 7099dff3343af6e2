// The limit that is said is the limit that is used, by every probe that waits by itself.
import { expect, it } from 'vitest';
import type { Host } from '../../src/engine/ports.ts';
import { fileProbe } from '../../steps/system/file.ts';
import { httpProbe } from '../../steps/system/http.ts';
import { tcpProbe } from '../../steps/system/tcp.ts';
import { ManualClock } from '../rig/manual-clock.ts';
import { createMemoryHost } from '../rig/memory-host.ts';
import { runIn, workflow } from '../rig/run-in.ts';

const used = async (probe: Readonly<Record<string, unknown>> & { readonly probe: string }): Promise<number[]> => {
  const clock = new ManualClock({ automatic: true });
  const limits: number[] = [];
  const host: Host = {
    ...createMemoryHost({ clock }),
    http: async ({ timeoutMs }) => {
      limits.push(timeoutMs);
      return { ok: true, status: 200, headers: {}, body: '', durationMs: 1 };
    },
    tcp: async (_, __, timeoutMs) => {
      limits.push(timeoutMs);
      return { ok: true, durationMs: 1 };
    },
  };
  const { outcomes } = await runIn(workflow([{ id: 'a', health: [probe] }]), {
    ...{ clock, host },
    probes: [httpProbe, tcpProbe, fileProbe] as never,
  });
  expect(outcomes).toEqual({ a: 'satisfied' });
  return limits;
};

it.each([[{ probe: 'http', url: 'http://127.0.0.1/' }], [{ probe: 'tcp', port: 80 }]])('%j', async (probe) => {
  expect(await used({ ...probe, timeout: '30s' })).toEqual([30_000]);
  expect(await used({ ...probe, timeout: '200ms' })).toEqual([200]);
  expect(await used(probe)).toEqual([10_000]);
});
