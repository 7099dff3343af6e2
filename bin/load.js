// Loads the built program chunk by chunk, each when something of it is first used, and with the code V8 compiled for it at build
// time where that still fits. Chunks that are always used together stand in one file, a pack: opening forty files costs more than
// what is in them. A file that is newer than its compiled code, or another Node, means compiling as usual.
const { closeSync, openSync, readFileSync, readSync, statSync } = require('node:fs');
const { Script } = require('node:vm');

/** `loaded`: the chunks used so far, in that order; `scripts`: what was compiled for them, by file; the build asks for both. */
exports.createLoader = (dist) => {
  // Paths are put together as text here: `join` goes through every character, often enough for V8 to compile it for speed.
  const { node, chunks, files, lazyBuiltins } = JSON.parse(readFileSync(`${dist}/index.json`, 'utf8'));
  const sameNode = node === process.version;
  const scripts = new Map();
  const lazy = new Set(lazyBuiltins);
  const packs = new Map();
  const modules = new Map();
  const stubs = new Map();

  const load = (name) => {
    const module = modules.get(name);
    if (module) return module.exports;
    const made = { exports: {} };
    modules.set(name, made);
    wrapperOf(name)(made.exports, find, made, `${dist}/${name}`);
    return made.exports;
  };

  /** The function whose body is the chunk. */
  const wrapperOf = (name) => {
    const { pack, at } = chunks[name];
    if (pack === undefined) return run(name, (text) => `(${wrapped(text)})`);
    if (!packs.has(pack))
      packs.set(
        pack,
        run(pack, (text) => text),
      );
    return packs.get(pack)[at];
  };

  const run = (file, toScript) => {
    const path = `${dist}/${file}`;
    const cachedData = sameNode ? compiledCode(dist, path, files[file]) : undefined;
    const script = new Script(toScript(readFileSync(path, files[file].ascii ? 'latin1' : 'utf8')), {
      filename: path,
      cachedData,
    });
    scripts.set(file, script);
    return script.runInThisContext();
  };

  const find = (id) => {
    if (id.startsWith('./')) return stub(id, becomeChunk);
    return lazy.has(id) ? stub(id, becomeBuiltin) : require(id);
  };

  /** Stands for a module until something of it is asked for: half of what a command imports it never uses. */
  const stub = (id, become) => {
    const known = stubs.get(id);
    if (known) return known;
    const ask = (_, name) => become(made, id, name);
    // It has nothing of its own: a getter for each name would take longer to make than most of them save.
    const made = Object.create(new Proxy({}, { get: ask }));
    stubs.set(id, made);
    return made;
  };

  const becomeChunk = (made, id, name) => {
    const exported = load(id.slice(2));
    Object.setPrototypeOf(made, Object.prototype);
    Object.defineProperties(made, Object.getOwnPropertyDescriptors(exported));
    return exported[name];
  };

  const becomeBuiltin = (made, id, name) => {
    if (name === '__esModule') return false;
    const exported = require(id);
    // They have up to a hundred names, of which two or three are used.
    Object.setPrototypeOf(made, exported);
    return exported[name];
  };

  return { load, loaded: () => [...modules.keys()], scripts };
};

const wrapped = (text) => `function (exports, require, module, __filename) {${text}\n}`;
exports.wrapped = wrapped;

/** V8 itself refuses code of another version or with other flags; it would not notice another text of the same length. */
const compiledCode = (dist, path, { code, size, changed }) => {
  if (!code) return undefined;
  const now = statSync(path);
  if (now.size !== size || now.mtimeMs !== changed) return undefined;
  const bytes = Buffer.allocUnsafeSlow(code.length);
  try {
    const file = openSync(`${dist}/code.bin`, 'r');
    const read = readSync(file, bytes, 0, code.length, code.at);
    closeSync(file);
    return read === code.length ? bytes : undefined;
  } catch {
    return undefined; // Without it everything works as well, only later.
  }
};
