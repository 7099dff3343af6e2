// Loaded before the program by `node --require`: counts what it asks of disk and processes, and lets the n-th such
// operation be the moment of its death, or fail. The program knows nothing of it.
'use strict';
const fs = require('node:fs');
const promises = require('node:fs/promises');
const children = require('node:child_process');
const { syncBuiltinESMExports } = require('node:module');

const plan = JSON.parse(process.env.LAB_FAULT ?? '{}');
// The tools that the program starts have boundaries of their own; only this process is meant.
delete process.env.LAB_FAULT;
delete process.env.NODE_OPTIONS;

// With `only`, operations of one name are counted, with `after` those behind the first of a name: how many others lie between or before
// is not always the same.
const { dir, at = 0, when = 'before', trace, fail, only, wrote, snapshots } = plan;
let awaited = plan.after;
const writeSync = fs.writeSync;
const appendFileSync = fs.appendFileSync;
let count = 0;
/** What of each file is on the disk for sure. */
const synced = new Map();

const pathOf = (fd) => {
  try {
    return fs.readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
};
const isOurs = (path) => typeof path === 'string' && path.startsWith(dir);
const die = () => process.kill(process.pid, 'SIGKILL');
/** Keeps the project as it stands on the disk now, and tells how much of each file is there for sure. */
const keep = (name) => {
  const project = process.cwd();
  const folder = `${snapshots}/${count}`;
  const sure = [...synced].map(([path, length]) => [path.slice(project.length + 1), length]);
  try {
    fs.cpSync(project, `${folder}/project`, { recursive: true });
  } catch (error) {
    // A step took a file away while it was to be copied: what is there now is a moment as good.
    if (error.code !== 'ENOENT') throw error;
    fs.rmSync(folder, { recursive: true });
    keep(name);
    return;
  }
  fs.writeFileSync(`${folder}/moment.json`, JSON.stringify({ name, synced: Object.fromEntries(sure) }));
};
const note = (name) => {
  if (awaited !== undefined) {
    if (name === awaited) awaited = undefined;
    return 0;
  }
  if (only !== undefined && name !== only) return 0;
  count += 1;
  if (trace) appendFileSync(trace, `${name}\n`);
  if (snapshots) keep(name);
  return count;
};
const failure = () =>
  Object.assign(new Error(`${fail.code}: made to fail`), { code: fail.code, errno: -1, syscall: 'write' });
/** Dies or fails here when this is the moment; true when it is to die after the operation. */
const reach = (name) => {
  const number = note(name);
  if (fail && number >= fail.from && number < fail.from + (fail.times ?? Number.POSITIVE_INFINITY)) throw failure();
  if (at === 0 || number !== at) return false;
  if (when === 'before') die();
  if (when === 'stop') process.kill(process.pid, 'SIGSTOP');
  return when === 'after';
};

const around = (owner, key, nameOf) => {
  const original = owner[key];
  owner[key] = function (...args) {
    const name = nameOf.call(this, ...args);
    if (name === undefined) return original.apply(this, args);
    let last = false;
    try {
      last = reach(name);
    } catch (error) {
      if (owner === promises) return Promise.reject(error);
      throw error;
    }
    const answer = original.apply(this, args);
    if (!last) return answer;
    if (answer instanceof Promise) return answer.then(die);
    die();
    return answer;
  };
};

fs.writeSync = (fd, bytes, ...rest) => {
  const path = pathOf(fd);
  if (!isOurs(path)) return writeSync(fd, bytes, ...rest);
  if (!synced.has(path)) synced.set(path, 0);
  const last = reach('write');
  const written = writeSync(fd, bytes, ...rest);
  if (last || (wrote !== undefined && Buffer.from(bytes).includes(wrote))) die();
  return written;
};
const fdatasyncSync = fs.fdatasyncSync;
fs.fdatasyncSync = (fd) => {
  const path = pathOf(fd);
  if (!isOurs(path)) return fdatasyncSync(fd);
  const last = reach('sync');
  fdatasyncSync(fd);
  synced.set(path, fs.fstatSync(fd).size);
  if (last) die();
};
const fdatasync = fs.fdatasync;
fs.fdatasync = (fd, done) => {
  const path = pathOf(fd);
  if (!isOurs(path)) return fdatasync(fd, done);
  let last = false;
  try {
    last = reach('sync aside');
  } catch (error) {
    setImmediate(() => done(error));
    return;
  }
  const { size } = fs.fstatSync(fd);
  fdatasync(fd, (error) => {
    synced.set(path, size);
    if (last) die();
    done(error);
  });
};
for (const key of ['linkSync', 'renameSync', 'rmSync', 'unlinkSync', 'ftruncateSync', 'mkdirSync'])
  around(fs, key, (target) => (isOurs(typeof target === 'number' ? pathOf(target) : target) ? key : undefined));
for (const key of ['mkdir', 'rename', 'rm', 'truncate'])
  around(promises, key, (path) => (isOurs(path) ? key : undefined));
const openForWriting = (path, flags) => {
  const writes = typeof flags === 'number' ? (flags & 3) !== 0 : !['r', undefined].includes(flags);
  return isOurs(path) && writes ? 'open for writing' : undefined;
};
around(promises, 'open', openForWriting);
around(fs, 'openSync', openForWriting);
around(children, 'spawn', () => 'spawn');
syncBuiltinESMExports();

if (plan.clock) {
  const { Date: RealDate } = globalThis;
  const now = RealDate.now;
  // Jumps at the given operation: what has passed before and what comes after are told by different clocks.
  RealDate.now = () => now() + (count >= plan.clock.from ? plan.clock.byMs : 0);
}
