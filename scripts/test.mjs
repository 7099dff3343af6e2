// Runs all tests and closes with one plain line that counts them, for whoever reads the output with a program.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// A test that blocks its worker can't be timed out by the runner, and a run that never ends tells nothing.
const limitMinutes = 40;

const folder = mkdtempSync(join(tmpdir(), 'lab-test-'));
const report = join(folder, 'report.json');
try {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const vitest = new URL('../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
  const run = spawn(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
    stdio: 'inherit',
    detached: true,
  });
  const end = (signal) => {
    try {
      process.kill(-run.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(signal));
  const limit = setTimeout(() => {
    process.stderr.write(
      `The tests did not end within ${limitMinutes} minutes: one of the files that are not listed above hangs.\n`,
    );
    end('SIGKILL');
  }, limitMinutes * 60_000);
  const [code] = await once(run, 'exit');
  clearTimeout(limit);
  const counts = existsSync(report)
    ? JSON.parse(readFileSync(report, 'utf8'))
    : { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0 };
  const { numPassedTests, numFailedTests, numPendingTests } = counts;
  process.stdout.write(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped\n`);
  process.exitCode = code ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
