// Takes out what looks like a secret wherever it stands, for text that leaves the machine. What a run declares as its secrets is
// masked by value, everywhere and beforehand; this is the net below.
import { mask } from './mask.ts';

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
