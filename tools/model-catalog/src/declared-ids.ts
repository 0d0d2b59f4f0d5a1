import type { ModelFacts, SourceFacts } from './facts.ts';
import { isTextModel } from './text-models.ts';

const literals = (declaration: string): string[] => [...declaration.matchAll(/'([^']+)'/g)].map((match) => match[1] ?? '');

/**
 * The model ids that a type declaration names, such as `type ChatModel = 'a' | 'b'`.
 *
 * @throws when there is no such declaration, or it names nothing.
 */
export function declaredIds(declarations: string, typeName: string): string[] {
  const found = new RegExp(`type ${typeName} =([^;]*);`).exec(declarations);
  const ids = literals(found?.[1] ?? '').filter(isTextModel);
  if (ids.length === 0) throw new Error(`type ${typeName} names no model`);
  return ids;
}

const months = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];

/** `November 30th, 2026` as `2026-11-30`. */
export function dateOf(written: string): string {
  const [, month = '', day = '', year = ''] = /^(\w+) (\d{1,2})(?:st|nd|rd|th)?, (\d{4})$/.exec(written) ?? [];
  const index = months.indexOf(month.toLowerCase());
  if (index < 0) throw new Error(`not a date: ${written}`);
  return `${year}-${String(index + 1).padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** The models that Anthropic's client warns about, each with the day of its retirement, from the client's source. */
export function anthropicRetirements(source: string): ReadonlyMap<string, string> {
  const body = /DEPRECATED_MODELS = \{([^}]*)\}/.exec(source)?.[1];
  if (body === undefined) throw new Error('no DEPRECATED_MODELS in the client');
  return new Map([...body.matchAll(/'([^']+)': '([^']+)'/g)].map(([, id = '', date = '']) => [id, dateOf(date)]));
}

export const idFacts = (key: string, ids: readonly string[], retirements: ReadonlyMap<string, string> = new Map()): SourceFacts => ({
  models: {
    [key]: ids.map((id): ModelFacts => {
      const retires = retirements.get(id);
      return { id, ...(retires === undefined ? {} : { deprecated: true as const, retires }) };
    }),
  },
  patterns: {},
});
