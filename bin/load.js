// Loads the built program chunk by chunk, each when something of it is first used, and with the code V8 compiled for it at build
// time where that still fits. A chunk that is newer than its compiled code, or another Node, means compiling as usual.
const { closeSync, openSync, readFileSync, readSync, statSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

/** `scripts`: what was compiled so far, by chunk; the build takes its compiled code from there. */
exports.createLoader = (dist) => {
  const { node, chunks, builtins } = JSON.parse(readFileSync(join(dist, 'index.json'), 'utf8'));
  const sameNode = node === process.version;
  const scripts = new Map();
  const modules = new Map();
  const stubs = new Map();

  const load = (name) => {
    const loaded = modules.get(name);
    if (loaded) return loaded.exports;
    const filename = join(dist, name);
    const cachedData = sameNode ? compiledCode(dist, filename, chunks[name]) : undefined;
    const script = new Script(
      `(function (exports, require, module, __filename) {${readFileSync(filename, 'utf8')}\n})`,
      {
        filename,
        cachedData,
      },
    );
    scripts.set(name, script);
    const module = { exports: {} };
    modules.set(name, module);
    script.runInThisContext()(module.exports, find, module, filename);
    // From now on its stub gives what it exports without asking here: every call from chunk to chunk goes through it.
    const known = stubs.get(`./${name}`);
    if (known) Object.defineProperties(known, Object.getOwnPropertyDescriptors(module.exports));
    return module.exports;
  };

  const find = (id) => {
    if (id.startsWith('./')) return stub(id, chunks[id.slice(2)].exports, () => load(id.slice(2)));
    const names = sameNode ? builtins[id] : undefined;
    return names ? stub(id, names, () => require(id)) : require(id);
  };

  /** Stands for a module until something of it is asked for: half of what a command imports it never uses. */
  const stub = (id, names, get) => {
    const known = stubs.get(id);
    if (known) return known;
    const made = id.startsWith('./') ? Object.defineProperty({}, '__esModule', { value: true }) : {};
    for (const name of names)
      Object.defineProperty(made, name, { configurable: true, enumerable: true, get: () => get()[name] });
    stubs.set(id, made);
    return made;
  };

  return { load, scripts };
};

/** V8 itself refuses code of another version or with other flags; it would not notice another text of the same length. */
const compiledCode = (dist, filename, { code, size, changed }) => {
  if (!code) return undefined;
  const now = statSync(filename);
  if (now.size !== size || now.mtimeMs !== changed) return undefined;
  const bytes = Buffer.allocUnsafeSlow(code.length);
  try {
    const file = openSync(join(dist, 'code.bin'), 'r');
    const read = readSync(file, bytes, 0, code.length, code.at);
    closeSync(file);
    return read === code.length ? bytes : undefined;
  } catch {
    return undefined; // Without it everything works as well, only later.
  }
};
