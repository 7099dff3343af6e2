// The probe type that asks, before anything is made, whether a Cilium goes with the command line and the kernel of this host and with a Kubernetes.
import * as z from 'zod';
import { defineProbe, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { reasonOf } from '../shared/command-reason.ts';
import { misfits } from './versions.ts';

/** The version of the command line itself, not of the images it would install. @throws StepError when it does not say. */
export const commandLineVersion = async (context: StepContext): Promise<string> => {
  // It says its own version first, and then asks the world for the newest one without a limit: no answer to that is no matter.
  const asked = await context.command(['cilium', 'version', '--client'], { quiet: true, timeoutMs: 5000 });
  const version = /cilium-cli:\s*v?(\S+)/.exec(asked.stdout)?.[1];
  if (version === undefined) throw new StepError(`cilium version: ${reasonOf(asked)}`);
  return version;
};

export const ciliumFits = defineProbe({
  name: 'cilium.fits',
  summary:
    'Whether a Cilium goes with the cilium command and the kernel that are here; says so when it is untested with a Kubernetes',
  input: z.strictObject({
    version: z.string().describe('Version of Cilium'),
    kubernetes: z.string().describe('Version of Kubernetes'),
  }),
  values: {
    commandLine: 'version of the cilium command',
    kernel: 'release of the kernel',
    misfits: 'what speaks against it, each as a sentence',
    untested: 'what its authors do not test, each as a sentence',
  },
  describe: ({ version }) => `what goes with Cilium ${version}`,
  async look({ version, kubernetes }, context) {
    const commandLine = await commandLineVersion(context);
    const kernel = (await context.command(['uname', '-r'], { quiet: true })).stdout.trim();
    const against = misfits({ cilium: version, commandLine, kernel });
    const untested = misfits({ cilium: version, kubernetes });
    const [first] = [...against, ...untested];
    const saw = first ?? `Cilium ${version}, command ${commandLine}, Kubernetes ${kubernetes}, kernel ${kernel}`;
    return { holds: against.length === 0, saw, values: { commandLine, kernel, misfits: against, untested } };
  },
});
