import type { JsonObject } from '../codec.ts';
import { isObject, listOf, maybeObject, setMember } from '../read.ts';
import type { Scope } from '../scope.ts';
import { approximated } from '../warn.ts';
import { words } from '../words.ts';

// No provider holds a model to all of JSON Schema, and two of them answer 400 to what they do not know. What is left out is told to the
// model in a description, as the vendors' own SDKs do.

const schemaMaps = words('properties $defs definitions patternProperties dependentSchemas');
const schemas = words('items additionalProperties not if then else contains propertyNames anyOf allOf oneOf prefixItems');

/** Keywords that demand something, and that OpenAI refuses in a strict schema, by its SDK (`lib/transform`). */
const refused =
  'allOf contains dependencies dependentRequired dependentSchemas else if maxContains maxProperties minContains minProperties not oneOf ' +
  'patternProperties prefixItems propertyNames then unevaluatedItems unevaluatedProperties uniqueItems';
/** Keywords that demand something, and are not known to every provider. */
const demands = words(
  `${refused} additionalProperties exclusiveMaximum exclusiveMinimum format maximum maxItems maxLength minimum minItems minLength multipleOf pattern`,
);
const formats = 'date-time time date duration email hostname ipv4 ipv6 uuid';

type Schema = Record<string, unknown>;

const mapMembers = (object: JsonObject, change: (value: unknown, key: string) => unknown): Schema =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));

/** A copy whose schemas, the inner ones first, are what `change` makes of them. */
function mapSchemas(schema: unknown, change: (schema: Schema) => Schema): unknown {
  const map = (one: unknown): unknown => mapSchemas(one, change);
  if (Array.isArray(schema)) return schema.map(map);
  if (!isObject(schema)) return schema;
  return change(
    mapMembers(schema, (value, key) =>
      schemas.has(key) ? map(value) : schemaMaps.has(key) && isObject(value) ? mapMembers(value, map) : value,
    ),
  );
}

const hasObjects = ({ type, properties }: JsonObject): boolean =>
  type === 'object' || (Array.isArray(type) && type.includes('object')) || (type === undefined && isObject(properties));

const reportUnheld = (unheld: ReadonlySet<string>, path: string, scope: Scope): void => {
  if (unheld.size > 0) approximated(scope, path, `The model is not held to ${[...unheld].join(', ')}`);
};

const claudeKeywords = words('type enum const anyOf allOf $ref $defs definitions title description properties required items');
const claudeFormats = words(`${formats} uri`);
const claudeSilent = words('$schema $id $comment');

/**
 * The subset that Claude is held to, by its own API and at Bedrock: all objects closed, no bounds. It is what Anthropic's SDK sends
 * (`lib/transform-json-schema`), https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations
 */
export function claudeSchema(schema: unknown, path: string, scope: Scope): unknown {
  const unheld = new Set<string>();
  const fitted = mapSchemas(schema, (given) => {
    if (typeof given['$ref'] === 'string') return { $defs: given['$defs'], definitions: given['definitions'], $ref: given['$ref'] };
    const out: Schema = {};
    const told: Schema = {};
    for (const key in given) {
      const value = given[key];
      // "Enum value 'a' does not match declared type '['string', 'null']'" is a 400 (BerriAI/litellm#37881): the values tell the types.
      if (key === 'type' && Array.isArray(value) && given['enum'] !== undefined) continue;
      if (key === 'oneOf' && given['anyOf'] === undefined) {
        out['anyOf'] = value;
        unheld.add(key);
      } else if (
        claudeKeywords.has(key) ||
        (key === 'format' && claudeFormats.has(String(value))) ||
        (key === 'minItems' && (value === 0 || value === 1))
      ) {
        out[key] = value;
      } else if (key === 'additionalProperties' ? value !== false : !claudeSilent.has(key)) {
        told[key] = value;
        if (demands.has(key)) unheld.add(key);
      }
    }
    if (hasObjects(given)) {
      out['properties'] ??= {};
      out['additionalProperties'] = false;
    }
    if (Object.keys(told).length > 0) tell(out, told);
    return out;
  });
  reportUnheld(unheld, path, scope);
  return fitted;
}

const tell = (schema: Schema, told: Schema): void => {
  const text = schema['description'];
  schema['description'] = `${typeof text === 'string' ? `${text}\n` : ''}${JSON.stringify(told)}`;
};

/**
 * Whether Claude can be held to a schema at all. It answers 400 to one that refers to itself, or has more than 24 optional properties or 16
 * properties of several types (…#schema-complexity-limits), and can only answer `{}` where an object names no properties.
 */
