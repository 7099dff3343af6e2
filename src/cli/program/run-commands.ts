// The commands that change the world or the record of it.
import type { Command } from 'commander';
import { choice, type Define, withExamples, withInputs, withRunOutput, withScope } from './parts.ts';

const running = (command: Command): Command =>
  withRunOutput(withInputs(command))
    .option('-y, --yes', 'agree to changes of this host, such as installing packages')
    .option('--record <file>', 'write what every tool answered, secrets masked, for `lab rehearse --transcript`')
    .addOption(choice('--survivors <what>', 'what to do about processes of a killed run', ['ask', 'wait', 'end']));

export const runCommands = (define: Define): void => {
  withExamples(
    withScope(
      running(
        define(
          'run <workflow>',
          'run a workflow, such as deploy, verify or teardown',
          async () => (await import('../commands/run.ts')).runCommand,
        ),
      ),
    )
      .option('--prune', 'take away what was made and is no longer in the workflow, before anything else')
      .option('--new', 'start a new run even if one is unfinished'),
    [
      'lab run deploy',
      'lab run deploy --variant frr-netns --set leaves=8 --set nodes=6 --yes',
      "lab run deploy --redo 'leaf[leaf1]'",
      'lab run deploy --set leaves=2 --prune',
      'lab run verify --json',
      'lab run teardown',
    ],
    [0, 1, 2, 3, 4, 5],
  );
  withExamples(
    withScope(
      running(
        define(
          'resume [run]',
          'continue the last unfinished run, or the one named',
          async () => (await import('../commands/resume.ts')).resumeCommand,
        ),
      ),
    ).option('--plan', 'only show what continuing would do'),
    ['lab resume', 'lab resume --plan', "lab resume --redo 'leaf[leaf1]'", 'lab resume 20260101-120000-deploy-1a2b'],
    [0, 1, 2, 3, 4, 5, 6],
  );
  withExamples(
    running(
      define(
        'redo <steps...>',
        'undo steps if that is known how, run them again, and look again at what rests on them',
        async () => (await import('../commands/redo.ts')).redoCommand,
      ),
    )
      .option('--undo', 'only undo them')
      .option('--workflow <name>', 'the workflow they belong to (default: the deployed one)'),
    ["lab redo 'leaf[leaf1]'", 'lab redo service sessions', "lab redo --undo 'client[client4]'"],
    [0, 1, 2, 3, 4, 5],
  );
  withExamples(
    withRunOutput(
      withInputs(
        define(
          'adopt [workflow]',
          'look at everything a workflow would make, and take over what is there; changes nothing in the world',
          async () => (await import('../commands/adopt.ts')).adoptCommand,
        ),
      ),
    ),
    ['lab adopt', 'lab adopt deploy --variant srl-cilium --set nodes=3'],
    [0, 1, 2, 3, 5],
  );
  withExamples(
    withInputs(
      define(
        'exec <place> [command...]',
        'run a command inside the lab; a shell without one',
        async () => (await import('../commands/exec.ts')).execCommand,
      ),
    ).addHelpText('after', '\nWhat it ends with is what the command ended with.'),
    [
      'lab exec client4 -- curl -s http://192.168.33.10',
      "lab exec leaf1 -- vtysh -c 'show bgp summary'",
      'lab exec cluster1',
    ],
    [0, 1, 2, 3],
  );
};
