// One workflow of DBOS, each step in it recorded in PostgreSQL. Started again in the same folder, it goes on with the same workflow.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { DBOS } from '@dbos-inc/dbos-sdk';

const { steps, jobs } = JSON.parse(readFileSync('work.json', 'utf8'));
const isAgain = existsSync('workflow-id');
if (!isAgain) writeFileSync('workflow-id', randomUUID());
const id = readFileSync('workflow-id', 'utf8');

/** A step that fails ends the program as a crash does: only then is it continued when it is started again. */
const perform = ([program, ...args]) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve(code) : process.exit(1)));
  });

const workflow = DBOS.registerWorkflow(
  async () => {
    for (let at = 0; at < steps.length; at += jobs) {
      const layer = steps.slice(at, at + jobs);
      await Promise.all(layer.map((step) => DBOS.runStep(() => perform(step.argv), { name: step.id })));
    }
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
await handle.getResult();
await DBOS.shutdown();
