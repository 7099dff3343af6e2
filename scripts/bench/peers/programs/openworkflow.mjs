// One workflow of OpenWorkflow, each step in it recorded in PostgreSQL; this process is the worker as well.
import { OpenWorkflow } from 'openworkflow';
import { BackendPostgres } from 'openworkflow/postgres';
import { perform, runId, steps } from './work.mjs';

const { id } = runId();
// A namespace of its own, so that no run of another folder is taken up.
const backend = await BackendPostgres.connect(process.env.BENCH_POSTGRES, { namespaceId: id });

/** The end is met at once: a handle asks for it once a second, and a worker that is stopped first sleeps out its poll. */
const ended = new Promise((resolve) => {
  const complete = backend.completeWorkflowRun.bind(backend);
  backend.completeWorkflowRun = async (run) => {
    const completed = await complete(run);
    resolve(completed);
    return completed;
  };
});
const openWorkflow = new OpenWorkflow({ backend });
const workflow = openWorkflow.defineWorkflow({ name: 'bench' }, async ({ step: record }) => {
  for (const step of steps) await record.run({ name: step.id }, () => perform(step));
});
await workflow.run({}, { idempotencyKey: id });
await openWorkflow.newWorker().start();
await ended;
process.exit(0);
