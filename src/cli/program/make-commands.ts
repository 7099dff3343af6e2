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
        'start a variant that extends another, ready to edit',
        async () => (await import('../commands/new.ts')).newCommand,
      ),
    ).requiredOption('--from <variant>', 'the variant it extends'),
    ['lab new my-lab --from frr-netns'],
    [0, 2, 3],
  );
};
