const reanchorMs = 60_000;
const driftMs = 100;

let offset = Date.now() - performance.now();
let checkedAt = performance.now();

/**
 * Milliseconds since 1970 with fractions, which within a trace only go forward: the monotonic clock, laid on the system's. When that was set anew
 * (looked at once a minute), later spans follow.
 */
export function wallNow(): number {
  const now = performance.now();
  if (now - checkedAt > reanchorMs) {
    checkedAt = now;
    const is = Date.now() - now;
    if (Math.abs(is - offset) > driftMs) offset = is;
  }
  return offset + now;
}
