import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/core/diagnostic.ts';
import { formatDiagnostic, formatDiagnostics } from '../../src/view/snippet.ts';
import { textWidth } from '../../src/view/text.ts';

const mistake: Diagnostic = {
  code: 'unknown-key',
  file: 'workflows/x/deploy.yaml',
  line: 12,
  column: 7,
  length: 5,
  sourceLine: '      retyr: 3',
  message: 'unknown key "retyr"',
};

describe('a mistake in a file', () => {
  it('is shown with its place, its line, a caret, what was expected and a hint', () => {
    const related = [{ file: 'a.yaml', line: 1, column: 2, message: 'first here' }];
    const shown = formatDiagnostic({ ...mistake, expected: 'a key of a step', hint: 'retry', related });
    expect(shown.split('\n')).toEqual([
      'workflows/x/deploy.yaml:12:7: error: unknown key "retyr" [unknown-key]',
      '12 |       retyr: 3',
      '   |       ^^^^^',
      '   | expected: a key of a step',
      '   | hint: retry',
      '   | see a.yaml:1:2: first here',
    ]);
  });

  it('has its caret under the token after tabs and wide signs', () => {
    const shown = formatDiagnostic({ ...mistake, sourceLine: '\t日本: x', column: 6, length: 1 }).split('\n');
    expect(textWidth((shown[2] ?? '').split('^')[0] ?? '')).toBe(textWidth((shown[1] ?? '').split('x')[0] ?? ''));
  });

  it('shows the part of a long line around the token', () => {
    const sourceLine = `${'a'.repeat(500)}TOKEN${'b'.repeat(500)}`;
    const shown = formatDiagnostic({ ...mistake, sourceLine, column: 501, length: 5 }, { columns: 80 }).split('\n');
    expect(shown[1]).toContain('TOKEN');
    expect(textWidth(shown[1] ?? '')).toBeLessThanOrEqual(80);
    expect((shown[2] ?? '').indexOf('^')).toBe((shown[1] ?? '').indexOf('TOKEN'));
  });

  it('has one caret where something is missing, also behind the end of the line', () => {
    const shown = formatDiagnostic({ ...mistake, sourceLine: 'a:', column: 3, length: 0 }).split('\n');
    expect(shown[2]).toBe('   |   ^');
  });

  it('shows hostile text as text', () => {
    expect(formatDiagnostic({ ...mistake, sourceLine: 'x: \u001b[2J', message: '\u001b]0;t\u0007m' })).not.toContain(
      '\u001b',
    );
  });

  it('comes with all others and their count', () => {
    expect(formatDiagnostics([mistake, mistake])).toMatch(/2 mistakes; nothing was run\.$/);
    expect(formatDiagnostics([])).toBe('');
  });
});
