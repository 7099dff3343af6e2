// Imports sample texts, and validates what comes of them as `lab validate` does.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Imported, importLab } from '../../src/import/import-lab.ts';
import { loadOnly } from '../../src/project/open-workflow.ts';
import { findProject } from '../../src/project/project.ts';
import { loadRegistry } from '../../src/project/registry.ts';
import { builtIn } from '../../steps/index.ts';

const samples = fileURLToPath(new URL('samples', import.meta.url));

export const sampleNames = readdirSync(samples).sort();

export const sampleTexts = (name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(join(samples, name))
      .sort()
      .map((file) => [file, readFileSync(join(samples, name, file), 'utf8')]),
  );

const known = { steps: new Set(builtIn.steps.keys()), probes: new Set(builtIn.probes.keys()) };

export const importTexts = (texts: Readonly<Record<string, string>>): Imported =>
  importLab({
    sources: Object.entries(texts).map(([name, text]) => ({ name, path: name, text })),
    known,
    folder: '.',
    name: 'tried',
  });

export const readme = (text: string): Imported => importTexts({ 'README.md': text });

/** The text of one of its files. */
export const fileOf = ({ files }: Imported, path: string): string => {
  const found = files.find((file) => file.path === path);
  if (found === undefined) throw new Error(`there is no ${path}, but ${files.map((file) => file.path).join(', ')}`);
  return found.text;
};

/** @throws CliError with every mistake in the files. */
export const validate = async ({ files }: Imported): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'lab-import-'));
  try {
    const folder = join(dir, 'workflows', 'tried');
    await mkdir(folder, { recursive: true });
    for (const { path, text } of files) await writeFile(join(folder, path), text);
    const project = findProject(dir);
    const registry = await loadRegistry(project, join(dir, 'state'));
    for (const { path } of files)
      if (path !== 'variant.yaml')
        await loadOnly({ project, registry, variant: 'tried', workflow: path.replace(/\.yaml$/, '') });
  } finally {
    rmSync(dir, { recursive: true });
  }
};
