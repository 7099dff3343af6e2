// Serves one world to the stand-in programs over a socket: answers each call in turn, obeys orders to misbehave, and keeps every call.
// By hand: node test/stand-ins/serve.mjs FOLDER, then LAB_WORLD=FOLDER and links to tool.pl on PATH.
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cilium } from './cilium.mjs';
import { containerlab } from './containerlab.mjs';
import { docker } from './docker.mjs';
import { kubectl } from './kubectl.mjs';
import { minikube } from './minikube.mjs';
import { commandOf } from './sources.mjs';
import { createWorld, Refusal } from './world.mjs';

const tools = { cilium, containerlab, docker, kubectl, minikube };

/** Listens at FOLDER/socket until it is closed. */
export const serve = (folder, versions) => {
  const world = createWorld(versions);
  const orders = [];
  const open = new Set();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket);
    const chunks = [];
    // A program that is killed while it waits takes its socket with it.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => {
      const answer = answerTo(world, orders, fieldsIn(Buffer.concat(chunks)));
      if (answer !== undefined) socket.end(packed(answer));
    });
  });
  server.listen(join(folder, 'socket'));
  return {
    world,
    order: (...more) => orders.splice(0, orders.length, ...more),
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const socket of open) socket.destroy();
      }),
  };
};

/** Undefined for a call that is to hang. */
const answerTo = (world, orders, [tool, cwd, input, ...args]) => {
  const line = [tool, ...args].join(' ');
  const order = orders.find((each) => each.times > 0 && line.includes(each.on));
  if (order) order.times -= 1;
  world.calls.push(line);
  world.argvs.push([tool, ...args]);
  if (order?.do === 'hang') return undefined;
  if (order?.do === 'fail') return { code: order.code ?? 1, err: order.message ?? `${tool}: told to fail` };
  try {
    commandOf(tool, args);
    const answer = tools[tool](world, args, { half: order?.do === 'half', cwd, input });
    return order?.do === 'log' ? { ...answer, err: [answer.err, order.message].filter(Boolean).join('\n') } : answer;
  } catch (error) {
    // A fault of a stand-in must not pass for an answer of the tool.
    return error instanceof Refusal
      ? { code: 1, err: error.message }
      : { code: 70, err: `stand-in ${line}: ${error.stack}` };
  }
};

const fieldsIn = (bytes) => {
  const fields = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    fields.push(bytes.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  return fields;
};

/** Most tools end their last line; `raw` is for those that don't. */
const packed = ({ out = '', err = '', code = 0, raw = false }) => {
  const ended = (text) => (text === '' || text.endsWith('\n') || raw ? text : `${text}\n`);
  return Buffer.concat([number(code), field(ended(out)), field(ended(err))]);
};

const number = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const field = (text) => {
  const bytes = Buffer.from(text);
  return Buffer.concat([number(bytes.length), bytes]);
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , folder = '.'] = process.argv;
  mkdirSync(folder, { recursive: true });
  serve(folder);
}
