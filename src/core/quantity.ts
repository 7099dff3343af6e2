// Durations and sizes as people write them: `90s`, `16MiB`. The only place that knows the units.

const unit: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `500ms`, `30s`, `1h30m`; undefined when the text is no duration. */
export const parseDuration = (text: string): number | undefined => {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, count, name] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(count) * (unit[name ?? 'ms'] ?? 1);
  }
  return total;
};

/** Milliseconds in the shortest form a person reads at a glance: 0.2s, 12s, 3m05s, 1h02m. */
export const formatDuration = (ms: number): string => {
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h${two(Math.floor((seconds % 3600) / 60))}m`;
};

const units: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20 };

/** What is kept of an output, read of a body or of a file, unless told. */
export const usualLimit = 2 ** 20;
/** A text has to fit into memory several times. */
const most = 256 * 2 ** 20;

/** Bytes of `512KiB`, `16MiB`; undefined when the text is no size, or one over 256MiB. */
export const parseSize = (text: string): number | undefined => {
  const [, count, name] = /^([1-9]\d*)(KiB|MiB)$/.exec(text) ?? [];
  const bytes = Number(count) * (units[name ?? ''] ?? Number.NaN);
  return bytes <= most ? bytes : undefined;
};

/** `1 MiB`, `1.5 KiB`, `500 bytes`. */
export const formatSize = (bytes: number): string => {
  const [name, size] = Object.entries(units).findLast(([, each]) => bytes >= each) ?? ['bytes', 1];
  return `${Number((bytes / size).toFixed(1))} ${name}`;
};
