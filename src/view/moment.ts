// Moments as people read them, in local time. Not by toLocaleString: the tables behind it take longer to load than most commands run.
const two = (value: number): string => String(value).padStart(2, '0');

/** 2026-01-31 */
export const localDay = (at: number): string => {
  const date = new Date(at);
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
};

/** 23:59:59 */
export const localTime = (at: number): string => {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
};

/** 2026-01-31 23:59:59 */
export const localMoment = (at: number): string => `${localDay(at)} ${localTime(at)}`;
