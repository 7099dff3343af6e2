// Paths of a project's files as text, and how large one may be.

/** `base` is a folder; an absolute `path` stands for itself. */
export const resolvePath = (base: string, path: string): string =>
  normalise(isAbsolute(path) ? path : `${base}/${path}`);

export const folderOf = (path: string): string => {
  const cut = path.lastIndexOf('/');
  return cut > 0 ? path.slice(0, cut) : cut === 0 ? '/' : '.';
};

/** `path` as seen from `folder`; unchanged when it lies elsewhere. */
export const relativeTo = (folder: string, path: string): string => {
  if (path === folder) return '.';
  const prefix = folder === '/' ? '/' : `${folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
};

export const isInside = (folder: string, path: string): boolean => relativeTo(folder, path) !== path || folder === path;

const isAbsolute = (path: string): boolean => path.startsWith('/');

/** Without `.`, `..` and doubled slashes; `..` above the root stays at the root. */
const normalise = (path: string): string => {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !isAbsolute(path)) parts.push(part);
  }
  return `${path.startsWith('/') ? '/' : ''}${parts.join('/')}` || '.';
};

/** Characters. */
export const maximumFileSize = 4 * 1024 * 1024;
