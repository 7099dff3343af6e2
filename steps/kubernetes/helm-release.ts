// The values a helm release was made with, from the secret in which helm keeps it: JSON, gzipped, in base64, and once more as secrets are. Pure.
import { gunzipSync } from 'node:zlib';
import type { KubernetesObject } from './kubectl.ts';

/** What was given for a release, by dotted names; lists are values. Undefined when the secret holds no release that can be read. */
export const releaseValues = ({ data }: KubernetesObject): Readonly<Record<string, unknown>> | undefined => {
  const text = data?.['release'];
  if (text === undefined) return undefined;
  try {
    const packed = Buffer.from(Buffer.from(text, 'base64').toString('latin1'), 'base64');
    const { config } = JSON.parse(gunzipSync(packed).toString('utf8')) as {
      config?: Readonly<Record<string, unknown>>;
    };
    return Object.fromEntries(dotted('', config ?? {}));
  } catch {
    return undefined; // Whatever it is, it is no release; the caller says so.
  }
};

const dotted = (before: string, values: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] =>
  Object.entries(values).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? dotted(`${before}${key}.`, value as Readonly<Record<string, unknown>>)
      : [[`${before}${key}`, value] as const],
  );
