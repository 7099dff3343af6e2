// Takes secrets out of texts, values, streams and events, in every form in which they may stand there.
import type { EventBody } from './event.ts';
import { FormSearch, type Span, shortest } from './form-search.ts';
import { visible } from './unseen.ts';

export interface Masker {
  /** False when there is nothing to hide. */
  readonly hides: boolean;
  /** The text with every secret replaced. */
  text(text: string): string;
  /** The same through any data. */
  value<T>(value: T): T;
  /**
   * For a stream of bytes, each given as one character (`latin1`), so that what is no UTF-8 stays as it is. `push` holds back what may
   * be the start of a secret, `flush` gives it out.
   */
  stream(): MaskStream;
}

interface MaskStream {
  push(bytes: string): string;
  flush(): string;
}

export const mask = '***';

/** `encode` gives the base64 form of a secret; it is passed in because the core knows no bytes. */
export const createMasker = (secrets: readonly string[], encode: (secret: string) => string): Masker => {
  const forms = [
    ...new Set(secrets.filter((secret) => secret !== '').flatMap((secret) => formsOf(secret, encode))),
  ].filter((form) => form.length >= shortest);
  if (forms.length === 0) return transparent;
  const search = new FormSearch(forms);
  const text = (whole: string): string =>
    maskSpans(whole, hiddenIn(whole, { search, kind: 'text', isWhole: true }).spans);
  const value = <T>(data: T): T => maskValue(data, text) as T;
  // Made with the first stream: whoever only looks has none.
  let inBytes: FormSearch | undefined;
  const stream = (): MaskStream => {
    inBytes ??= new FormSearch(forms.map(utf8));
    return streamMasker(inBytes);
  };
  return { hides: true, text, value, stream };
};

const transparent: Masker = {
  hides: false,
  text: (text) => text,
  value: (value) => value,
  stream: () => ({ push: (bytes) => bytes, flush: () => '' }),
};

/**
 * As it is, URL-encoded, JSON-escaped, in base64 at each of the three alignments with its uncertain ends cut off, and the lines of
 * all that has lines.
 */
const formsOf = (secret: string, encode: (text: string) => string): string[] => {
  const base64 = encode(secret).replace(/=+$/, '');
  const shifted = [1, 2].map((pad) =>
    encode('x'.repeat(pad) + secret)
      .replace(/=+$/, '')
      .slice(pad + 1, -1),
  );
  const whole = [
    secret,
    encodeURIComponent(wellFormed(secret)),
    JSON.stringify(secret).slice(1, -1),
    base64.slice(0, -1),
  ];
  const url = [base64, ...shifted].map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  const lines = [...secret.split(/\r?\n/), ...lineLengths.flatMap((length) => linesOf(base64.slice(0, -1), length))];
  return [...whole, base64, ...[...shifted, ...url, ...lines].filter((form) => form.length >= 6)];
};

/** After so many characters `base64` and `openssl base64` begin a new line. */
const lineLengths = [76, 64];

const linesOf = (text: string, length: number): string[] =>
  text.length <= length ? [] : (text.match(new RegExp(`.{1,${length}}`, 'g')) ?? []);

const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** The bytes of a text, each as one character. */
const utf8 = (text: string): string =>
  encodeURIComponent(wellFormed(text)).replace(/%(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));

const maskValue = (data: unknown, text: (whole: string) => string): unknown => {
  if (typeof data === 'string') return text(data);
  if (typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) return data.map((each) => maskValue(each, text));
  return Object.fromEntries(Object.entries(data).map(([key, each]) => [text(key), maskValue(each, text)]));
};

interface Hunt {
  readonly search: FormSearch;
  readonly kind: 'text' | 'bytes';
  /** Nothing comes after it. */
  readonly isWhole: boolean;
}

/** What is to be hidden, in order and apart, and up to where that is certain. */
const hiddenIn = (text: string, { search, kind, isWhole }: Hunt): { spans: readonly Span[]; certain: number } => {
  const raw = search.find(text, isWhole);
  const shown = visible(text, kind);
  if (!shown) return { spans: raw.spans, certain: raw.open };
  const found = search.find(shown.text, isWhole);
  const mapped = found.spans.map(({ from, to }) => ({ from: shown.origin(from), to: shown.origin(to - 1) + 1 }));
  const spans = joined([...raw.spans, ...mapped]);
  const open = Math.min(raw.open, found.open === shown.text.length ? text.length : shown.origin(found.open));
  const crossing = spans.find(({ from, to }) => from < open && to > open);
  return { spans, certain: crossing?.from ?? open };
};

