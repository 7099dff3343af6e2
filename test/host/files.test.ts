import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { host, temporaryFolder } from './support.ts';

describe('reading a file', () => {
  it('gives its text, and undefined only when it is not there', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a'), 'text é');
    expect(await host.readFile(join(folder, 'a'))).toBe('text é');
    expect(await host.readFile(join(folder, 'b'))).toBeUndefined();
    expect(await host.readFile(join(folder, 'b/c'))).toBeUndefined();
    await expect(host.readFile(folder)).rejects.toMatchObject({ code: 'EISDIR' });
  });

  it('reads files of the kernel, whose size is said to be 0', async () => {
    expect(await host.readFile('/proc/self/comm')).not.toBe('');
  });
});

describe('writing a file', () => {
  it('makes the folders above it', async () => {
    const path = join(temporaryFolder(), 'a/b/c');
    await host.writeFile(path, 'text');
    expect(readFileSync(path, 'utf8')).toBe('text');
  });

  it('replaces it in one go: who has it open keeps the old content whole', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'file');
    await host.writeFile(path, 'old');
    const { ino } = statSync(path);
    await host.writeFile(path, 'new');
    expect(statSync(path).ino).not.toBe(ino);
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it('has the mode that is asked for, else the one it had', async () => {
    const path = join(temporaryFolder(), 'file');
    await host.writeFile(path, '1', 0o600);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await host.writeFile(path, '2');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await host.writeFile(path, '3', 0o666);
    expect(statSync(path).mode & 0o777).toBe(0o666);
  });

  it('goes through a link to the file behind it', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'real'), 'old');
    symlinkSync('real', join(folder, 'link'));
    await host.writeFile(join(folder, 'link'), 'new');
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, 'real'), 'utf8')).toBe('new');
  });

  it('leaves nothing behind when it fails', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'taken/inside'), { recursive: true });
    await expect(host.writeFile(join(folder, 'taken'), 'text')).rejects.toMatchObject({ code: 'EISDIR' });
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});

describe('removing, listing and looking at files', () => {
  it('does not mind what is not there', async () => {
    const folder = temporaryFolder();
    await host.removeFile(join(folder, 'none'));
    expect(await host.list(join(folder, 'none'))).toEqual([]);
    expect(await host.stat(join(folder, 'none'))).toBeUndefined();
    expect(await host.hashFile(join(folder, 'none'))).toBeUndefined();
  });

  it('removes a file, lists names in order, tells kinds apart', async () => {
    const folder = temporaryFolder();
    for (const name of ['b', 'a', 'B']) writeFileSync(join(folder, name), name);
    chmodSync(join(folder, 'a'), 0o640);
    expect(await host.list(folder)).toEqual(['B', 'a', 'b']);
    expect(await host.stat(join(folder, 'a'))).toMatchObject({ kind: 'file', size: 1, mode: 0o640 });
    expect(await host.stat(folder)).toMatchObject({ kind: 'directory' });
    expect(await host.stat('/dev/null')).toMatchObject({ kind: 'other' });
    await host.removeFile(join(folder, 'a'));
    expect(await host.list(folder)).toEqual(['B', 'b']);
  });
});

describe('the hash of a file', () => {
  it('is its SHA-256', async () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, 'x'.repeat(1_000_000));
    const [expected] = execFileSync('sha256sum', [path], { encoding: 'utf8' }).split(' ');
    expect(await host.hashFile(path)).toBe(expected);
  });

  it('is that of what a link points at', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a'), '1');
    symlinkSync('a', join(folder, 'b'));
    expect(await host.hashFile(join(folder, 'b'))).toBe(await host.hashFile(join(folder, 'a')));
  });
});

