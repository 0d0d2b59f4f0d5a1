import { Buffer } from 'node:buffer';
import { readUnsigned, signed, unsigned } from './leb128.ts';
import {
  contentOf,
  endOfBody,
  exportedFunction,
  itemsOf,
  nameOf,
  rewriteSections,
  section,
  sectionsOf,
  withOneMore,
} from './module-sections.ts';

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
    rewritten[section.exports] = withOneMore(exported, [...nameOf(original), 0, ...behind]);
    rewritten[section.code] = joinItems([...diverted, bodies[index] as Uint8Array]);
  }
  return rewriteSections(engine, (id, content) => rewritten[id] ?? content);
}

const joinItems = (items: readonly Uint8Array[]): Uint8Array => Buffer.concat([Buffer.from(unsigned(items.length)), ...items]);
