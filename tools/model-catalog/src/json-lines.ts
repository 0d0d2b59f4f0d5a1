/**
 * JSON with one line for every member or element at a depth, so that a change of one model is a change of one line.
 *
 * @param depth - How many levels are broken into lines.
 */
export function jsonLines(value: unknown, depth: number, indent = ''): string {
  if (depth === 0 || typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent} `;
  const parts = Array.isArray(value)
    ? value.map((element) => inner + jsonLines(element, depth - 1, inner))
    : Object.entries(value).map(([name, member]) => `${inner}${JSON.stringify(name)}: ${jsonLines(member, depth - 1, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return parts.length === 0 ? open + close : `${open}\n${parts.join(',\n')}\n${indent}${close}`;
}
