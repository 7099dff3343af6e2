// Deploys the embedded lab, kills the program at random moments, damages something at random, continues, verifies, tears down;
// again and again, from a printed seed. What must be nothing at the end: steps repeated without need, and leftovers.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { damages } from './soak/damages.mjs';
import { damageAndHeal } from './soak/heal.mjs';
import { journals, needless, record } from './soak/journals.mjs';
import { capsuleOf, leftoversOf } from './soak/leftovers.mjs';
import { randomFrom } from './soak/random.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    variant: { type: 'string', default: 'frr-netns' },
    json: { type: 'boolean', default: false },
    // Leaves a failed lab standing, to be looked at.
    keep: { type: 'boolean', default: false },
    // No kills: every single thing that a step sets is damaged and healed. One of each kind, each item of a role, or each there is.
    damages: { type: 'string' },
    limit: { type: 'string', default: '1000000' },
  },
});
const program = new URL('../bin/lab.js', import.meta.url).pathname;
const project = new URL('..', import.meta.url).pathname;
const { below, pick, shuffle } = randomFrom(Number(values.seed));
const say = (line) => {
  if (!values.json) process.stdout.write(`${line}\n`);
};

/** Runs the program; it is killed a while after it has told so many facts, unless it has ended by then. */
const lab = (state, args, death) =>
  new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(process.execPath, [program, ...args], {
      cwd: project,
      env: { ...process.env, LAB_STATE_DIR: state },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    let timer;
    const look = () => {
      if (death === undefined || timer !== undefined || output.split('\n').length <= death.facts) return;
      timer = setTimeout(() => child.kill('SIGKILL'), death.ms);
    };
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
        look();
      });
    look();
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      setImmediate(() =>
        resolve({ code, killed: signal === 'SIGKILL', output, stdout, ms: performance.now() - started }),
      );
    });
  });

const must = async (state, args) => {
  const ended = await lab(state, args);
  if (ended.code !== 0) throw new Error(`lab ${args.join(' ')} ended with ${ended.code}\n${ended.output}`);
  return ended;
};

/** The last record is torn somewhere, as by a power cut. */
const tearTail = (state) => {
  const journal = journals(state).at(-1);
  if (journal === undefined || !existsSync(journal)) return 'nothing, for there is no journal yet';
  const bytes = readFileSync(journal);
  const last = bytes.length - 1 - bytes.lastIndexOf(10, bytes.length - 2);
  const cut = 1 + below(Math.max(1, last));
  truncateSync(journal, Math.max(0, bytes.length - cut));
  return `the last ${cut} bytes of the journal`;
};

/** What is done to the files of the state, and to the lab as a whole, from outside. */
const fromOutside = {
  nothing: () => 'nothing',
  tail: tearTail,
  state: (state) => {
    rmSync(join(state, 'state.json'), { force: true });
    return 'state.json, which is deleted';
  },
  capsule: (state) => {
    const capsule = capsuleOf(state);
    for (const pid of capsule) process.kill(pid, 'SIGKILL');
    return capsule.length > 0 ? 'the capsule, and all in it' : undefined;
  },
};

/** One that can be done already; the undefined ones come too early. */
const damage = async (state) => {
  for (;;) {
    const name = pick([...Object.keys(fromOutside), ...Object.keys(damages)]);
    const done = name in fromOutside ? fromOutside[name](state) : await fromInside(state, damages[name](pick));
    if (done !== undefined) return done;
  }
};

const fromInside = async (state, { place, script, what }) => {
  const ended = await lab(state, ['exec', place, '--variant', values.variant, '--', 'sh', '-ec', script]);
  // What kills everything in the capsule kills the shell that asks for it as well.
  return ended.code === 0 || ended.code === 137 ? what : undefined;
};

/** Some deaths come by the clock, wherever that is; others after a number of lines, which a slow machine reaches as well. */
const randomDeath = ({ ms, lines }) =>
  pick([
    { facts: 0, ms: 50 + below(ms) },
    { facts: 0, ms: ms / 2 + below(ms / 2) },
    { facts: 1 + below(lines), ms: below(60) },
    { facts: 1 + below(lines), ms: below(400) },
  ]);

const resume = ['resume', '--no-tty', '--yes'];

/** Starts a workflow, kills it a few times with some damage each, and continues it to its end. */
const brokenRun = async (state, first, usual, total) => {
  let args = first;
  let before;
  for (let kills = 1 + below(3); kills > 0; kills -= 1) {
    const ended = await lab(state, args, randomDeath(usual));
    total.ms += ended.ms;
    if (!ended.killed) break;
    total.kills += 1;
    if (before) total.repeated.push(...needless(before, state));
    const { done } = record(state);
    const what = first.includes('deploy') ? await damage(state) : 'nothing';
    say(`  killed after ${Math.round(ended.ms)} ms with ${done.size} steps done; damaged: ${what}`);
    // What was done counts as it was before the journal lost its tail; what is new comes after what is left of it.
    before = { ...record(state), done };
    args = resume;
  }
  const last = await lab(state, resume);
  total.ms += last.ms;
  // Killed before there was a run to resume, or after its end, the workflow is asked for anew.
  if (last.code === 6) total.ms += (await must(state, first)).ms;
  else if (last.code !== 0) throw new Error(`resume ended with ${last.code}\n${last.output}`);
  if (before) total.repeated.push(...needless(before, state));
};

