/** What the fakes say when nobody told them what to say: several sentences, with two-, three- and four-byte characters. */
export const SAMPLE_TEXT =
  'Bonjour ! Voici un exposé assez long pour être découpé. The capital of Japan is Tokyo (東京), where it is 18 °C today. ' +
  'A line break follows.\nHere is a "quoted" word, a back\\slash, and an emoji: 😀 — that is all, naïve as it may be.';

/** What the fakes think when the request asks for reasoning. */
export const SAMPLE_REASONING =
  'The user wants an answer. I recall that 東京 is the capital; I should mention the weather, and stay friendly 🙂.';

/** Cuts a text into token-sized pieces of whole characters; joined they give the text again. */
export function tokenize(text: string): string[] {
  return text.match(/\s*(?:[\p{L}\p{N}]{1,5}|[^\s\p{L}\p{N}])|\s+/gu) ?? [];
}

/** The number of tokens the fakes bill for a text. */
export function countTokens(text: string): number {
  return Math.ceil(new TextEncoder().encode(text).length / 4);
}

/** Cuts a text into pieces of a few whole characters, the way tool arguments are streamed. */
export function fragment(text: string, characters: number): string[] {
  const points = Array.from(text);
  const pieces: string[] = [];
  for (let start = 0; start < points.length; start += characters) pieces.push(points.slice(start, start + characters).join(''));
  return pieces;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function resolveReference(reference: string, root: unknown): unknown {
  let target: unknown = root;
  for (const key of reference.replace(/^#\/?/, '').split('/')) {
    if (key !== '') target = isObject(target) ? target[key.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  }
  return target;
}

const SAMPLE_STRINGS: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  time: '12:00:00Z',
  email: 'user@example.com',
  uri: 'https://example.com/',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
};

/** A value that fits a JSON schema (or Gemini's upper-case dialect of it), every property filled in. */
export function sampleValue(schema: unknown, root: unknown = schema, depth = 0): unknown {
  if (!isObject(schema) || depth > 8) return {};
  if (typeof schema['$ref'] === 'string') return sampleValue(resolveReference(schema['$ref'], root), root, depth + 1);
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  const choices = schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf'];
  if (Array.isArray(choices)) return sampleValue(choices[0], root, depth + 1);
  const declared: unknown = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
  const type = typeof declared === 'string' ? declared.toLowerCase() : 'properties' in schema ? 'object' : 'string';
  switch (type) {
    case 'object': {
      const value: Record<string, unknown> = {};
      for (const [key, property] of Object.entries(isObject(schema['properties']) ? schema['properties'] : {})) {
        value[key] = sampleValue(property, root, depth + 1);
      }
      return value;
    }
    case 'array':
      return [sampleValue(schema['items'] ?? { type: 'string' }, root, depth + 1)];
    case 'integer':
      return Number(schema['minimum'] ?? 42);
    case 'number':
      return Number(schema['minimum'] ?? 1.5);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return SAMPLE_STRINGS[String(schema['format'])] ?? 'Zürich, 東京 😀';
  }
}
