/**
 * JSON with a space after commas and colons, as the models were trained on; characters outside ASCII stand as they are.
 *
 * @param value what `JSON.parse` may return
 * @example
 * spacedJson({ name: 'foo:bar', list: [1, 2], empty: {} }); // {"name": "foo:bar", "list": [1, 2], "empty": {}}
 */
export function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members.push(`${JSON.stringify(key)}: ${spacedJson(member)}`);
  }
  return `{${members.join(', ')}}`;
}
