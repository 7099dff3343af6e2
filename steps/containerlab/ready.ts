// The probe type that asks, before anything is made, whether this user may call containerlab and whether it reads the topology that is written for it.
import * as z from 'zod';
import { defineProbe, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { reasonOf } from '../shared/command-reason.ts';
import { isAtLeast } from '../shared/release.ts';
import { containerlabPrefix } from './command.ts';

export const containerlabReady = defineProbe({
  name: 'containerlab.ready',
  summary: 'Whether containerlab may be called by this user, and is new enough for the topology',
  input: z.strictObject({ release: z.string().describe('Release of containerlab the topology is written for') }),
  values: { version: 'its release', through: 'how it is called: as it is, or through sudo' },
  describe: () => 'containerlab',
  async look({ release }, context) {
    const prefix = await containerlabPrefix(context);
    const asked = await context.command([...prefix, 'version'], { quiet: true });
    const version = /^\s*version:\s*(\S+)/m.exec(asked.stdout)?.[1];
    if (version === undefined) throw new StepError(`containerlab can't be asked: ${reasonOf(asked)}`);
    const values = { version, through: prefix.slice(0, -1).join(' ') };
    if (!isAtLeast(version, release))
      return {
        holds: false,
        saw: `the topology is written for containerlab ${release}, and this is ${version}`,
        values,
      };
    const why = await missingGroup(prefix, context);
    return { holds: why === undefined, saw: why ?? version, values };
  },
});

const admins = 'clab_admins';
/** How getent ends for a name that it looked for and did not find. */
const noSuchEntry = 2;

/** With its setuid bit it lets in members of one group only. */
const missingGroup = async (prefix: readonly string[], context: StepContext): Promise<string | undefined> => {
  if (context.host.uid === 0 || prefix.length > 1) return undefined;
  // Where there is no such group it asks for none.
  const exists = await context.command(['getent', 'group', admins], { quiet: true });
  if (exists.exitCode === noSuchEntry) return undefined;
  const groups = (await context.command(['id', '-nG'], { quiet: true })).stdout.split(/\s+/);
  return groups.includes(admins) ? undefined : `this user is not in group ${admins}, and containerlab lets in no other`;
};
