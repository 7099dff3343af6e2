// The commands that show a run as a page or elsewhere, prove what a workflow does, and write files for a person.
import { type Define, withExamples, withInputs, withJson } from './parts.ts';

export const pageCommands = (define: Define): void => {
  withExamples(
    define(
      'report [run]',
      'write one HTML page about a run: topology, time line, verdicts, logs, facts; or a bundle for a bug report',
      async () => (await import('../commands/report.ts')).reportCommand,
    )
      .option('--out <file>', 'the file to write, - for standard output (default: lab-RUN.html or lab-RUN.tar.gz)')
      .option(
        '--bundle',
        'pack journal, logs, plan and versions into one archive instead, secrets masked; see `lab replay`',
      ),
    ['lab report', 'lab report last --out report.html', 'lab report --bundle'],
    [0, 2, 3, 5],
  );
  withExamples(
    define(
      'ui',
      'serve the page of the newest run, live, on this host only; ends with Ctrl-C, and no run with it',
      async () => (await import('../commands/ui.ts')).uiCommand,
    ).option('--port <number>', 'the port (default: a free one)'),
    ['lab ui', 'lab ui --port 8080'],
    [0, 2, 5],
  );
};

export const makeCommands = (define: Define): void => {
  withExamples(
    withJson(
      withInputs(
        define(
          'render',
          'write the files a variant declares, such as router configurations',
          async () => (await import('../commands/render.ts')).renderCommand,
        ),
      ),
    ).requiredOption('--out <dir>', 'the folder to write them to'),
    ['lab render --out rendered', 'lab render --variant frr-netns --set leaves=8 --out /tmp/configs'],
    [0, 2, 3],
  );
  withExamples(
    withJson(
      define(
        'new <name>',
        'start a variant, ready to edit; begins a project where there is none',
        async () => (await import('../commands/new.ts')).newCommand,
      ),
    ).option('--from <variant>', 'the variant it extends (default: none, it stands by itself)'),
    ['lab new my-lab', 'lab new my-lab --from frr-netns'],
    [0, 2, 3],
  );
  withExamples(
    withJson(
      define(
        'import <files...>',
        'make a variant from a README, shell scripts, a Makefile and a containerlab topology; says what became of each command',
        async () => (await import('../commands/import.ts')).importCommand,
      ),
    )
      .option('--name <name>', 'what the variant is called (default: as its topology, or the title of the README)')
      .option('-o, --into <dir>', 'the folder of the project to write to; begins one there (default: the one here)')
      .option('--check', 'only tell how much would be turned; writes nothing')
      .option('--overwrite', 'replace the files of a variant of that name'),
    [
      'lab import README.md lab.clab.yml',
      'lab import --check README.md Makefile scripts/*.sh',
      'lab import README.md --name my-lab --into ../my-project',
    ],
    [0, 2, 3],
  );
};

export const evidenceCommands = (define: Define): void => {
  withExamples(
    withJson(
      withInputs(
        define(
          'rehearse <workflow>',
          'run a workflow against stand-ins or a transcript, to prove that it survives deaths and failures',
          async () => (await import('../commands/rehearse.ts')).rehearseCommand,
        ),
      ),
    )
      .option('--crash [every]', 'kill it at every moment (or every n-th), continue, and prove the same end')
      .option('--twice', 'prove that a second pass changes nothing')
      .option('--fail <step>', 'let a step fail, show it, and prove that resume mends it')
      .option('--transcript <file>', 'what real tools answered, from `lab run --record`')
      .option('--stand-ins <file>', 'outputs by step, in YAML, for steps whose real output is needed'),
    [
      'lab rehearse deploy',
      'lab rehearse deploy --crash --twice',
      "lab rehearse deploy --fail 'leaf[leaf1]'",
      'lab rehearse verify --transcript verify.transcript',
    ],
    [0, 1, 2, 3],
  );
  withExamples(
    define(
      'replay <file>',
      'show the screens of a run again, from a bundle or a journal',
      async () => (await import('../commands/replay.ts')).replayCommand,
    )
      .option('--json', 'its events, one JSON document a line')
      .option('--quiet', 'only failures and the end')
      .option('--no-tty', 'lines instead of a drawing'),
    [
      'lab replay lab-20260101-120000-deploy-1a2b.tar.gz',
      'lab replay state/runs/20260101-120000-deploy-1a2b/journal.jsonl',
    ],
    [0, 1, 2],
  );
};
