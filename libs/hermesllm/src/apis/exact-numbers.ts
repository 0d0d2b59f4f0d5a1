// JSON's numbers have any digits, JavaScript's about 16: https://www.rfc-editor.org/rfc/rfc8259#section-6

/** Whether a valid JSON text has a number that is another one, or none, once it was read and written again. */
export function losesDigits(json: string): boolean {
  if (!/\d{16}|\de/i.test(json)) return false; // what all but a few arguments are
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.e+-]*/gi)) {
    if (!token.startsWith('"') && digits(token) !== digits(String(Number(token)))) return true;
  }
  return false;
}

/** The digits that make a number the one it is: a double that has the same is no other, for it is the nearest. */
const digits = (text: string): string => text.replace(/e.*|[-.]/gi, '').replace(/^0+|(?<!0)0+$/g, '');

/** Whether a value that was read from JSON, and written again as `json`, has numbers that may have been others in the first text. */
export const mayHaveLostDigits = (json: string, value: unknown): boolean => /\d{16}|\de\+|null/.test(json) && holdsVast(value);

const holdsVast = (value: unknown): boolean =>
  typeof value === 'number'
    ? Math.abs(value) > Number.MAX_SAFE_INTEGER
    : typeof value === 'object' && value !== null && Object.values(value).some(holdsVast);
