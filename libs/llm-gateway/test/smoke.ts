import * as library from '../src/index.ts';

/** Run by tools/check-portable in Node, in an empty context and in QuickJS, which must all return the same text. */
export function smoke(): string {
  return JSON.stringify(Object.keys(library).sort());
}