const joined = (spans: readonly Span[]): readonly Span[] => {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last && from < last.to) last.to = Math.max(last.to, to);
    else result.push({ from, to });
  }
  return result;
};

const maskSpans = (text: string, spans: readonly Span[]): string => {
  if (spans.length === 0) return text;
  let masked = '';
  let at = 0;
  for (const { from, to } of spans) {
    masked += text.slice(at, from) + mask;
    at = to;
  }
  return masked + text.slice(at);
};

const streamMasker = (search: FormSearch): MaskStream => {
  let held = '';
  const giveOut = (text: string, isWhole: boolean): string => {
    const { spans, certain } = hiddenIn(text, { search, kind: 'bytes', isWhole });
    held = text.slice(certain);
    return maskSpans(
      text.slice(0, certain),
      spans.filter(({ to }) => to <= certain),
    );
  };
  return { push: (bytes) => giveOut(held + bytes, false), flush: () => giveOut(held, true) };
};

// Takes out what looks like a secret wherever it stands, for text that leaves the machine. What a run declares as its secrets is
// masked by value, everywhere and beforehand; this is the net below.

const shapes: readonly (readonly [RegExp, string])[] = [
  // A password in an address: https://user:password@host
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']+:)[^\s/@"']+@/gi, '$1***@'],
  [/(\bauthorization["']?\s*[:=]\s*["']?(?:basic|bearer|token|digest)\s+)[^\s"']+/gi, '$1***'],
  [/(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END [A-Z ]*PRIVATE KEY-----)/gs, '$1***$2'],
  // An option, an assignment or a field that says what it holds: --password=x, DB_PASSWORD=x, token: x, "secret": "x"
  [/(\b[\w-]*(?:password|passwd|passphrase|secret|api[_-]?key|token)["']?\s*[=:]\s*["']?)[^\s"',;&)}\]]+/gi, '$1***'],
  [/(\s--?(?:password|passwd|token|secret|api-key)\s+["']?)[^\s"'-][^\s"']*/gi, '$1***'],
  // Tokens that name themselves: GitHub, GitLab, AWS key ids, Slack, JSON web tokens.
  [
    /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|AKIA[A-Z0-9]{16}|xox[abprs]-[\w-]{10,})/g,
    '***',
  ],
  [/\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g, '***'],
];

/** A field or variable of such a name holds a secret, whatever it looks like. */
export const namesSecret = (name: string): boolean =>
  /TOKEN|SECRET|PASSW|PASSPHRASE|(^|_)PASS$|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|ENCRYPTION_?KEY|CREDENTIAL|(^|_)AUTH$/i.test(
    name,
  );

export const maskShapes = (text: string): string =>
  shapes.reduce((masked, [shape, instead]) => masked.replace(shape, instead), text);

/** An argument whose value is the next one. */
const asksSecret = (argument: unknown): boolean =>
  typeof argument === 'string' && /^--?(?:password|passwd|token|secret|api-key)$/i.test(argument);

/** The same through any data, and texts in fields that name a secret. */
export const maskShapesIn = (data: unknown): unknown => {
  if (typeof data === 'string') return maskShapes(data);
  if (typeof data !== 'object' || data === null) return data;
  if (Array.isArray(data)) return data.map((each, at) => (asksSecret(data[at - 1]) ? mask : maskShapesIn(each)));
  return Object.fromEntries(
    Object.entries(data).map(([name, each]) => [
      name,
      typeof each === 'string' && namesSecret(name) ? mask : maskShapesIn(each),
    ]),
  );
};

// Takes secrets out of a fact before it is written or shown. What the program itself reads (types, addresses, outcomes) stays
// as it is also when a secret happens to be such a word; everything that comes from files, values and the world is masked.

/** Words of ours, and addresses, wherever they stand in an event. */
const ours = new Set([
  ...'type address step needs group outcome verdict phase stream level code kind signal stage decision'.split(' '),
  ...'process fingerprint run workflow variant version undoes only from until redo'.split(' '),
]);

/** Data of any shape: nothing in it is a word of ours. */
const free = new Set('inputs outputs definition data facts undo'.split(' '));

export const maskEvent = (body: EventBody, masker: Masker): EventBody =>
  masker.hides ? (maskFields(body, masker) as EventBody) : body;

const maskFields = (value: unknown, masker: Masker): unknown => {
  if (typeof value === 'string') return masker.text(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => maskFields(each, masker));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, maskField(key, each, masker)]));
};

const maskField = (key: string, value: unknown, masker: Masker): unknown => {
  if (free.has(key)) return masker.value(value);
  return ours.has(key) ? value : maskFields(value, masker);
};
