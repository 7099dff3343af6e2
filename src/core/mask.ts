// Hides secrets in text, also in base64 and URL form, and also where a secret is cut by the border of two chunks.

export interface Masker {
  /** False when there is nothing to hide. */
  readonly hides: boolean;
  /** The text with every secret replaced. */
  text(text: string): string;
  /** The same through any data. */
  value<T>(value: T): T;
  /** For a stream: `push` holds back what may be the start of a secret, `flush` gives it out. */
  stream(): { push(text: string): string; flush(): string };
}

export const mask = '***';

/** `encode` gives the base64 form of a secret; it is passed in because the core knows no bytes. */
export const createMasker = (secrets: readonly string[], encode: (secret: string) => string): Masker => {
  const forms = [...new Set(secrets.filter((secret) => secret !== '').flatMap((secret) => formsOf(secret, encode)))]
    .filter((form) => form.length >= 3)
    .sort((a, b) => b.length - a.length);
  if (forms.length === 0) return transparent;
  const pattern = new RegExp(forms.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
  const text = (whole: string): string => whole.replace(pattern, mask);
  const value = <T>(data: T): T => maskValue(data, text) as T;
  return { hides: true, text, value, stream: () => streamMasker(pattern, forms) };
};

const transparent: Masker = {
  hides: false,
  text: (text) => text,
  value: (value) => value,
  stream: () => ({ push: (text) => text, flush: () => '' }),
};

/** As it is, URL-encoded, JSON-escaped, and base64 at each of the three alignments with its uncertain ends cut off. */
const formsOf = (secret: string, encode: (text: string) => string): string[] => {
  const base64 = encode(secret).replace(/=+$/, '');
  const shifted = [1, 2].map((pad) =>
    encode('x'.repeat(pad) + secret)
      .replace(/=+$/, '')
      .slice(pad + 1, -1),
  );
  const whole = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), base64.slice(0, -1)];
  const url = [base64, ...shifted].map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  const long = [...shifted, ...url].filter((form) => form.length >= 6);
  return [...whole, base64, ...long, ...secret.split(/\r?\n/).filter((line) => line.length >= 6)];
};

const maskValue = (data: unknown, text: (whole: string) => string): unknown => {
  if (typeof data === 'string') return text(data);
  if (typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) return data.map((each) => maskValue(each, text));
  return Object.fromEntries(Object.entries(data).map(([key, each]) => [text(key), maskValue(each, text)]));
};

const streamMasker = (pattern: RegExp, forms: readonly string[]): { push(chunk: string): string; flush(): string } => {
  let held = '';
  return {
    push(chunk) {
      const raw = held + chunk;
      const cut = safeEnd(raw, { pattern, forms });
      held = raw.slice(cut);
      return raw.slice(0, cut).replace(pattern, mask);
    },
    flush() {
      const rest = held.replace(pattern, mask);
      held = '';
      return rest;
    },
  };
};

/** Up to where a text can be given out: neither within a secret nor where one may just have begun. */
const safeEnd = (
  text: string,
  { pattern, forms }: { readonly pattern: RegExp; readonly forms: readonly string[] },
): number => {
  const cut = text.length - longestStart(text, forms);
  for (const { index, 0: found } of text.matchAll(pattern)) {
    if (index >= cut) break;
    // What begins after the cut begins inside this one, and so is none of its own.
    if (index + found.length > cut) return index + found.length;
  }
  return cut;
};

/** How many characters at the end may be the beginning of a secret. */
const longestStart = (text: string, forms: readonly string[]): number => {
  const longest = forms[0]?.length ?? 1;
  for (let at = Math.max(0, text.length - longest + 1); at < text.length; at += 1) {
    const length = text.length - at;
    const mayStart = (form: string): boolean =>
      form.length > length && form[0] === text[at] && form.startsWith(text.slice(at));
    if (forms.some(mayStart)) return length;
  }
  return 0;
};
