import type { IdPattern } from './facts.ts';

/** Whether a pattern covers an id. Case counts in what is compared, as providers do. */
export function covers(pattern: IdPattern, id: string): boolean {
  if ('equals' in pattern) return id === pattern.equals;
  if ('starts_with' in pattern) return id.startsWith(pattern.starts_with);
  if ('ends_with' in pattern) return id.endsWith(pattern.ends_with);
  if ('contains' in pattern) return id.includes(pattern.contains);
  if ('regex' in pattern) return new RegExp(pattern.regex).test(id);
  if ('or' in pattern) return pattern.or.some((part) => covers(part, id));
  return pattern.and.every((part) => covers(part, id));
}
