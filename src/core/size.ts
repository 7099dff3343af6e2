// Sizes of texts as people write them. The only place that knows the units.
const unit: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20 };

/** What is kept of an output, read of a body or of a file, unless told. */
export const usualLimit = 2 ** 20;
/** A text has to fit into memory several times. */
const most = 256 * 2 ** 20;

/** Bytes of `512KiB`, `16MiB`; undefined when the text is no size, or one over 256MiB. */
export const parseSize = (text: string): number | undefined => {
  const [, count, name] = /^([1-9]\d*)(KiB|MiB)$/.exec(text) ?? [];
  const bytes = Number(count) * (unit[name ?? ''] ?? Number.NaN);
  return bytes <= most ? bytes : undefined;
};

/** `1 MiB`, `1.5 KiB`, `500 bytes`. */
export const formatSize = (bytes: number): string => {
  const [name, size] = Object.entries(unit).findLast(([, each]) => bytes >= each) ?? ['bytes', 1];
  return `${Number((bytes / size).toFixed(1))} ${name}`;
};
