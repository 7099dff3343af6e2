// How much of eighteen labs becomes steps that prove themselves. The texts are written for this test; which commands each lab has, in which
// dress, is that of the public labs that were read for it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverageOf } from '../../src/import/write/coverage.ts';
import { importTexts, sampleNames, sampleTexts, validate } from './rig.ts';

const rows = sampleNames.map((name) => ({ name, ...coverageOf(importTexts(sampleTexts(name)).verdicts) }));

describe('the samples', () => {
  it('become steps that prove themselves for seven commands of ten, and for 17 of 18 of the lab this began with', () => {
    const sum = (key: 'commands' | 'turned' | 'typed' | 'written' | 'left' | 'checks') =>
      rows.reduce((total, row) => total + row[key], 0);
    const line = (cells: readonly (string | number)[]) =>
      cells.map((cell, at) => (at === 0 ? String(cell).padEnd(18) : String(cell).padStart(9))).join('');
    process.stdout.write(
      `${[
        line(['lab', 'commands', 'turned', 'typed', 'as is', 'left', 'checks']),
        ...rows.map((row) => line([row.name, row.commands, row.turned, row.typed, row.written, row.left, row.checks])),
        line(['all', sum('commands'), sum('turned'), sum('typed'), sum('written'), sum('left'), sum('checks')]),
      ].join('\n')}\n`,
    );
    const first = rows.find(({ name }) => name === 'anycast-cilium');
    expect(first?.commands).toBe(18);
    expect(first?.turned).toBeGreaterThanOrEqual(17);
    expect(sum('turned') / sum('commands')).toBeGreaterThanOrEqual(0.7);
  });

  it.each(sampleNames)('%s is right as it is written', async (name) => {
    await validate(importTexts(sampleTexts(name)));
  });

  it('accounts for every command line, turned or not, with its place', () => {
    for (const name of sampleNames) {
      const texts = sampleTexts(name);
      for (const { told, where } of importTexts(texts).verdicts) {
        expect(where).not.toBe('');
        const lines = texts[told.file]?.split('\n') ?? [];
        expect(told.line, `${told.file}: ${told.text}`).toBeLessThanOrEqual(lines.length);
        expect(told.end).toBeLessThanOrEqual(lines.length);
      }
    }
  });

  it('is right whatever lines are missing, doubled or torn', async () => {
    const all = sampleNames.map(sampleTexts);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(all.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.nat(3)), { maxLength: 8 }),
        async (which, changes) => {
          const texts = Object.fromEntries(
            Object.entries(all[which] ?? {}).map(([file, text]) => {
              const lines = text.split('\n');
              for (const [at, how] of changes) {
                const index = at % lines.length;
                const line = lines[index] ?? '';
                if (how === 0) lines.splice(index, 1);
                else if (how === 1) lines.splice(index, 0, line);
                else if (how === 2) lines[index] = line.slice(0, at % (line.length + 1));
                else lines[index] = `${line}${line}`;
              }
              return [file, lines.join('\n')];
            }),
          );
          await validate(importTexts(texts));
        },
      ),
      { numRuns: Number(process.env['LAB_IMPORT_RUNS'] ?? 60) },
    );
  });
});
