import { Buffer } from 'node:buffer';
import { readUnsigned, signed, unsigned } from './leb128.ts';

/** A function of the engine, and what takes its place. */
export interface Diversion {
  /** Its export. A call from anywhere, also from the engine itself, goes to the slot now. */
  readonly name: string;
  readonly parameters: number;
  /** The slot of the function table that takes its place, of the same type. */
  readonly slot: number;
  /** What it was gets this export. Without one it is gone. */
  readonly original?: string;
}

const section = { imports: 2, functions: 3, exports: 7, code: 10 } as const;
const localGet = 0x20;
const constant = 0x41;
const callIndirect = 0x11;
const end = 0x0b;

/**
 * Puts another function in the place of one of the engine's. What that was comes behind all others, so no other function gets another number.
 *
 * @throws Error when nothing is exported by that name
 */
export function divertFunction(engine: Uint8Array, { name, parameters, slot, original }: Diversion): Uint8Array {
  const sections = sectionsOf(engine);
  const [imported] = readUnsigned(contentOf(sections, section.imports), 0); // functions alone
  const types = itemsOf(contentOf(sections, section.functions), (bytes, at) => readUnsigned(bytes, at)[1]);
  const bodies = itemsOf(contentOf(sections, section.code), endOfBody);
  const exported = contentOf(sections, section.exports);
  const index = exportedFunction(exported, name) - imported;
  const type = types[index] as Uint8Array;
  const values = Array.from({ length: parameters }, (_, parameter) => [localGet, parameter]).flat();
  const detour = [0, ...values, constant, ...signed(slot), callIndirect, ...type, 0, end];
  const diverted = bodies.with(index, Uint8Array.from([...unsigned(detour.length), ...detour]));
  const rewritten: Record<number, Uint8Array> = { [section.code]: joinItems(diverted) };
  if (original !== undefined) {
    const behind = unsigned(imported + bodies.length);
    rewritten[section.functions] = joinItems([...types, type]);
    rewritten[section.exports] = withOneMore(exported, [original.length, ...Buffer.from(original), 0, ...behind]);
    rewritten[section.code] = joinItems([...diverted, bodies[index] as Uint8Array]);
  }
  const parts = sections.map(({ id, content }) => {
    const changed = rewritten[id] ?? content;
    return Buffer.concat([Buffer.from([id, ...unsigned(changed.length)]), changed]);
  });
  return Buffer.concat([engine.subarray(0, 8), ...parts]);
}

interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

function sectionsOf(module: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let at = 8; at < module.length; ) {
    const [size, start] = readUnsigned(module, at + 1);
    sections.push({ id: module[at] as number, content: module.subarray(start, start + size) });
    at = start + size;
  }
  return sections;
}

const contentOf = (sections: readonly Section[], wanted: number): Uint8Array =>
  sections.find(({ id }) => id === wanted)?.content ?? Uint8Array.of(0);

/** The items of a section behind their count. */
function itemsOf(content: Uint8Array, endOf: (bytes: Uint8Array, at: number) => number): Uint8Array[] {
  const [count, first] = readUnsigned(content, 0);
  let at = first;
  return Array.from({ length: count }, () => {
    const start = at;
    at = endOf(content, at);
    return content.subarray(start, at);
  });
}

function endOfBody(content: Uint8Array, at: number): number {
  const [size, start] = readUnsigned(content, at);
  return start + size;
}

const joinItems = (items: readonly Uint8Array[]): Uint8Array => Buffer.concat([Buffer.from(unsigned(items.length)), ...items]);

function withOneMore(content: Uint8Array, item: readonly number[]): Uint8Array {
  const [count, at] = readUnsigned(content, 0);
  return Buffer.concat([Buffer.from(unsigned(count + 1)), content.subarray(at), Buffer.from(item)]);
}

function exportedFunction(exports: Uint8Array, name: string): number {
  const label = Buffer.from([name.length, ...Buffer.from(name), 0]);
  const at = Buffer.from(exports).indexOf(label);
  if (at === -1) throw new Error(`QuickJS has no export ${name}`);
  return readUnsigned(exports, at + label.length)[0];
}
