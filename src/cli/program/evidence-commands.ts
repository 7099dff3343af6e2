// The commands that prove what a workflow does without the real tools, and that show a run elsewhere.
import { type Define, withExamples, withInputs, withJson } from './parts.ts';

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
