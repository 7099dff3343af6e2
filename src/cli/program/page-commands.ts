// The commands that show a run as a page: a file, or served while it lasts.
import { type Define, withExamples } from './parts.ts';

export const pageCommands = (define: Define): void => {
  withExamples(
    define(
      'report [run]',
      'write one HTML page about a run: topology, time line, verdicts, logs, facts',
      async () => (await import('../commands/report.ts')).reportCommand,
    ).option('--out <file>', 'the file to write, - for standard output (default: lab-RUN.html)'),
    ['lab report', 'lab report last --out report.html'],
    [0, 2, 3, 5],
  );
};
