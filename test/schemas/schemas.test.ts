// What the SR Linux variants render, against the schemas of the tools that read it; needs the folder named by LAB_SCHEMAS.
import { describe, expect, it } from 'vitest';
import { checksFor, schemasFolder } from '../../scripts/schemas/checks.ts';

const folder = schemasFolder();

describe.skipIf(folder !== undefined)('schemas', () => {
  it.skip('are not checked: LAB_SCHEMAS names no folder that is there', () => undefined);
});

describe.skipIf(folder === undefined)('schemas', () => {
  for (const { name, lacks, faults } of folder === undefined ? [] : checksFor(folder)) {
    it.skipIf(lacks !== undefined)(
      lacks === undefined ? name : `${name} (this host lacks ${lacks})`,
      { timeout: 120_000 },
      async () => {
        expect(await faults()).toEqual([]);
      },
    );
  }
});
