// The commands that show a run as a page: a file, or served while it lasts.
import { type Define, withExamples } from './parts.ts';

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
