import type { JsonObject } from '@plano/hermesllm';

/** A value in the form that the schema asks for, or why it has none. */
export type Fit = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

/** Where a value stands: its path for messages, and how deep it is nested. */
export interface Place {
  readonly path: string;
  readonly depth: number;
}

/** One check of a value. */
export interface FitContext {
  /** The whole schema, for `$ref`. */
  readonly root: JsonObject;
  /** Whether values may be converted; else they must fit as they are. */
  readonly converts: boolean;
  /** How much more the check may do: choices within choices, and patterns, can be more than there is time for. */
  readonly budget: { left: number };
  /** The same check without conversions. */
  readonly strict: FitContext;
  fit(value: unknown, schema: unknown, place: Place): Fit;
}

export const yes = (value: unknown): Fit => ({ ok: true, value });
export const no = ({ path }: Place, message: string): Fit => ({ ok: false, message: `\`${path}\` ${message}` });

/** The place of a member or an item. */
export const within = ({ path, depth }: Place, step: string): Place => ({ path: path + step, depth: depth + 1 });
/** The same place under a further schema. */
export const deeper = ({ path, depth }: Place): Place => ({ path, depth: depth + 1 });

/** A keyword that is a list of schemas or values. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as readonly unknown[]) : []);
