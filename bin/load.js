// Loads the built program: one file, and the code that V8 compiled for it when it was built, without which every command takes
// several times as long to start. docs/performance.md tells what that saves.
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

/** The program in `dist`: what it exports, and its script, for which the build keeps the compiled code. */
exports.loadProgram = (dist) => {
  const file = join(dist, 'lab.js');
  const bytes = readFileSync(file);
  const checksum = crc32(bytes);
  // The build writes nothing but ASCII.
  const script = new Script(`(function (exports, require, module, __dirname) {${bytes.toString('latin1')}\n})`, {
    filename: file,
    cachedData: compiledCode(dist, checksum),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, dist);
  return { exports: module.exports, script, checksum };
};

/** Undefined when there is none, or it belongs to another text. V8 refuses the code of another V8 itself. */
const compiledCode = (dist, checksum) => {
  let kept;
  try {
    kept = readFileSync(join(dist, 'lab.code'));
  } catch {
    return undefined; // Only slower.
  }
  return kept.length > 4 && kept.readUInt32LE() === checksum ? kept.subarray(4) : undefined;
};
