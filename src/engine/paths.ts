// Where a path of a workflow file points: relative ones start at the project's folder.

export const inProject = ({ projectDir }: { readonly projectDir: string }, path: string): string =>
  path === '' ? projectDir : path.startsWith('/') ? path : `${projectDir}/${path}`;
