import type { JsonObject } from '@plano/hermesllm';
import { isObject } from '../function-tool.ts';
import type { Fit, FitContext, Place } from './fit-context.ts';
import { deeper, listOf, no, within, yes } from './fit-context.ts';
import { matchesPattern } from './match-pattern.ts';

/** `required`, `properties`, `patternProperties`, `additionalProperties`, `propertyNames` and what depends on a member. */
export function fitMembers(members: JsonObject, schema: JsonObject, context: FitContext, place: Place): Fit {
  const required = listOf(schema['required']);
  const lacking = lackingMember(members, required) ?? lackingDependency(members, schema);
  if (lacking !== undefined) return no(place, `lacks \`${lacking}\``);
  const fitted: [string, unknown][] = [];
  for (const [name, member] of Object.entries(members)) {
    const at = within(place, `.${name}`);
    const named = context.strict.fit(name, schema['propertyNames'], at);
    if (!named.ok) return no(at, 'has a name that is not allowed');
    const fit = fitAll(member, schemasOf(name, schema, context), context, at);
    if (fit.ok) fitted.push([name, fit.value]);
    // Models write null for what they leave out.
    else if (member !== null || !context.converts || required.includes(name)) return fit;
  }
  return fitDependents(Object.fromEntries(fitted), schema, context, place);
}

const lackingMember = (members: JsonObject, names: readonly unknown[]): string | undefined =>
  names.find((name): name is string => typeof name === 'string' && !Object.hasOwn(members, name));

/** `dependentRequired`, and the lists of the older `dependencies`. */
function lackingDependency(members: JsonObject, schema: JsonObject): string | undefined {
  for (const dependencies of [schema['dependentRequired'], schema['dependencies']]) {
    if (!isObject(dependencies)) continue;
    for (const [name, needed] of Object.entries(dependencies)) {
      const lacking = Object.hasOwn(members, name) ? lackingMember(members, listOf(needed)) : undefined;
      if (lacking !== undefined) return lacking;
    }
  }
  return undefined;
}

/** Every schema that a member is under. */
function schemasOf(name: string, schema: JsonObject, { budget }: FitContext): readonly unknown[] {
  const { properties, patternProperties, additionalProperties } = schema;
  const found: unknown[] = isObject(properties) && Object.hasOwn(properties, name) ? [properties[name]] : [];
  let unsure = false;
  for (const [pattern, each] of isObject(patternProperties) ? Object.entries(patternProperties) : []) {
    const matches = matchesPattern(pattern, name, budget);
    if (matches === true) found.push(each);
    unsure ||= matches === undefined;
  }
  return found.length > 0 || unsure ? found : [additionalProperties];
}

function fitAll(value: unknown, schemas: readonly unknown[], context: FitContext, place: Place): Fit {
  let fit = yes(value);
  for (const schema of schemas) if (fit.ok) fit = context.fit(fit.value, schema, place);
  return fit;
}

/** `dependentSchemas`, and the schemas of the older `dependencies`. */
function fitDependents(members: JsonObject, schema: JsonObject, context: FitContext, place: Place): Fit {
  const schemas: unknown[] = [];
  for (const dependents of [schema['dependentSchemas'], schema['dependencies']]) {
    if (!isObject(dependents)) continue;
    for (const [name, dependent] of Object.entries(dependents)) {
      if (!Array.isArray(dependent) && Object.hasOwn(members, name)) schemas.push(dependent);
    }
  }
  return fitAll(members, schemas, context, deeper(place));
}
