// What tests of the host share: a real host, scrubbed surroundings, temporary folders, and waiting for what a child says.
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';
import type { CommandRequest } from '../../src/engine/ports.ts';
import { createHost } from '../../src/host/host.ts';
import { pollUntil, readStat } from '../../src/host/process.ts';

export const host = createHost();

export const surroundings = { env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' }, cwd: tmpdir() };

export const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-host-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** Collects output and tells when it holds a text. */
export const listen = (): {
  readonly onOutput: NonNullable<CommandRequest['onOutput']>;
  readonly text: () => string;
  /** Resolves with the match as soon as the output has one. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
} => {
  let text = '';
  const waiting = new Set<() => void>();
  return {
    onOutput: (_stream, chunk) => {
      text += Buffer.from(chunk).toString('utf8');
      for (const look of waiting) look();
    },
    text: () => text,
    said: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          const match = pattern.exec(text);
          if (!match) return;
          waiting.delete(look);
          resolve(match);
        };
        waiting.add(look);
        look();
      }),
  };
};

/** Resolves when no process with that number is alive; a zombie is not. */
export const gone = async (pid: number): Promise<void> => {
  await pollUntil(() => !lives(pid), { mostMs: 20 });
};

export const lives = (pid: number): boolean => {
  const state = readStat(pid)?.state;
  return state !== undefined && state !== 'Z' && state !== 'X';
};

/** Compiles modules of the host so that a bare node can run them; no package lies beside them. */
export const bundle = async (...names: readonly string[]): Promise<string> => {
  const folder = temporaryFolder();
  await build({
    entryPoints: names.map((name) => fileURLToPath(new URL(`../../src/host/${name}.ts`, import.meta.url))),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  });
  return folder;
};

/** Lets what was bundled find packages after all. */
export const linkPackages = (folder: string): void =>
  symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'));
