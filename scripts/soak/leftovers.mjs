// What a lab must not leave on the host once it was taken down: processes, names of namespaces, files of its state.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const environmentOf = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return []; // it has ended meanwhile
  }
};

const processesWith = (fits) =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && fits(environmentOf(pid)))
    .map(Number);

/** The processes by whose end everything in the lab ends. */
export const capsuleOf = (state) => processesWith((environment) => environment.includes(`LAB_CAPSULE=${state}`));

export const leftoversOf = (state) => {
  const runs = readdirSync(join(state, 'runs'));
  const tagged = processesWith((environment) =>
    environment.some((each) => runs.some((run) => each.startsWith(`LAB_STEP=${run}/`))),
  );
  const processes = new Set([...capsuleOf(state), ...tagged]);
  // What is known to be right of the project's files stays; a draft of it does not.
  const checked = join(state, 'checked');
  const { created, deployed } = JSON.parse(readFileSync(join(state, 'state.json'), 'utf8'));
  return [
    ...[...processes].map((pid) => `process ${pid}`),
    ...created.map(({ address }) => `${address} in the ledger`),
    ...(deployed === undefined ? [] : ['a deployed variant in the state']),
    ...readdirSync(state)
      .filter((name) => !['runs', 'state.json', 'lock', 'checked'].includes(name))
      .map((name) => `file ${name}`),
    ...(existsSync(checked) ? readdirSync(checked) : [])
      .filter((name) => name.endsWith('.tmp'))
      .map((name) => `file checked/${name}`),
  ];
};
