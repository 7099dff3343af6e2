// What passes between hosts that share a lab: measured with packets that may not be cut, since a tunnel that has its packets cut is slow
// in silence.
import * as z from 'zod';
import { defineProbe, StepError } from '../../src/engine/step-type.ts';

export const netnsPath = defineProbe({
  name: 'netns.path',
  summary: 'Sends packets of a size to another host; holds when they reach it whole and are answered. Root only',
  input: z.strictObject({
    to: z.string().describe('Address of the other host'),
    mtu: z.int().min(1280).describe('Bytes of a packet, with its IP header'),
  }),
  values: { mtu: 'bytes of the largest packet up to that size which is answered; 0 when none is' },
  describe: ({ to }) => `path to ${to}`,
  async look({ to, mtu: wanted }, context) {
    const argv = ['perl', `${context.projectDir}/assets/frr-netns/path-mtu.pl`, to, String(wanted)];
    const { stdout } = await context.must(argv, { quiet: true });
    const mtu = Number(/^(\d+)\n$/.exec(stdout)?.[1] ?? Number.NaN);
    if (Number.isNaN(mtu)) throw new StepError(`the size of packets to ${to} could not be measured: ${stdout.trim()}`);
    const saw =
      mtu === 0
        ? `${to} does not answer`
        : mtu < wanted
          ? `packets of ${mtu} bytes reach ${to} whole, larger ones do not`
          : `packets of ${mtu} bytes reach ${to} whole`;
    return { holds: mtu >= wanted, saw, values: { mtu } };
  },
});
