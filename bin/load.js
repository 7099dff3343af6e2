// Loads the built program chunk by chunk, each when something of it is first used, and with the code V8 compiled for it at build
// time where that still fits. Chunks that are always used together stand in one file, a pack: opening forty files costs more than
// what is in them. A file that is newer than its compiled code, or another Node, means compiling as usual.
const { closeSync, openSync, readFileSync, readSync, statSync } = require('node:fs');
const { Script } = require('node:vm');

/** `loaded`: the chunks used so far, in that order; `scripts`: what was compiled for them, by file; the build asks for both. */
exports.createLoader = (dist) => {
  // Paths are put together as text here: `join` goes through every character, often enough for V8 to compile it for speed.
  const { node, packed, codes, lazyBuiltins } = JSON.parse(readFileSync(`${dist}/index.json`, 'utf8'));
  const sameNode = node === process.version;
  const scripts = new Map();
  const lazy = new Set(lazyBuiltins);
  const modules = new Map();
  const found = new Map();

  const load = (name) => {
    const module = modules.get(name);
    if (module) return module.exports;
    const made = { exports: {} };
    modules.set(name, made);
    const place = packed[name];
    if (place) made.exports = load(place.pack)[`c${place.at}`];
    else run(name)(made.exports, find, made, dist);
    return made.exports;
  };

  /** The function whose body is the file. */
  const run = (file) => {
    const path = `${dist}/${file}`;
    const cachedData = sameNode ? compiledCode(dist, path, codes[file]) : undefined;
    const text = readFileSync(path, 'latin1');
    // A pack is such a function already: nothing else reads it, and it is not copied once more.
    const script = new Script(file.startsWith('pack-') ? text : wrapped(text), { filename: path, cachedData });
    scripts.set(file, script);
    return script.runInThisContext();
  };

  const find = (id) => {
    const known = found.get(id);
    if (known) return known;
    const it = id.startsWith('./')
      ? stub(() => load(id.slice(2)))
      : lazy.has(id)
        ? stub(() => require(id))
        : require(id);
    found.set(id, it);
    return it;
  };
  /** What the build makes of `import()`: who asks for it then may also ask what there is. */
  find.now = (id) => load(id.slice(2));

  /** Stands for a module until something of it is asked for: half of what a command imports it never uses. */
  const stub = (open) => {
    const get = (_, name) => {
      if (name === '__esModule') return false;
      const module = open();
      // It has nothing of its own: a getter for each name would take longer to make than most of them save.
      Object.setPrototypeOf(made, module);
      return module[name];
    };
    const made = Object.create(new Proxy({}, { get }));
    return made;
  };

  return { load, loaded: () => [...modules.keys()], scripts };
};

const wrapped = (text) => `(function (exports, require, module, __dirname) {${text}\n})`;
exports.wrapped = wrapped;

/** V8 itself refuses code of another version or with other flags; it would not notice another text of the same length. */
const compiledCode = (dist, path, code) => {
  if (!code) return undefined;
  const { size, mtimeMs } = statSync(path);
  if (size !== code.size || mtimeMs !== code.changed) return undefined;
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
