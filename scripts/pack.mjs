// Makes one chunk of several that the same commands use. What they ask of one another is a variable then, and no property of a module
// that has to be found first; and one file is opened instead of many.
import { build } from 'esbuild';

/** As esbuild writes it: `import {\n  a as b,\n  c\n} from "./chunk.js";` */
const namedImport = /^import \{([^}]*)\} from "\.\/([^"]+)";$/gm;
const anyImport = /^import [^"]*? from "\.\/([^"]+)";$/gm;

/** The names that chunks outside import of each chunk inside, which alone have to be exported. */
const wantedOf = (inside, texts) => {
  const wanted = new Map(inside.map((name) => [name, new Set()]));
  for (const [importer, text] of texts) {
    if (inside.includes(importer)) continue;
    const named = [...text.matchAll(namedImport)];
    const all = [...text.matchAll(anyImport)];
    if (named.length !== all.length) throw new Error(`${importer} imports in a way that is not known here`);
    for (const [, list, from] of named)
      for (const each of list.split(',')) wanted.get(from)?.add(each.trim().split(' as ')[0]);
  }
  return wanted;
};

/**
 * The text of the pack, as esbuild's `options` want it; what it exports is the chunks, by their place in `inside`. `texts`: all chunks,
 * as modules; `whole`: those of which everything may be asked for.
 */
export const packChunks = async (inside, { texts, whole, options }) => {
  const wanted = wantedOf(inside, texts);
  const exportsOf = (name) =>
    whole.has(name) ? `export * from './${name}';` : `export { ${[...wanted.get(name)].join(', ')} } from './${name}';`;
  const plugin = {
    name: 'pack',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^exports:/ }, ({ path }) => ({ path: path.slice('exports:'.length), namespace: 'exports' }));
      onResolve({ filter: /^\.\// }, ({ path, kind }) => {
        const name = path.slice('./'.length);
        return inside.includes(name) && kind === 'import-statement'
          ? { path: name, namespace: 'chunk' }
          : { path, external: true, sideEffects: false };
      });
      onResolve({ filter: /^[^.]/ }, ({ path }) => ({ path, external: true }));
      onLoad({ filter: /^/, namespace: 'exports' }, ({ path }) => ({ contents: exportsOf(path) }));
      onLoad({ filter: /^/, namespace: 'chunk' }, ({ path }) => ({ contents: texts.get(path) }));
    },
  };
  const contents = inside.map((name, at) => `export * as c${at} from 'exports:${name}';`).join('\n');
  const { outputFiles } = await build({
    ...options,
    stdin: { contents },
    bundle: true,
    write: false,
    plugins: [plugin],
  });
  return outputFiles[0].text;
};
