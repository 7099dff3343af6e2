// Every shipped workflow rehearsed: killed at moments all along its way, and run twice. Needs none of the tools.
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openLab } from '../rig/lab.ts';

const folder = new URL('../../workflows/', import.meta.url);
const variants = readdirSync(folder).filter((name) => existsSync(new URL(`${name}/variant.yaml`, folder)));
/** Every so many moments; all of them with FAULTS=all. */
const stride = process.env['FAULTS'] === 'all' ? '1' : '40';

describe.each(variants)('the variant %s', { timeout: 600_000 }, (variant) => {
  it.each(['deploy', 'verify', 'trace', 'teardown'])(
    'survives its deaths and changes nothing twice: %s',
    async (workflow) => {
      const lab = openLab();
      onTestFinished(() => lab[Symbol.asyncDispose]());
      const args = ['--variant', variant, '--crash', stride, '--twice', '--json'];
      const { code, stdout, stderr } = await lab.run('rehearse', workflow, ...args);
      expect(stderr).toBe('');
      const { checks } = JSON.parse(stdout) as { checks: { name: string; result: { findings: unknown[] } }[] };
      expect(checks.flatMap(({ result }) => result.findings)).toEqual([]);
      expect(code).toBe(0);
    },
  );
});
