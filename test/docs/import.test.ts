// docs/import.md against the importer: the table of a README, line by line.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { draftOf } from '../../src/import/turn/draft.ts';
import { importTexts, sampleTexts } from '../import/rig.ts';

const file = new URL('../../docs/import.md', import.meta.url);

const table = (): string => {
  const { verdicts } = importTexts(sampleTexts('anycast-cilium'));
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = verdicts.map(({ told, status, where }) => {
    const line = told.text.split('\n')[0] ?? '';
    const action = draftOf(told.outcome)?.action?.uses ?? 'run';
    const by =
      status === 'turned'
        ? `step \`${where.split('/')[1]}\`, ${action === 'run' ? 'a command with a check' : `\`${action}\``}`
        : status === 'check'
          ? `check \`${where}\``
          : where;
    return `| ${told.line} | \`${cell(line.length > 70 ? `${line.slice(0, 69)}…` : line)}\` | ${cell(by)} |`;
  });
  return ['| line | command | becomes |', '| --- | --- | --- |', ...rows].join('\n');
};

it('shows a README line by line as it is imported', () => {
  const page = readFileSync(file, 'utf8');
  const [before = '', rest = ''] = page.split('<!-- table -->\n');
  const [, after = ''] = rest.split('<!-- end -->');
  const right = `${before}<!-- table -->\n${table()}\n<!-- end -->${after}`;
  if (process.env['LAB_WRITE_DOCS'] === '1') writeFileSync(file, right);
  expect(process.env['LAB_WRITE_DOCS'] === '1' ? right : page).toBe(right);
});
