import type { EffectiveParameter, EffectivePromptTarget } from '@plano/common';
import { pathTemplateParameters } from '@plano/common';

/** The values of a call, each of its parameter's type; defaults are not filled in. */
export type CallArguments = Readonly<Record<string, unknown>>;

/** Usable arguments, or what has to be asked of the user. */
export type ArgumentsResult =
  | { readonly ok: true; readonly values: CallArguments }
  | { readonly ok: false; readonly missing: readonly EffectiveParameter[]; readonly wrong: readonly WrongArgument[] };

/** A value that does not fit its parameter, and what would. */
export interface WrongArgument {
  readonly parameter: EffectiveParameter;
  /** Such as `a whole number`. */
  readonly expected: string;
}

/**
 * Checks what the model filled in against a target's parameters. A value of another type is converted where nothing is lost (`"3"` is 3 for a
 * whole number); null counts as not given; what the target does not declare is kept as it is.
 */
export function readArguments(target: EffectivePromptTarget, written: CallArguments | null): ArgumentsResult {
  const given = written ?? {};
  const values: Record<string, unknown> = {};
  const missing: EffectiveParameter[] = [];
  const wrong: WrongArgument[] = [];
  for (const name of Object.keys(given)) {
    // `__proto__` as a key would set the prototype instead.
    if (given[name] !== null && name !== '__proto__') values[name] = given[name];
  }
  const template = pathTemplateParameters(target.endpoint?.path ?? '');
  const placeholders = template.ok ? template.names : [];
  for (const parameter of target.parameters) {
    const { name } = parameter;
    if (!Object.hasOwn(values, name)) {
      const needed = parameter.required || parameter.inPath || placeholders.includes(name);
      if (needed && parameter.default === null) missing.push(parameter);
      continue;
    }
    const converted = convert(values[name], parameter);
    if (converted.ok) values[name] = converted.value;
    else wrong.push({ parameter, expected: converted.expected });
  }
  return missing.length + wrong.length === 0 ? { ok: true, values } : { ok: false, missing, wrong };
}

type Converted = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly expected: string };
const fits = (value: unknown): Converted => ({ ok: true, value });
const expects = (expected: string): Converted => ({ ok: false, expected });

function convert(value: unknown, parameter: EffectiveParameter): Converted {
  const converted = convertType(value, parameter.type.toLowerCase());
  if (!converted.ok || parameter.enum === null) return converted;
  const choice = parameter.enum.find((each) => each === converted.value || String(each) === String(converted.value));
  return choice === undefined ? expects(`one of ${parameter.enum.join(', ')}`) : fits(choice);
}

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

function convertType(value: unknown, type: string): Converted {
  switch (type) {
    case 'int':
    case 'integer': {
      const number = asNumber(value);
      return number !== undefined && Number.isInteger(number) ? fits(number) : expects('a whole number');
    }
    case 'float':
    case 'number': {
      const number = asNumber(value);
      return number === undefined ? expects('a number') : fits(number);
    }
    case 'bool':
    case 'boolean':
      if (typeof value === 'boolean') return fits(value);
      return value === 'true' || value === 'false' ? fits(value === 'true') : expects('yes or no');
    case 'list':
    case 'array': {
      const list = typeof value === 'string' ? parse(value) : value;
      return Array.isArray(list) ? fits(list) : expects('a list');
    }
    case 'dict':
    case 'dictionary':
    case 'object': {
      const object = typeof value === 'string' ? parse(value) : value;
      return typeof object === 'object' && object !== null && !Array.isArray(object) ? fits(object) : expects('an object');
    }
    default:
      return fits(typeof value === 'string' ? value : asText(value));
  }
}

const asNumber = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && decimal.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};

/** A value as text in a path, a query or a prompt: lists and objects as JSON. */
export const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
