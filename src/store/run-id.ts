// The names of runs: readable, safe as the name of a folder, and in the order the runs were begun.

/** `20261123-220714-deploy-k3f9`: time in UTC, workflow, random part. */
const pattern = /^(\d{8}-\d{6})-[a-z0-9]+(?:-[a-z0-9]+)*-[a-z0-9]{4,12}$/;

export const isRunId = (text: string): boolean => text.length <= 100 && pattern.test(text);

export interface RunNaming {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly workflow: string;
  /** Four to twelve lower-case letters and digits. */
  readonly random: string;
  /** The newest run so far; the new id sorts after it, also within one second and when the clock was set back. */
  readonly after?: string;
}

export const runId = ({ at, workflow, random, after }: RunNaming): string => {
  const before = after === undefined ? undefined : pattern.exec(after)?.[1];
  const stamp = stampOf(at);
  const later = before !== undefined && stamp <= before ? stampOf(timeOf(before) + 1000) : stamp;
  const id = `${later}-${slug(workflow)}-${random}`;
  if (!isRunId(id)) throw new Error(`not a run's id: ${id}`);
  return id;
};

const stampOf = (at: number): string =>
  new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');

const timeOf = (stamp: string): number => {
  const [year, month, day, hour, minute, second] = (stamp.match(/^\d{4}|\d\d/g) ?? []).map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
};

const slug = (workflow: string): string => {
  const safe = workflow
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replaceAll(/^-+|-+$/g, '');
  return safe === '' ? 'run' : safe;
};
