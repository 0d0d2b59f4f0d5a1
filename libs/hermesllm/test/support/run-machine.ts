import { Buffer } from 'node:buffer';
import type { Machine } from '../../src/machine.ts';

/** Everything that a machine makes of its inputs. */
export function runMachine<In, Out>(machine: Machine<In, Out>, inputs: Iterable<In>): Out[] {
  const out: Out[] = [];
  for (const input of inputs) out.push(...machine.push(input));
  out.push(...machine.finish());
  return out;
}

/** Pieces of a body as one text. */
export const textOf = (pieces: readonly (string | Uint8Array)[]): string => bytesOf(pieces).toString('utf8');

/** Pieces of a body as bytes. */
export const bytesOf = (pieces: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)));
