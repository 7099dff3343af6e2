// The status of a deployment as a person reads it.
import { formatDuration } from '../core/duration.ts';
import { textOf } from '../core/template.ts';
import { table } from '../view/table.ts';
import type { Status } from './commands/status.ts';
import { screen } from './print.ts';

export const statusText = (status: Status, now: number): string =>
  [...head(status, now), ...steps(status, now), ...tail(status)].join('\n');

const head = ({ deployed }: Status, now: number): readonly string[] => {
  if (!deployed) return ['Nothing is deployed.'];
  const since = new Date(deployed.since);
  const facts = table(
    Object.entries(deployed.facts).map(([name, value]) => [name, textOf(value)]),
    { columns: screen().columns, indent: 2 },
  );
  return [
    `${deployed.variant} is deployed${deployed.complete ? '' : ', not to its end,'} since ${since.toLocaleString('sv-SE')} (${formatDuration(now - since.getTime())} ago)`,
    ...facts,
  ];
};

const steps = ({ deployed, steps }: Status, now: number): readonly string[] => {
  if (!deployed) return [];
  const broken = steps.filter((step) => !step.holds);
  if (broken.length === 0) return [`All ${steps.length} steps hold, proved just now.`];
  const rows = broken.map(({ address, reason, lastProved }) => [
    address,
    reason,
    lastProved === null ? 'never proved' : `held ${formatDuration(now - Date.parse(lastProved))} ago`,
  ]);
  return [
    `${steps.length - broken.length} of ${steps.length} steps hold; these do not:`,
    ...table(rows, { columns: screen().columns, indent: 2 }),
    'To heal them: npx lab run deploy',
  ];
};

const tail = ({ unfinished, running, deployed, created }: Status): readonly string[] => [
  ...(running
    ? [
        `Running now: ${running.command} (pid ${running.pid}, since ${new Date(running.since).toLocaleTimeString('sv-SE')})`,
      ]
    : []),
  ...(unfinished && !running
    ? [`Run ${unfinished.run} (${unfinished.workflow}) is unfinished. To continue: npx lab resume`]
    : []),
  ...(!deployed && created > 0
    ? [`${created} created things are still in the ledger. To take them away: npx lab run teardown`]
    : []),
];
