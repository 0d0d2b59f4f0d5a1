const durationUnits: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

const sizeUnits: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

/** Timers take 31 bits of milliseconds; a longer wait would fire at once. */
const longestDurationMs = 2 ** 31 - 1;

/**
 * A duration such as `500ms`, `5s`, `2m` or `1h` in whole milliseconds, or null when it is none, is not above zero, or is too long for a timer
 * (24 days).
 *
 * @example
 * parseDuration('1.5s'); // 1500
 */
export function parseDuration(text: string): number | null {
  const milliseconds = parseWithUnit(text, durationUnits);
  return milliseconds === null || milliseconds < 1 || milliseconds > longestDurationMs ? null : milliseconds;
}

/**
 * A size such as `64KiB`, `32MiB` or `1.5GB` in whole bytes, or null when it is none or is not above zero.
 *
 * @example
 * parseSize('32MiB'); // 33554432
 */
export function parseSize(text: string): number | null {
  const bytes = parseWithUnit(text, sizeUnits);
  return bytes === null || bytes < 1 || bytes > Number.MAX_SAFE_INTEGER ? null : bytes;
}

function parseWithUnit(text: string, units: Readonly<Record<string, number>>): number | null {
  const match = /^(\d{1,15}(?:\.\d{1,9})?) ?([a-z]{1,3})$/i.exec(text.trim());
  if (match === null) return null;
  const unit = match[2]!.toLowerCase();
  return Object.hasOwn(units, unit) ? Math.round(Number(match[1]) * units[unit]!) : null;
}
