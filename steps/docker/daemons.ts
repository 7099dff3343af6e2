// The step type for daemons that run in a container beside its first process, each with a configuration that is rendered for it.
import * as z from 'zod';
import { defineStep, type Seen, type StepContext, StepError } from '../../src/engine/step-type.ts';
import { reasonOf } from '../shared/command-reason.ts';
import { askInside, hereText, mustInside, within, word } from './inside.ts';

const daemonInput = z.strictObject({
  name: z.string().describe('What it is called in messages'),
  template: z.string().describe('Template of its configuration'),
  to: z.string().describe('Where that goes in the container'),
  command: z
    .array(z.string())
    .min(1)
    .describe('How it is started; it returns once it is up, and is the whole command line of its process'),
  shows: z
    .array(z.string())
    .default([])
    .describe('A command that prints what it goes by: that is to be what it was when the daemon had started'),
});
const input = z.strictObject({
  container: z.string().describe('The container'),
  namespace: z.string().default('').describe("The network namespace in it; without one the container's own"),
  device: z.looseObject({ name: z.string() }).describe('The device that templates read'),
  folder: z.string().describe('The folder that they write to'),
  owner: z.string().default('root').describe('Whose that folder is'),
  daemons: z
    .array(daemonInput)
    .min(1)
    .describe('In the order they start; one that is started anew takes those after it along'),
  log: z.string().default('').describe('Their log, which begins anew when all of them do'),
  faults: z
    .string()
    .default('')
    .describe('An extended regular expression: a line of the log like that says that all have to start anew'),
});
type Input = z.output<typeof input>;
type Daemon = Input['daemons'][number];

export const dockerDaemons = defineStep({
  name: 'docker.daemons',
  summary: 'Daemons in a container, each with its configuration',
  input,
  files: ({ daemons }) => daemons.map(({ template }) => template),
  describe: ({ container, daemons }) =>
    daemons.map(({ command }) => `docker exec ${container} ${command.join(' ')}`).join(' && '),
  creates: ({ container, daemons, device }) =>
    daemons.map(({ name }) => ({
      kind: 'daemon',
      name: `${name} of ${device.name}`,
      within: `container/${container}`,
    })),
  async check(step, context) {
    const off = await firstOff(step, context);
    return off
      ? { holds: false, saw: off.saw }
      : { holds: true, saw: `${step.daemons.map(({ name }) => name).join(' and ')} running` };
  },
  async run(step, context) {
    // Where all are as they should be and yet this was asked for, they begin anew.
    const { daemons, log, folder, owner } = step;
    const anew = daemons.slice((await firstOff(step, context))?.at ?? 0);
    const files = await Promise.all(anew.map((daemon) => configurationOf(daemon, step, context)));
    const script = [
      functions,
      ...anew.map((daemon) => `end ${mark(daemon)}\n`),
      `mkdir -p ${word(folder)}; chown ${word(`${owner}:${owner}`)} ${word(folder)}\n`,
      log !== '' && anew.length === daemons.length ? `rm -f ${word(log)}\n` : '',
      ...anew.map(({ to, command, shows }, at) => {
        const start = within(step.namespace) + command.map(word).join(' ');
        const keep = shows.length === 0 ? '' : `${shown(shows, step)} >${word(`${to}.shown`)}\n`;
        return `cat >${word(to)} ${hereText(files[at] ?? '')}${start} </dev/null\n${keep}`;
      }),
    ];
    await mustInside(context, step.container, ['sh', '-e'], { stdin: script.join('') });
    const off = await firstOff(step, context);
    if (off) throw new StepError(off.saw);
    return {};
  },
  async undo({ container, daemons }, context) {
    const script = functions + daemons.map((daemon) => `end ${mark(daemon)}\n`).join('');
    const ended = await askInside(context, container, ['sh', '-e'], { stdin: script });
    if (ended.exitCode !== 0 && !isGone(ended.stderr)) throw new StepError(reasonOf(ended));
  },
  absent: (step, context) => noneLeft(step, context),
});

/** Nothing runs in a container that is gone, or does not run. */
const isGone = (stderr: string): boolean => /no such container|is not running/i.test(stderr);

