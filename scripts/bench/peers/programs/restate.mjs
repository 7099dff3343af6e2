// One invocation of a service of Restate, each step in it recorded by its server; this process is the service and asks for it.
// With `register` it only tells the server of the service, as is done once.
import { once } from 'node:events';
import { createServer } from 'node:http2';
import { perform, runId, steps } from './work.mjs';

// The SDK takes for granted what came with Node 22.
Promise.withResolvers ??= function withResolvers() {
  const parts = {};
  parts.promise = new this((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};
const { createEndpointHandler, service } = await import('@restatedev/restate-sdk');

const run = async (context) => {
  for (const step of steps) await context.run(step.id, () => perform(step));
};
const { BENCH_RESTATE: ingress, BENCH_RESTATE_ADMIN: admin, BENCH_RESTATE_SERVICE: port } = process.env;
const server = createServer(createEndpointHandler({ services: [service({ name: 'bench', handlers: { run } })] }));
await once(server.listen(Number(port), '127.0.0.1'), 'listening');

const post = async (url, headers, body) => {
  const answer = await fetch(url, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`${url}: ${await answer.text()}`);
};
if (process.argv[2] === 'register') {
  const deployment = JSON.stringify({ uri: `http://127.0.0.1:${port}`, force: true });
  await post(`${admin}/deployments`, { 'content-type': 'application/json' }, deployment);
} else {
  // Asked for again with the same key, it is the same invocation.
  await post(`${ingress}/bench/run`, { 'idempotency-key': runId().id });
}
process.exit(0);
