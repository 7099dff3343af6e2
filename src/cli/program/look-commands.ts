// The commands that look at the lab and at runs, and write nothing.
import { choice, type Define, withExamples, withInputs, withJson, withScope } from './parts.ts';

export const lookCommands = (define: Define): void => {
  stateCommands(define);
  historyCommands(define);
  fileCommands(define);
};

const stateCommands = (define: Define): void => {
  withExamples(
    withJson(
      withScope(
        withInputs(
          define(
            'plan [workflow]',
            'show what a run would do to each step now, and why',
            async () => (await import('../commands/plan.ts')).planCommand,
          ),
        ),
      ),
    ).option('--prune', 'also what is no longer in the workflow, as `run --prune` takes it away'),
    ['lab plan', 'lab plan verify', 'lab plan deploy --set leaves=8', 'lab plan --json'],
    [0, 2, 3, 4, 5],
  );
  withExamples(
    withJson(
      withInputs(
        define(
          'why <step> [workflow]',
          'show why a step would run, or would not: the chain of causes, with what was seen',
          async () => (await import('../commands/why.ts')).whyCommand,
        ),
      ),
    ),
    ['lab why answers', "lab why 'tenant[leaf1]'", 'lab why sessions --json'],
    [0, 2, 3, 4, 5],
  );
  withExamples(
    withJson(
      define(
        'status',
        'show what is deployed and which steps hold now',
        async () => (await import('../commands/status.ts')).statusCommand,
      ),
    ).option('-w, --watch', 'again and again, until Ctrl-C'),
    ['lab status', 'lab status --watch', 'lab status --json'],
    [0, 1, 3, 5],
  );
};

const historyCommands = (define: Define): void => {
  withExamples(
    define(
      'logs [run] [step]',
      'show what a step printed; without a step, which logs there are',
      async () => (await import('../commands/logs.ts')).logsCommand,
    )
      .option('-f, --follow', 'go on as they grow, until the run ends; without a step, all of the run')
      .option('-n, --lines <count>', 'only the last lines'),
    ['lab logs', "lab logs 'leaf[leaf1]'", "lab logs last 'leaf[leaf1]' -n 20", 'lab logs -f'],
    [0, 2, 5],
  );
  withExamples(
    withJson(define('runs', 'list the runs', async () => (await import('../commands/runs.ts')).runsCommand)),
    ['lab runs', 'lab runs --json'],
    [0, 5],
  );
};

const fileCommands = (define: Define): void => {
  withExamples(
    withJson(
      define(
        'list [variant]',
        'list the workflows that can be run; of a variant, also what they take',
        async () => (await import('../commands/list.ts')).listCommand,
      ),
    ).option('-l, --long', 'all variants, with everything they take'),
    ['lab list', 'lab list frr-netns', 'lab list --long', 'lab list --json'],
    [0, 2, 3, 5],
  );
  withExamples(
    withJson(
      define(
        'validate',
        'check the files of all variants, or of one',
        async () => (await import('../commands/validate.ts')).validateCommand,
      ),
    ).option('--variant <name>', 'only this one'),
    ['lab validate', 'lab validate --variant frr-netns'],
    [0, 2, 3],
  );
  withExamples(
    withJson(
      define(
        'doctor',
        'show everything the variants need of this host, and how to get it',
        async () => (await import('../commands/doctor.ts')).doctorCommand,
      ),
    ).option('--variant <name>', 'only this one'),
    ['lab doctor', 'lab doctor --variant srl-cilium'],
    [0, 2, 3, 4],
  );
  withExamples(
    withInputs(
      define(
        'graph [workflow]',
        'draw the steps of a workflow and what they need',
        async () => (await import('../commands/graph.ts')).graphCommand,
      ),
    )
      .addOption(choice('--format <format>', 'how to draw it', ['text', 'mermaid', 'dot', 'svg']))
      .option('--children', 'one box for every child of a foreach step')
      .option('--topology', 'the network that is built, as SVG, instead of the steps'),
    [
      'lab graph',
      'lab graph verify --format mermaid',
      'lab graph --format dot | dot -Tpng -o deploy.png',
      'lab graph --topology > lab.svg',
    ],
    [0, 2, 3],
  );
  withExamples(
    define(
      'schema [what]',
      'print the JSON Schema of workflow files, of variant files, or of causes.yaml',
      async () => (await import('../commands/schema.ts')).schemaCommand,
    ),
    ['lab schema', 'lab schema variant > workflows/variant.schema.json', 'lab schema causes'],
    [0, 2],
  );
  withExamples(
    define(
      'completion <shell>',
      'print a script that completes commands, options, steps, runs, inputs',
      async () => (await import('../commands/completion.ts')).completionCommand,
    ),
    [
      'lab completion bash > ~/.local/share/bash-completion/completions/lab',
      'lab completion zsh > ~/.zfunc/_lab',
      'lab completion fish > ~/.config/fish/completions/lab.fish',
    ],
    [0, 2],
  );
};
