// The way in and the way out: parses the command line, loads the one command asked for, turns every end into an exit code.
import { Command, CommanderError, Option } from 'commander';
import { CliError, exitCode } from './exit-code.ts';
import type { RunOptions } from './options.ts';
import { version } from './version-of-lab.ts';

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
const list = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...value.split(',').filter((each) => each !== ''),
];

type Action = (...args: never[]) => Promise<number>;

/** Builds the command line; `finish` gets the exit code of the command that ran. */
const createProgram = (finish: (code: number) => void): Command => {
  const program = new Command('lab')
    .description(
      'Runs workflows whose steps prove themselves, and carries on from exactly the right place after any failure.',
    )
    .version(version, '-V, --version')
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .option('--project <dir>', 'the project, instead of the nearest folder upwards with workflows/')
    .option('--state-dir <dir>', 'where state is kept (also LAB_STATE_DIR; default: state/ in the project)');
  const command = (spec: string, summary: string, load: () => Promise<Action>): Command =>
    program
      .command(spec)
      .summary(summary)
      .description(summary)
      .action(async (...all: unknown[]) => {
        const self = all.at(-1) as Command;
        const args = all.slice(0, -2);
        const action = (await load()) as (...args: unknown[]) => Promise<number>;
        finish(await action(...args, self.optsWithGlobals()));
      });
  runCommands(command);
  lookCommands(command);
  return program;
};

type Define = (spec: string, summary: string, load: () => Promise<Action>) => Command;

const withInputs = (command: Command): Command =>
  command
    .option('--variant <name>', 'the variant (default: the deployed one, else the first this host can run)')
    .option('--set <name=value...>', 'an input; may be given more than once', list2)
    .option('--inputs <file>', 'inputs from a YAML or JSON file');

/** `--set a=1 b=2 --set c=3`: each word is one input. */
const list2 = collect;

const withScope = (command: Command): Command =>
  command
    .option('--only <steps>', 'only these steps (comma separated); the others stay as they are', list)
    .option('--from <step>', 'only this step and what rests on it')
    .option('--until <step>', 'only this step and what it rests on')
    .option('--redo <steps>', 'run these steps again even if they hold', list)
    .option('--assume <steps>', 'take these steps for done without proof; needs --reason', list)
    .option('--reason <text>', 'why --assume may be believed; kept with the run');

const withOutput = (command: Command): Command =>
  command
    .option('--json', 'one JSON event per line, or one JSON document')
    .option('--quiet', 'only failures and the end')
    .option('--no-tty', 'lines instead of a drawing');

const runCommands = (define: Define): void => {
  const running = (command: Command): Command =>
    withOutput(withScope(withInputs(command)))
      .option('-y, --yes', 'agree to changes of this host, such as installing packages')
      .addOption(
        new Option('--survivors <what>', 'what to do about processes of a killed run')
          .choices(['ask', 'wait', 'end'])
          .default('ask'),
      );
  running(
    define(
      'run <workflow>',
      'run a workflow, such as deploy, verify or teardown',
      async () => (await import('./commands/run.ts')).runCommand,
    ),
  )
    .option('--new', 'start a new run even if one is unfinished')
    .addHelpText(
      'after',
      examples(
        'lab run deploy',
        'lab run deploy --variant frr-netns --set leaves=8 --set nodes=6 --yes',
        'lab run verify --json',
      ),
    );
  running(
    define(
      'resume [run]',
      'continue the last unfinished run, or the one named',
      async () => (await import('./commands/resume.ts')).resumeCommand,
    ),
  )
    .option('--plan', 'only show what continuing would do')
    .addHelpText('after', examples('lab resume', 'lab resume --plan', "lab resume --redo 'router[leaf1]'"));
};

const lookCommands = (define: Define): void => {
  withOutput(
    withScope(
      withInputs(
        define('plan [workflow]', 'show what a run would do to each step now, and why', async () => {
          const { planCommand } = await import('./commands/plan.ts');
          return (async (workflow: string | undefined, options: RunOptions) =>
            planCommand(workflow ?? 'deploy', options)) as Action;
        }),
      ),
    ),
  ).addHelpText('after', examples('lab plan', 'lab plan verify', 'lab plan deploy --set leaves=8'));
  withOutput(
    define(
      'status',
      'show what is deployed and which steps hold now',
      async () => (await import('./commands/status.ts')).statusCommand,
    ),
  )
    .option('-w, --watch', 'again and again')
    .addHelpText('after', examples('lab status', 'lab status --watch'));
  define(
    'logs [run] [step]',
    'show what a step printed; without a step, which logs there are',
    async () => (await import('./commands/logs.ts')).logsCommand,
  )
    .option('-f, --follow', 'go on as it grows')
    .option('-n, --lines <count>', 'only the last lines')
    .addHelpText('after', examples('lab logs', "lab logs 'router[leaf1]'", 'lab logs last packages -n 20'));
  withOutput(define('runs', 'list the runs', async () => (await import('./commands/runs.ts')).runsCommand)).addHelpText(
    'after',
    examples('lab runs'),
  );
  withOutput(
    define('list', 'list variants, workflows and inputs', async () => (await import('./commands/list.ts')).listCommand),
  ).addHelpText('after', examples('lab list', 'lab list --json'));
  withOutput(
    define(
      'validate',
      'check the files of all variants, or of one',
      async () => (await import('./commands/validate.ts')).validateCommand,
    ),
  )
    .option('--variant <name>', 'only this one')
    .addHelpText('after', examples('lab validate', 'lab validate --variant frr-netns'));
  withOutput(
    define(
      'doctor',
      'show everything the variants need of this host, and how to get it',
      async () => (await import('./commands/doctor.ts')).doctorCommand,
    ),
  )
    .option('--variant <name>', 'only this one')
    .addHelpText('after', examples('lab doctor', 'lab doctor --variant srl-cilium'));
  withInputs(
    define(
      'exec <place> [command...]',
      'run a command inside the lab; a shell without one',
      async () => (await import('./commands/exec.ts')).execCommand,
    ),
  ).addHelpText(
    'after',
    examples(
      'lab exec client4 -- curl -s http://192.168.33.10',
      "lab exec leaf1 -- vtysh -c 'show bgp summary'",
      'lab exec cluster1',
    ),
  );
};

const examples = (...lines: string[]): string => `\nExamples:\n${lines.map((line) => `  npx ${line}`).join('\n')}`;

const main = async (argv: readonly string[]): Promise<number> => {
  let code: number = exitCode.ok;
  const program = createProgram((ended) => {
    code = ended;
  });
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return exitCode.usage;
    }
    await program.parseAsync(argv as string[], { from: 'user' });
    return code;
  } catch (error) {
    return explain(error);
  }
};

/** Words for the person, and the exit code. */
const explain = async (error: unknown): Promise<number> => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  if (error instanceof CliError) {
    process.stderr.write(`${error.message}\n`);
    return error.code;
  }
  const { isStoreComplaint, storeText } = await import('../view/store-wording.ts');
  if (isStoreComplaint(error)) {
    process.stderr.write(`${storeText(error).join('\n')}\n`);
    return exitCode.state;
  }
  const { stack } = error instanceof Error ? error : { stack: String(error) };
  process.stderr.write(
    `This is a mistake in lab itself. Please report it with the lines below; what was recorded is safe, and \`npx lab resume\` goes on.\n\n${stack}\n`,
  );
  return exitCode.bug;
};

// A reader that went away, as in `lab logs | head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2));