const mark = ({ command }: Daemon): string => word(`${command.join(' ')} `);

/** Processes are told by their whole command line; this shell's own has none of them. One that ended and was not waited for has none. */
const functions = `
pids() { for p in /proc/[0-9]*; do case "$(tr '\\0' ' ' 2>/dev/null <"$p/cmdline")" in "$1"|*" $1") echo "\${p#/proc/}";; esac; done; }
end() { for p in $(pids "$1"); do kill -KILL "$p" 2>/dev/null || true; while [ -n "$(tr '\\0' ' ' 2>/dev/null <"/proc/$p/cmdline")" ]; do sleep 0.01; done; done; }
`;

/** One that hangs is no reason to wait for ever. */
const shown = (shows: readonly string[], { namespace }: Input): string =>
  `${within(namespace)}timeout 10 ${shows.map(word).join(' ')} 2>&1`;

/** The first line that is another than it was when the daemon had started. */
const changedSince = ({ name, to, shows }: Daemon, at: number, step: Input): string => {
  const kept = word(`${to}.shown`);
  const gone = `s/^< *\\(.*\\)/${at} ${name} does not go by "\\1" any more/p`;
  const extra = `s/^> *\\(.*\\)/${at} ${name} goes by "\\1", which its file does not say/p`;
  return [
    `[ -e ${kept} ] || { echo ${word(`${at} what ${name} read of its configuration is not known`)}; exit; }\n`,
    `found=$(${shown(shows, step)} | diff ${kept} - | sed -n -e ${word(gone)} -e ${word(extra)} | head -n 1)\n`,
    `[ -z "$found" ] || { echo "$found"; exit; }\n`,
  ].join('');
};

interface Off {
  readonly at: number;
  readonly saw: string;
}

/** The first daemon that does not run, or by another configuration. @throws StepError when the container does not answer. */
const firstOff = async (step: Input, context: StepContext): Promise<Off | undefined> => {
  const { container, daemons, log, faults } = step;
  const files = await Promise.all(daemons.map((daemon) => configurationOf(daemon, step, context)));
  const looks = daemons.map((daemon, at) => {
    const name = daemon.to.slice(daemon.to.lastIndexOf('/') + 1);
    return [
      `[ -n "$(pids ${mark(daemon)})" ] || { echo ${word(`${at} ${daemon.name} is not running`)}; exit; }\n`,
      `[ -e ${word(daemon.to)} ] || { echo ${word(`${at} ${name} is not there`)}; exit; }\n`,
      `cmp -s ${word(daemon.to)} - ${hereText(files[at] ?? '')}`,
      `[ $? = 0 ] || { echo ${word(`${at} ${name} differs from what it should be`)}; exit; }\n`,
      daemon.shows.length === 0 ? '' : changedSince(daemon, at, step),
    ].join('');
  });
  const fault = log === '' || faults === '' ? '' : `grep -E -m 1 -e ${word(faults)} ${word(log)} | sed 's/^/0 /'\n`;
  const told = await askInside(context, container, ['sh'], { stdin: `${functions}${looks.join('')}${fault}true\n` });
  if (told.exitCode !== 0) return { at: 0, saw: reasonOf(told) };
  const found = /^(\d+) (.+)$/m.exec(told.stdout);
  return found ? { at: Number(found[1]), saw: found[2] ?? '' } : undefined;
};

const noneLeft = async ({ container, daemons }: Input, context: StepContext): Promise<Seen> => {
  const script =
    functions + daemons.map((daemon) => `[ -z "$(pids ${mark(daemon)})" ] || echo ${word(daemon.name)}\n`).join('');
  const told = await askInside(context, container, ['sh'], { stdin: `${script}true\n` });
  if (told.exitCode !== 0) {
    if (isGone(told.stderr)) return { holds: true, saw: 'its container is gone' };
    throw new StepError(reasonOf(told));
  }
  const left = told.stdout.trim().split('\n').join(', ');
  return { holds: left === '', saw: left === '' ? 'none is left' : `${left} still running` };
};

const configurationOf = ({ template }: Daemon, { device }: Input, context: StepContext): Promise<string> =>
  context.host.render(`${context.projectDir}/${template}`, { fabric: context.model, device });
