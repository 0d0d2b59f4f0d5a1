import { Buffer } from 'node:buffer';
import { readUnsigned, unsigned } from './leb128.ts';

/** The sections of a WebAssembly module by their numbers: https://webassembly.github.io/spec/core/binary/modules.html */
export const section = {
  custom: 0,
  imports: 2,
  functions: 3,
  table: 4,
  memory: 5,
  globals: 6,
  exports: 7,
  start: 8,
  code: 10,
  data: 11,
  dataCount: 12,
} as const;

/** One section; its content is a view of the module. */
export interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

const headerBytes = 8;

export function sectionsOf(module: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let at = headerBytes; at < module.length; ) {
    const [size, start] = readUnsigned(module, at + 1);
    sections.push({ id: module[at] as number, content: module.subarray(start, start + size) });
    at = start + size;
  }
  return sections;
}

/** The content of a section; that of an empty one when there is none. */
export const contentOf = (sections: readonly Section[], wanted: number): Uint8Array =>
  sections.find(({ id }) => id === wanted)?.content ?? Uint8Array.of(0);

/** The module with other contents of its sections; one without content is left out. */
export function rewriteSections(
  module: Uint8Array,
  rewrite: (id: number, content: Uint8Array) => Uint8Array | undefined,
): Uint8Array<ArrayBuffer> {
  const parts = sectionsOf(module).flatMap(({ id, content }) => {
    const changed = rewrite(id, content);
    return changed === undefined ? [] : [Buffer.from([id, ...unsigned(changed.length)]), changed];
  });
  return new Uint8Array(Buffer.concat([module.subarray(0, headerBytes), ...parts]));
}

/** The items of a section behind their count, each a view of it. */
export function itemsOf(content: Uint8Array, endOf: (bytes: Uint8Array, at: number) => number): Uint8Array[] {
  const [count, first] = readUnsigned(content, 0);
  let at = first;
  return Array.from({ length: count }, () => {
    const start = at;
    at = endOf(content, at);
    return content.subarray(start, at);
  });
}

/** Where the body of a function ends, which begins with its size. */
export function endOfBody(content: Uint8Array, at: number): number {
  const [size, start] = readUnsigned(content, at);
  return start + size;
}

/** The content of a section with one more item. */
export function withOneMore(content: Uint8Array, item: Iterable<number>): Uint8Array {
  const [count, at] = readUnsigned(content, 0);
  return Buffer.concat([Buffer.from(unsigned(count + 1)), content.subarray(at), Uint8Array.from(item)]);
}

/** A name as modules have it: its length and its bytes. */
export const nameOf = (text: string): Buffer => Buffer.concat([Buffer.from(unsigned(text.length)), Buffer.from(text)]);

/**
 * The number of the function that has a name in the section of exports.
 *
 * @throws Error when none has
 */
export function exportedFunction(exports: Uint8Array, name: string): number {
  const label = Buffer.concat([nameOf(name), Uint8Array.of(0)]);
  const at = Buffer.from(exports).indexOf(label);
  if (at === -1) throw new Error(`QuickJS has no export ${name}`);
  return readUnsigned(exports, at + label.length)[0];
}
