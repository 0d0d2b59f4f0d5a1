import { describedPath, type JsonSchema, type SchemaKey, schemaKeys } from './described-schema.ts';
import { keyDescriptions } from './key-descriptions.ts';

const head = `<!-- Made by \`npm run docs:config\` from the schema and libs/common/src/config/reference/key-descriptions.ts. -->

# Configuration

Every key of the file that \`plano-gateway\` is started with. \`version\` and \`listeners\` are required. \`plano-gateway validate FILE\` says what is
wrong with a file; a key that is valid but that this version does not serve yet stops \`serve\`, with its name.

- A **duration** is text with a unit: \`500ms\`, \`5s\`, \`2m\`, \`1h\`; at most 24 days.
- A **size** is text with a unit: \`64KiB\`, \`32MiB\`, \`1.5GB\` (B, KB, MB, GB of 1000, KiB, MiB, GiB of 1024).
- \`$NAME\` and \`\${NAME}\` are variables of the environment, in keys, URLs, addresses, headers and connection strings; \`$$\` is a dollar. One that is
  not set is an error.
- \`file:PATH\` in place of a secret reads it from a file.
- \`*\` in a key stands for each entry of a list, or for a name of your own.

Editors complete and check keys by [plano-config.schema.json](plano-config.schema.json). Put this at the top of the file:

\`\`\`yaml
# yaml-language-server: $schema=docs/plano-config.schema.json
\`\`\`
`;

/** docs/configuration.md: a table for each key at the top of the file. */
export function referencePage(schema: JsonSchema): string {
  const sections = new Map<string, SchemaKey[]>();
  for (const key of uniqueKeys(schema)) {
    const top = key.path.split('.')[0]!;
    if (top === 'llm_providers' && key.path !== top) continue;
    const section = sections.get(top) ?? [];
    section.push(key);
    sections.set(top, section);
  }
  const single = [...sections.values()].filter((keys) => keys.length === 1).flat();
  const parts = [head, '## Top of the file\n', table(single)];
  for (const [top, keys] of sections) {
    if (keys.length > 1) parts.push(`## \`${top}\`\n`, `${described(keys[0]!)}.\n`, table(keys.slice(1)));
  }
  return parts.join('\n');
}

/** Keys that more than one form has are listed once: required if each has it so. */
function uniqueKeys(schema: JsonSchema): SchemaKey[] {
  const byPath = new Map<string, SchemaKey>();
  for (const key of schemaKeys(schema)) {
    const other = byPath.get(key.path);
    if (other === undefined) byPath.set(key.path, key);
    else byPath.set(key.path, { ...key, schema: { anyOf: [other.schema, key.schema] }, required: other.required && key.required });
  }
  return [...byPath.values()];
}

function table(keys: readonly SchemaKey[]): string {
  const rows = keys.map((key) => {
    const description = keyDescriptions[describedPath(key.path)]!;
    const byDefault = key.required ? '**required**' : (description.default ?? '–');
    return `| \`${key.path}\` | ${cell(typeInWords(key.schema))} | ${cell(byDefault)} | ${cell(description.text)} |`;
  });
  return `${['| key | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n')}\n`;
}

function described({ path, schema, required }: SchemaKey): string {
  const description = keyDescriptions[path]!;
  const type = typeInWords(schema);
  const byDefault = description.default === undefined ? '' : ` Default: ${description.default}.`;
  return `${description.text} (${type}${required ? ', required' : ''}).${byDefault}`.replace(/\.$/, '');
}

const cell = (text: string) => text.replaceAll('|', '\\|');

const plainTypes: Readonly<Record<string, string>> = { string: 'text', boolean: '`true`, `false`', object: 'map', number: 'number' };

/** A type in words, with its bounds. */
function typeInWords(schema: JsonSchema): string {
  const forms = schema.anyOf ?? schema.oneOf;
  if (forms !== undefined) return [...new Set(forms.map(typeInWords))].join(' or ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${String(word)}\``).join(', ');
  if (schema.type === 'array') {
    return `list of ${schema.items?.type === 'object' || schema.items?.oneOf !== undefined ? 'maps' : typeInWords(schema.items ?? {})}`;
  }
  if (schema.type === 'integer' || schema.type === 'number') {
    return `${schema.type === 'integer' ? 'whole number' : 'number'}${bounds(schema)}`;
  }
  if (schema.examples?.[0] === '5s') return 'duration';
  if (schema.examples?.[0] === '32MiB') return 'size';
  if (typeof schema.additionalProperties === 'object') return `map of ${typeInWords(schema.additionalProperties).replace(/^map$/, 'maps')}`;
  return plainTypes[schema.type ?? ''] ?? 'anything';
}

function bounds({ minimum, maximum }: JsonSchema): string {
  const low = minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const high = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (low !== undefined && high !== undefined) return `, ${low} to ${high}`;
  if (low !== undefined) return `, at least ${low}`;
  return high === undefined ? '' : `, at most ${high}`;
}
