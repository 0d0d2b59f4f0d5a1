import { Buffer } from 'node:buffer';
import { readUnsigned, signed, unsigned } from './leb128.ts';
import { nameOf, rewriteSections, section, withOneMore } from './module-sections.ts';

/** What the rewritten module has from the start. */
export interface EngineState {
  /** The contents of its memory. */
  readonly heap: Uint8Array;
  /** Pages of its memory, with those of the shim behind the heap. */
  readonly pages: number;
  /** Slots of its function table, with that of the shim. */
  readonly slots: number;
}

/** Rewrites the binary of QuickJS so that it begins in a given state; its table is exported, and its own start is left out of the way. */
export const rewriteEngine = (engine: Uint8Array, state: EngineState): Uint8Array =>
  rewriteSections(engine, (id, content) => rewriteSection(id, content, state));

function rewriteSection(id: number, content: Uint8Array, { heap, pages, slots }: EngineState): Uint8Array | undefined {
  switch (id) {
    case section.table: {
      const [count, at] = readUnsigned(content, 0);
      return Buffer.from([...unsigned(count), content[at] as number, 0, ...unsigned(slots)]);
    }
    case section.memory:
      return Buffer.from([1, 0, ...unsigned(pages)]);
    case section.exports:
      return rewriteExports(content);
    case section.data:
      return dataOf(heap);
    case section.custom:
    case section.start:
    case section.dataCount:
      return undefined;
    default:
      return content;
  }
}

/** `_initialize` is the filter's own: QuickJS has run already, and its export gets another name of the same length. */
function rewriteExports(content: Uint8Array): Uint8Array {
  const names = Buffer.from(content);
  const initialize = names.indexOf('\u000b_initialize');
  if (initialize === -1) throw new Error('QuickJS has no export _initialize');
  names.write('_qjs_initlz', initialize + 1);
  return withOneMore(names, [...nameOf('table'), 1, 0]);
}

const gap = 64; // more zeros than this are cheaper left out than written

/** The heap as a data section: one segment for each run without a long gap of zeros. */
function dataOf(heap: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let count = 0;
  let at = 0;
  while (at < heap.length) {
    if (heap[at] === 0) {
      at++;
      continue;
    }
    let end = at;
    let zeros = 0;
    while (end < heap.length && zeros < gap) zeros = heap[end++] === 0 ? zeros + 1 : 0;
    parts.push(Buffer.from([0, 0x41, ...signed(at), 0x0b, ...unsigned(end - zeros - at)]), heap.subarray(at, end - zeros));
    count++;
    at = end;
  }
  return Buffer.concat([Buffer.from(unsigned(count)), ...parts]);
}