const workflow = (name) => ['run', name, '--variant', values.variant, '--no-tty', '--yes'];

/** How long it takes, and how much it tells, when nothing happens: the shorter of two, for the first also warms the machine up. */
const baseline = async () => {
  const state = mkdtempSync(join(tmpdir(), 'lab-soak-'));
  const usual = {};
  try {
    for (let count = 0; count < 2; count += 1) {
      for (const name of ['deploy', 'teardown']) {
        const { ms, output } = await must(state, workflow(name));
        usual[name] = { ms: Math.min(ms, usual[name]?.ms ?? ms), lines: output.split('\n').length };
      }
    }
    return usual;
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
};

const round = async (number, usual, report) => {
  const state = mkdtempSync(join(tmpdir(), 'lab-soak-'));
  const total = { ms: 0, kills: 0, repeated: [] };
  try {
    say(`round ${number}`);
    await brokenRun(state, workflow('deploy'), usual.deploy, total);
    await must(state, ['status']);
    await must(state, workflow('verify'));
    await brokenRun(state, workflow('teardown'), usual.teardown, total);
    const left = leftoversOf(state);
    report.kills += total.kills;
    report.lostMs += total.ms - usual.deploy.ms - usual.teardown.ms;
    report.repeated.push(...total.repeated);
    report.leftovers.push(...left);
    say(
      `  ${total.kills} kills survived, ${total.repeated.length} steps repeated without need, ${left.length} leftovers`,
    );
  } catch (error) {
    if (values.keep) throw new Error(`${error.message}\nkept: LAB_STATE_DIR=${state}`, { cause: error });
    await lab(state, workflow('teardown'));
    rmSync(state, { recursive: true, force: true });
    throw error;
  }
  rmSync(state, { recursive: true, force: true });
};

/** Deploys once, and damages what stands there; nothing is left. */
const healing = async () => {
  const state = mkdtempSync(join(tmpdir(), 'lab-soak-'));
  const report = { seed: Number(values.seed) };
  try {
    await must(state, workflow('deploy'));
    const call = (args) => lab(state, args);
    const take = values.damages;
    Object.assign(report, await damageAndHeal({ lab: call, take, shuffle, limit: Number(values.limit), say }));
    await must(state, workflow('verify'));
  } catch (error) {
    report.failed = error.message;
    say(error.stack);
  } finally {
    if (values.keep) say(`kept: LAB_STATE_DIR=${state}`);
    else {
      await lab(state, workflow('teardown'));
      rmSync(state, { recursive: true, force: true });
    }
  }
  return report;
};

const tellHealing = (report) => {
  const { faults = 0, rounds = 0, impossible = [], unseen = [], unhealed = [], touched = [] } = report;
  const list = (all) => all.map((each) => `\n  ${each}`).join('');
  say(`
faults               ${faults}, in ${rounds} rounds
changed nothing      ${impossible.length}${list(impossible)}
not seen             ${unseen.length}${list(unseen)}
not healed           ${unhealed.length}${list(unhealed)}
other steps acted    ${touched.length}${list(touched)}
again with           npm run soak -- --damages ${values.damages} --seed ${values.seed}`);
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  const fine = report.failed === undefined && unseen.length + unhealed.length + touched.length === 0;
  process.exitCode = fine ? 0 : 1;
};

const soaking = async () => {
  const usual = await baseline();
  say(`undisturbed: deploy ${Math.round(usual.deploy.ms)} ms, teardown ${Math.round(usual.teardown.ms)} ms`);
  const report = { seed: Number(values.seed), rounds: 0, kills: 0, lostMs: 0, repeated: [], leftovers: [] };
  try {
    for (let number = 1; number <= Number(values.runs); number += 1) {
      await round(number, usual, report);
      report.rounds += 1;
    }
  } catch (error) {
    report.failed = error.message;
    say(error.stack);
  }
  const lost = report.kills === 0 ? 0 : Math.round(Math.max(0, report.lostMs) / report.kills);
  say(`
rounds               ${report.rounds}
kills survived       ${report.kills}
repeated needlessly  ${report.repeated.length}${report.repeated.length > 0 ? `: ${report.repeated.join(', ')}` : ''}
leftovers            ${report.leftovers.length}${report.leftovers.length > 0 ? `: ${report.leftovers.join(', ')}` : ''}
time lost per kill   ${lost} ms
again with           npm run soak -- --runs ${values.runs} --seed ${values.seed}`);
  if (values.json) process.stdout.write(`${JSON.stringify({ ...report, lostPerKillMs: lost })}\n`);
  process.exitCode =
    report.failed === undefined && report.repeated.length === 0 && report.leftovers.length === 0 ? 0 : 1;
};

say(`seed ${values.seed}`);
if (values.damages === undefined) await soaking();
else if (['kind', 'item', 'each'].includes(values.damages)) tellHealing(await healing());
else throw new Error(`--damages is kind, item or each, not ${values.damages}`);
