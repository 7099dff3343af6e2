// Folders for one test each, gone after it, whatever was mounted or forbidden in them.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export const tempFolder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'lab-store-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
};

export const isRoot = process.getuid?.() === 0;

/** A file system in memory of its own, so that it can be full or read-only for real. Needs root. */
export const mountTemp = (size: string): { readonly path: string; readonly remount: (options: string) => void } => {
  const path = join(tempFolder(), 'mounted');
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', path]);
  onTestFinished(() => {
    execFileSync('umount', ['--lazy', path]);
  });
  chmodSync(path, 0o700);
  return { path, remount: (options) => execFileSync('mount', ['-o', `remount,${options}`, path]) };
};
