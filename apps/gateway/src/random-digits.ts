import { Buffer } from 'node:buffer';
import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(3072);
let left = 0;

const zeros = '0'.repeat(64);

/** So many random bytes in hexadecimal, never all zero. Asking the system for randomness is dear, so it is asked for many at once. */
export function randomDigits(bytes: number): string {
  if (left < bytes) {
    randomFillSync(pool);
    left = pool.length;
  }
  left -= bytes;
  const digits = pool.toString('hex', left, left + bytes);
  return digits === zeros.slice(0, digits.length) ? randomDigits(bytes) : digits;
}