export function holdsClaude(schema: unknown): boolean {
  let optional = 0;
  let several = 0;
  let holds = true;
  const open = new Set<string>();
  const done = new Set<string>();
  const visit = (inner: Schema): Schema => {
    const { $ref: reference, type, anyOf, oneOf, properties, additionalProperties, required } = inner;
    const named = Object.keys(maybeObject(properties) ?? {});
    if (hasObjects(inner) && named.length === 0 && (additionalProperties ?? properties === undefined) !== false) holds = false;
    if (open.size === 0) {
      if (Array.isArray(type) || anyOf !== undefined || oneOf !== undefined) several++;
      optional += named.filter((name) => !listOf(required).includes(name)).length;
    }
    if (typeof reference !== 'string' || done.has(reference)) return inner;
    if (open.has(reference)) holds = false;
    else {
      open.add(reference);
      mapSchemas(
        reference.split('/').reduce<unknown>((at, key) => (key === '#' ? schema : maybeObject(at)?.[key]), undefined),
        visit,
      );
      open.delete(reference);
      done.add(reference);
    }
    return inner;
  };
  mapSchemas(schema, visit);
  return holds && optional <= 24 && several <= 16;
}

const combined = ['allOf', 'anyOf', 'oneOf'];

/**
 * The schema of a tool's input without alternatives at its top, to which Anthropic answers 400 (https://github.com/anthropics/claude-code/issues/27337),
 * as Nova does. Their properties are those of the tool; what they demand is told in the description.
 */
export function flatSchema(schema: JsonObject, path: string, scope: Scope): JsonObject {
  if (!combined.some((word) => Array.isArray(schema[word]))) return schema;
  approximated(scope, `${path}.schema`, 'Alternatives are refused at the top of it; the model is told of them');
  const out: Schema = {};
  const told: Schema = {};
  const properties: Schema = {};
  for (const key in schema) (combined.includes(key) ? told : out)[key] = schema[key];
  for (const word in told) for (const one of listOf(told[word])) Object.assign(properties, maybeObject(maybeObject(one)?.['properties']));
  out['properties'] = Object.assign(properties, schema['properties']);
  tell(out, told);
  return out;
}

const openaiFormats = words(formats);
const openaiSilent = words('$schema $id $comment default examples readOnly writeOnly');
const openaiRefuses = words(`${refused} contentEncoding contentMediaType contentSchema`);

/**
 * A schema as OpenAI takes it where it is strict: objects closed, every property required. One that is not of that kind is sent as a guide,
 * for it would be answered with 400. Nothing that is not strict changes, nor what a client of OpenAI's own APIs wrote for OpenAI.
 */
export function openaiSchema<Strict extends boolean | undefined>(
  schema: unknown,
  strict: Strict,
  path: string,
  scope: Scope,
): { schema: unknown; strict: Strict | false } {
  if (strict !== true || scope.client?.startsWith('openai') === true) return { schema, strict };
  let fits = true;
  const unheld = new Set<string>();
  const fitted = mapSchemas(schema, (given) => {
    const out: Schema = {};
    for (const key in given) {
      if (openaiRefuses.has(key)) fits = false;
      // A look around in a pattern is refused: @ai-sdk/openai 4.0 (`normalize-openai-json-schema.ts`).
      const text = String(given[key]);
      if ((key === 'format' && !openaiFormats.has(text)) || (key === 'pattern' && /\(\?<?[=!]/.test(text))) unheld.add(key);
      else if (!openaiSilent.has(key)) setMember(out, key, given[key]);
    }
    if (!hasObjects(given)) return out;
    const { required, properties = {}, additionalProperties = false } = given;
    if (additionalProperties !== false) fits = false;
    if (isObject(properties) && Object.keys(properties).some((name) => !Array.isArray(required) || !required.includes(name))) fits = false;
    return { ...out, properties, additionalProperties };
  });
  if (fits) {
    reportUnheld(unheld, path, scope);
    return { schema: fitted, strict };
  }
  approximated(scope, path, 'OpenAI holds a model only to closed objects that require all their properties; this schema is a guide');
  return { schema, strict: false };
}

const geminiKeywords = words('additionalProperties format maximum maxItems minimum minItems oneOf prefixItems');

/** Gemini reads past what it does not know; what it does not know of a constant it knows of an enumeration. */
export function geminiSchema(schema: unknown, path: string, scope: Scope): unknown {
  const unheld = new Set<string>();
  const fitted = mapSchemas(schema, (given) => {
    for (const key in given) if (demands.has(key) && !geminiKeywords.has(key)) unheld.add(key);
    if (given['const'] === undefined) return given;
    const { const: only, ...rest } = given;
    return { ...rest, enum: [only] };
  });
  reportUnheld(unheld, path, scope);
  return fitted;
}
