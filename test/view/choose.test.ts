import { describe, expect, it } from 'vitest';
import { type Circumstances, chooseView, type ViewName } from '../../src/view/view.ts';

const bare: Circumstances = {
  ...{ tty: false, json: false, quiet: false, github: false, ci: false, noTty: false, dumb: false },
};

describe('the choice of a view', () => {
  it.each<[string, Partial<Circumstances>, ViewName]>([
    ['a terminal', { tty: true }, 'task-list'],
    ['a pipe', {}, 'lines'],
    ['a dumb terminal', { tty: true, dumb: true }, 'lines'],
    ['a terminal with --no-tty', { tty: true, noTty: true }, 'lines'],
    ['GitHub Actions', { github: true }, 'github'],
    ['a terminal in a CI service', { tty: true, ci: true }, 'lines'],
    ['--json on a terminal', { tty: true, json: true }, 'ndjson'],
    ['--json in GitHub Actions', { github: true, json: true }, 'ndjson'],
    ['--quiet', { tty: true, quiet: true }, 'quiet'],
  ])('for %s', (_, circumstances, view) => {
    expect(chooseView({ ...bare, ...circumstances })).toBe(view);
  });
});
