// One workflow of DBOS, each step in it recorded in PostgreSQL.
import { DBOS } from '@dbos-inc/dbos-sdk';
import { perform, runId, steps } from './work.mjs';

const { id, isAgain } = runId();
const workflow = DBOS.registerWorkflow(
  async () => {
    for (const step of steps) await DBOS.runStep(() => perform(step), { name: step.id });
  },
  { name: 'bench' },
);
DBOS.setConfig({
  ...{ name: 'bench', systemDatabaseUrl: process.env.BENCH_POSTGRES, logLevel: 'error', runAdminServer: false },
  // Of its own, so that no workflow of another folder is continued.
  applicationVersion: id,
});
await DBOS.launch();
const handle = isAgain ? DBOS.retrieveWorkflow(id) : await DBOS.startWorkflow(workflow, { workflowID: id })();
// The end is met at once: a handle that was retrieved asks for it once a second otherwise.
await handle.getResult({ pollingIntervalMs: 20 });
await DBOS.shutdown();