describe('the hash of a folder', () => {
  const folder = (): string => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'sub'));
    writeFileSync(join(root, 'a'), '1');
    writeFileSync(join(root, 'sub/b'), '2');
    symlinkSync('a', join(root, 'link'));
    return root;
  };

  it('is the same for the same names and contents, wherever and whenever made', async () => {
    const [one, two] = [folder(), folder()];
    utimesSync(join(two, 'a'), 0, 0);
    chmodSync(join(two, 'a'), 0o600);
    expect(await host.hashFile(one)).toBe(await host.hashFile(two));
  });

  const changes: Readonly<Record<string, (root: string) => void>> = {
    'a content': (root) => writeFileSync(join(root, 'sub/b'), '3'),
    'a name': (root) => renameSync(join(root, 'sub/b'), join(root, 'sub/c')),
    'a place': (root) => renameSync(join(root, 'sub/b'), join(root, 'b')),
    'a new empty file': (root) => writeFileSync(join(root, 'sub/new'), ''),
    'a new empty folder': (root) => mkdirSync(join(root, 'new')),
    'a file less': (root) => rmSync(join(root, 'a')),
    'the target of a link': (root) => {
      rmSync(join(root, 'link'));
      symlinkSync('elsewhere', join(root, 'link'));
    },
    'a link that becomes a file': (root) => {
      rmSync(join(root, 'link'));
      writeFileSync(join(root, 'link'), 'a');
    },
  };

  it.each(Object.entries(changes))('changes with %s', async (_, change) => {
    const root = folder();
    const before = await host.hashFile(root);
    change(root);
    expect(await host.hashFile(root)).not.toBe(before);
  });

  it('does not open pipes, and does not follow links in circles', async () => {
    const root = folder();
    execFileSync('mkfifo', [join(root, 'pipe')]);
    symlinkSync('..', join(root, 'sub/up'));
    expect(await host.hashFile(root)).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('a glance at a file', () => {
  /** It is learnt beside everything else whether a glance can tell. */
  const learnt = async (path: string): Promise<string> => {
    await expect.poll(() => host.glance?.(path)).toBeDefined();
    return host.glance?.(path) ?? '';
  };

  it('is another once the file is there, has another content, or is gone', async () => {
    const path = join(temporaryFolder(), 'file');
    const seen: (string | undefined)[] = [await learnt(path)];
    writeFileSync(path, 'one');
    seen.push(host.glance?.(path));
    expect(await host.stat(path)).toMatchObject({ kind: 'file', size: 3 });
    writeFileSync(path, 'three');
    seen.push(host.glance?.(path));
    expect(await host.stat(path)).toMatchObject({ size: 5 });
    expect(new Set(seen).size).toBe(3);
    rmSync(path);
    expect(host.glance?.(path)).toBe(seen[0]);
    expect(await host.stat(path)).toBeUndefined();
  });

  it('tells of what is in folders that are not there yet', async () => {
    const path = join(temporaryFolder(), 'a/b/file');
    const before = await learnt(path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    await expect.poll(() => host.glance?.(path)).not.toBe(before);
    expect(await host.stat(path)).toMatchObject({ kind: 'file', size: 0 });
  });

  it('says nothing of links, whose target may be anywhere, nor of files of the kernel', async () => {
    const folder = temporaryFolder();
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
    await learnt(join(folder, 'beside'));
    expect(host.glance?.(join(folder, 'link'))).toBeUndefined();
    expect(host.glance?.('/proc/self/comm')).toBeUndefined();
    // What was asked for first is learnt first.
    await learnt(join(temporaryFolder(), 'later'));
    expect(host.glance?.('/proc/self/comm')).toBeUndefined();
    expect(await host.stat('/proc/self/comm')).toMatchObject({ kind: 'file' });
  });

  it('says nothing of a mount point in a local folder: whoever is behind it may never answer', async () => {
    await learnt('/no-such-file-of-lab');
    expect(host.glance?.('/proc')).toBeUndefined();
    expect(await host.stat('/proc')).toMatchObject({ kind: 'directory' });
  });
});
