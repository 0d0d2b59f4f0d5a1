type Wire = { readonly [key: string]: unknown };

/** A parameter as a tool's JSON Schema describes it. */
export interface EchoParameter {
  readonly name: string;
  readonly schema: Wire;
}

/** Text from which values are taken; what one parameter took is not there for the next. */
export interface ValueSource {
  /** The value of a parameter that the text gives, if any. */
  take(parameter: EchoParameter): unknown;
  /** Whether nothing of this part of the text was taken. */
  untouched(part: string): boolean;
}

const words = (name: string): string[] =>
  name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const limit = 4000;

/*
 * No model: a few patterns, tried in order. Numbers and text beside a parameter's name come first ("3 days", "city: Oslo"), then what looks
 * like a value of the kind (a number; words in quotes; capital letters behind a preposition).
 */

/** Makes a source of the first 4000 characters of a text. */
export function valueSource(text: string): ValueSource {
  let rest = text.slice(0, limit);

  function match(pattern: RegExp): string | undefined {
    const found = pattern.exec(rest);
    const value = found?.[1];
    if (found === null || value === undefined) return undefined;
    const at = found.index + found[0].lastIndexOf(value);
    rest = `${rest.slice(0, at)}\n${rest.slice(at + value.length)}`;
    return value.trim();
  }

  function takeNumber(name: string, integer: boolean): number | undefined {
    // Bounded and anchored: a long row of digits must not make a pattern slow.
    const number = String.raw`(?<![\d.])(-?\d{1,15}${integer ? '' : String.raw`(?:\.\d{1,15})?`})(?!\.?\d)`;
    const near = words(name)
      .map((word) => escaped(word.replace(/s$/, '')))
      .join('|');
    const value =
      (near === ''
        ? undefined
        : (match(new RegExp(String.raw`(?:${near})s?[^\p{L}\d-]{1,3}(?:is |= ?)?${number}`, 'iu')) ??
          match(new RegExp(String.raw`${number}\s?(?:${near})s?(?!\p{L})`, 'iu')))) ?? match(new RegExp(number, 'u'));
    return value === undefined ? undefined : Number(value);
  }

  function takeText(name: string): string | undefined {
    const spoken = words(name).map(escaped).join('[ _-]?');
    return (
      match(new RegExp(String.raw`\b${spoken}(?: is | ?[:=] ?)["']?([^"',;.?!\n]+)`, 'iu')) ??
      match(/["“]([^"”\n]+)["”]/u) ??
      match(/\b(?:in|at|from|to|of|near|for|about|on)\s+(\p{Lu}[\p{L}\p{M}'-]*(?:,?\s\p{Lu}[\p{L}\p{M}'-]*)*)/u)
    );
  }

  return {
    untouched: (part) => rest.includes(part),
    take({ name, schema }) {
      if (Array.isArray(schema['enum'])) {
        return (schema['enum'] as readonly unknown[]).find(
          (value) => match(new RegExp(String.raw`(?<![\p{L}\p{N}])(${escaped(String(value))})(?![\p{L}\p{N}])`, 'iu')) !== undefined,
        );
      }
      switch (schema['type']) {
        case 'integer':
        case 'number':
          return takeNumber(name, schema['type'] === 'integer');
        case 'boolean': {
          const spoken = words(name).map(escaped).join('[ _-]?');
          if (match(new RegExp(String.raw`\b(?:no|not|without) (${spoken})\b`, 'iu')) !== undefined) return false;
          return match(new RegExp(String.raw`\b(${spoken})\b`, 'iu')) === undefined ? undefined : true;
        }
        case 'array':
        case 'object':
          return undefined;
        default:
          return takeText(name);
      }
    },
  };
}

/** A whole message as the value of the parameter that was asked for: "Oslo", "3". */
export function answeredValue(text: string, { schema }: EchoParameter): unknown {
  const answer = text.trim();
  if (answer === '' || answer.length > 200) return undefined;
  switch (schema['type']) {
    case 'integer':
    case 'number':
    case 'boolean':
    case 'array':
    case 'object':
      return undefined;
    default:
      return Array.isArray(schema['enum']) ? undefined : answer.replace(/[.!]$/, '');
  }
}

/** The words of a name or text that can be compared, without the commonest ones and without a plural's `s`. */
export const telling = (text: string): Set<string> =>
  new Set(
    words(text)
      .map((word) => (word.length > 3 ? word.replace(/s$/, '') : word))
      .filter((word) => word.length > 2 && !common.has(word)),
  );

const common = new Set(
  'the and for with from that this what which who when where how are was were can could will would should you your our has have had not all any get set given give make tell show list find return use user name about into out need want please current information api call'.split(
    ' ',
  ),
);
