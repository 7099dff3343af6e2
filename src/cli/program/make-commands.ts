// The commands that write files for a person: of a variant, or a new variant.
import { type Define, withExamples, withInputs, withJson } from './parts.ts';

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
};
