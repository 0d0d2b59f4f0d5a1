import { Buffer } from 'node:buffer';
import { readUnsigned, signed, unsigned } from '../../scripts/leb128.ts';
import { nameOf, rewriteSections, section, withOneMore } from '../../scripts/module-sections.ts';

const end = 0x0b;

/**
 * Rewrites a module so that its exported global `work`, an i64, tells how many instructions it has executed. Unlike time, the count is exact, and the same
 * on every machine: each run of instructions without a branch begins by adding its length. What becomes no machine instruction is not counted (blocks,
 * constants, locals).
 *
 * @param module A module that imports functions alone.
 */
export function meterModule(module: Uint8Array): Uint8Array<ArrayBuffer> {
  let meter = -1;
  return rewriteSections(module, (id, content) => {
    if (id === section.globals) [meter] = readUnsigned(content, 0);
    return rewrite(id, content, meter);
  });
}

function rewrite(id: number, content: Uint8Array, meter: number): Uint8Array {
  switch (id) {
    case section.globals:
      return withOneMore(content, [0x7e, 1, 0x42, 0, end]); // i64, mutable, 0
    case section.exports:
      return withOneMore(content, [...nameOf('work'), 3, ...unsigned(meter)]);
    case section.code:
      return meteredCode(content, meter);
    default:
      return content;
  }
}

function meteredCode(content: Uint8Array, meter: number): Uint8Array {
  const [count, first] = readUnsigned(content, 0);
  const parts: Uint8Array[] = [Buffer.from(unsigned(count))];
  for (let at = first; at < content.length; ) {
    const [size, start] = readUnsigned(content, at);
    at = start + size;
    const body = meteredBody(content.subarray(start, at), meter);
    parts.push(Buffer.from(unsigned(body.length)), body);
  }
  return Buffer.concat(parts);
}

function meteredBody(body: Uint8Array, meter: number): Uint8Array {
  const [groups, first] = readUnsigned(body, 0);
  let at = first;
  for (let i = 0; i < groups; i++) at = readUnsigned(body, at)[1] + 1;
  const parts: Uint8Array[] = [body.subarray(0, at)];
  let start = at;
  let length = 0;
  while (at < body.length) {
    const code = body[at] as number;
    at = endOfInstruction(body, at);
    if (!isFree(code)) length++;
    if (!isBranch(code)) continue;
    if (length > 0) parts.push(Buffer.from([0x23, ...unsigned(meter), 0x42, ...signed(length), 0x7c, 0x24, ...unsigned(meter)]));
    parts.push(body.subarray(start, at));
    start = at;
    length = 0;
  }
  return Buffer.concat(parts);
}

/** Where a run of instructions ends: loop, if, else, end, and what jumps. */
const isBranch = (code: number): boolean => (code >= 0x03 && code <= 0x05) || code === end || (code >= 0x0c && code <= 0x0f);

const isFree = (code: number): boolean =>
  code <= 0x03 || code === end || code === 0x1a || (code >= 0x20 && code <= 0x22) || (code >= 0x41 && code <= 0x44);

/** How many numbers follow an instruction: https://webassembly.github.io/spec/core/binary/instructions.html */
function operandsOf(code: number): number {
  if (code === 0x11 || (code >= 0x28 && code <= 0x3e)) return 2;
  const hasOne =
    (code >= 0x02 && code <= 0x04) ||
    (code >= 0x0c && code <= 0x10) ||
    (code >= 0x20 && code <= 0x26) ||
    (code >= 0x3f && code <= 0x42) ||
    code === 0xd0 ||
    code === 0xd2;
  return hasOne && code !== 0x0e && code !== 0x0f ? 1 : 0;
}

/** By the number behind 0xfc: conversions, and what is done to memory and tables as a whole. */
const bulkOperands: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

function endOfInstruction(code: Uint8Array, start: number): number {
  const instruction = code[start] as number;
  let at = start + 1;
  let operands = operandsOf(instruction);
  if (instruction === 0x43) return at + 4; // f32
  if (instruction === 0x44) return at + 8; // f64
  if (instruction === 0x0e || instruction === 0x1c || instruction === 0xfc) {
    const [value, behind] = readUnsigned(code, at);
    at = behind;
    operands = instruction === 0x0e ? value + 1 : instruction === 0x1c ? value : (bulkOperands[value] as number);
  } else if (instruction > 0xc4 && instruction !== 0xd0 && instruction !== 0xd1 && instruction !== 0xd2) {
    throw new Error(`Instruction 0x${instruction.toString(16)} is not known`);
  }
  for (; operands > 0; operands--) while ((code[at++] as number) >= 128);
  return at;
}
