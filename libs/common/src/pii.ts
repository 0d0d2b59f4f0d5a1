import { isCredentialHeader } from './headers.ts';

const mask = '***';

const isSecret = (lower: string): boolean => lower === 'cookie' || lower === 'set-cookie' || isCredentialHeader(lower);

/** Whether a header's value must not be shown. Any case. */
export function isSecretHeader(name: string): boolean {
  return isSecret(name.toLowerCase());
}

/**
 * Headers as they may be logged: values of credential and cookie headers, and of those named in `alsoSecret` (lower case, for instance a
 * provider's configured headers), are replaced by `***`; the word `Bearer ` stays. The input is not changed.
 *
 * @example
 * obfuscateHeaders([['Authorization', 'Bearer sk-1'], ['Accept', 'text/plain']]); // [['Authorization', 'Bearer ***'], ['Accept', 'text/plain']]
 */
export function obfuscateHeaders(
  headers: Iterable<readonly [name: string, value: string]>,
  alsoSecret?: ReadonlySet<string>,
): [name: string, value: string][] {
  const shown: [string, string][] = [];
  for (const [name, value] of headers) shown.push([name, obfuscateHeader(name, value, alsoSecret)]);
  return shown;
}

function obfuscateHeader(name: string, value: string, alsoSecret: ReadonlySet<string> | undefined): string {
  const lower = name.toLowerCase();
  if (!isSecret(lower) && alsoSecret?.has(lower) !== true) return value;
  return lower === 'authorization' && value.startsWith('Bearer ') ? `Bearer ${mask}` : mask;
}

/**
 * A URL or connection string as it may be logged: user and password, and the query, are masked. What is not a URL is masked altogether,
 * because a secret may stand anywhere in it.
 *
 * @example
 * obfuscateUrl('postgres://me:secret@db:5432/plano?sslmode=require'); // 'postgres://***@db:5432/plano?***'
 */
export function obfuscateUrl(url: string): string {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)(.*)$/is.exec(url);
  if (match === null) return mask;
  const scheme = match[1]!;
  let rest = match[2]!;
  // The last `@`, because passwords are often written unencoded, with `@`, `/` and `#` in them.
  const at = rest.lastIndexOf('@');
  if (at !== -1) rest = rest.slice(at + 1);
  const query = rest.search(/[?#]/);
  if (query !== -1) rest = `${rest.slice(0, query + 1)}${mask}`;
  return `${scheme}${at === -1 ? '' : `${mask}@`}${rest}`;
}

/*
 * What looks like a credential in running text: known beginnings of keys, `Bearer …`, `user:password@`, and `name=value` of telling names. The
 * lengths keep words such as `task-force` or `sk-learn` out.
 */
const secretPatterns: readonly (readonly [pattern: RegExp, shown: string])[] = [
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${mask}`],
  [/\b(?:sk|pk|rk|gsk|xai|glpat|ghp|gho|ghs|xox[abp])[-_][\w-]{12,}/g, mask],
  [/\bAIza[\w-]{20,}/g, mask],
  [/\b(?:AKIA|ASIA|ABSK)[A-Za-z0-9+/=]{12,}/g, mask],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, mask],
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, `$1${mask}@`],
  [/\b((?:api[-_]?key|access[-_]?key|key|token|secret|password|signature)["']?\s*[=:]\s*["']?)[^\s"'&,;]{4,}/gi, `$1${mask}`],
];

/**
 * A text as it may be logged: what looks like a credential is replaced by `***`. A net under everything else, not a reason to log more: it
 * knows common forms only.
 *
 * @example
 * maskSecrets('401 for sk-proj-abcdefghijklmnop'); // '401 for ***'
 */
export function maskSecrets(text: string): string {
  let shown = text;
  for (const [pattern, replacement] of secretPatterns) shown = shown.replace(pattern, replacement);
  return shown;
}
