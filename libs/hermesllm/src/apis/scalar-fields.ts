import type { Fields } from '../fields.ts';
import { readBoolean, readInteger, readNumber, readString, readStringMap, readStrings } from '../fields.ts';
import type { LlmRequest } from '../model/request.ts';

const readers = {
  string: readString,
  number: readNumber,
  integer: readInteger,
  boolean: readBoolean,
  strings: readStrings,
  stringMap: readStringMap,
};

/** Members of a request that say the same in the hub. */
export interface ScalarFields {
  /** Reads one member into the request; false when it is none of these. */
  read(wire: Fields, key: string, request: LlmRequest): boolean;
  /** Reads all of them. */
  readAll(wire: Fields, request: LlmRequest): void;
}

/**
 * Members as `name:kind:hub`, with spaces between them; `hub` is left out where the hub has the same name.
 *
 * @example
 * const scalars = scalarFields('temperature:number top_p:number:topP');
 */
/* @__NO_SIDE_EFFECTS__ */
export function scalarFields(text: string): ScalarFields {
  const fields = new Map<string, { reader: (wire: Fields, key: string) => unknown; hub: string }>();
  for (const row of text.split(' ')) {
    const [name = '', kind, hub = name] = row.split(':');
    fields.set(name, { reader: readers[kind as keyof typeof readers], hub });
  }
  const read: ScalarFields['read'] = (wire, key, request) => {
    const field = fields.get(key);
    // The table says which kind of value a field has, which the compiler cannot follow.
    if (field !== undefined) (request as unknown as Record<string, unknown>)[field.hub] = field.reader(wire, key);
    return field !== undefined;
  };
  return {
    read,
    readAll(wire, request) {
      for (const key of fields.keys()) read(wire, key, request);
    },
  };
}
